package notify

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/base/fault"
)

func TestNotificationKeyIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	tab := b.tab()
	var senders sync.WaitGroup
	for range 20 {
		senders.Go(func() {
			if err := b.Send(t.Context(), mention("message:1")); err != nil {
				t.Error(err)
			}
		})
	}
	senders.Wait()
	tab.wantEvents("notification created 1")
	if notices := b.list(Filter{}); len(notices) != 1 || b.unread() != 1 || notices[0].Title != "Sam mentioned you" {
		t.Errorf("the list has %+v, %d unread", notices, b.unread())
	}
}

func TestNotificationGroupJoinsWhileUnread(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	tab := b.tab()
	var senders sync.WaitGroup
	for _, from := range []int64{sam, theo, lin, priya} {
		senders.Go(func() {
			if err := b.Send(t.Context(), reaction(from)); err != nil {
				t.Error(err)
			}
		})
	}
	senders.Wait()
	notices := b.list(Filter{})
	if len(notices) != 1 || b.unread() != 1 || !strings.HasSuffix(notices[0].Title, " and 3 others reacted to your message") {
		t.Fatalf("the list has %+v", notices)
	}
	events := tab.events()
	for i, e := range events {
		name, verb := eventNotificationUpdated, changeUpdated
		if i == 0 {
			name, verb = eventNotification, changeCreated
		}
		if e.Event != name || e.Data.Verb != verb || e.Data.UnreadCount != 1 || e.Data.ID != notices[0].ID {
			t.Errorf("event %d is %+v", i, e)
		}
	}
	if last := events[len(events)-1]; last.Data.Title != notices[0].Title {
		t.Errorf("the title of the last event is %q", last.Data.Title)
	}
	if _, err := b.Read(t.Context(), maya, notices[0].ID); err != nil {
		t.Fatal(err)
	}
	again := reaction(sam)
	again.Key = "reaction:again"
	b.send(again)
	if notices := b.list(Filter{}); len(notices) != 2 || notices[0].Title != "Sam reacted 🎉 to your message" {
		t.Errorf("after another reaction the list has %+v", notices)
	}
}

func reaction(from int64) Notification {
	return Notification{
		UserID: maya, Type: Reaction, Key: fmt.Sprint("message:1/reaction:", from), GroupKey: "reactions:1", ActorID: from,
		Title: Who + " reacted 🎉 to your message", Titles: Who + " reacted to your message", URL: "/rooms/1?message=1",
	}
}

func TestNotificationDeletedOrWithdrawnLeavesKeysOnly(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	tab := b.tab()
	b.send(mention("message:1"))
	b.send(mention("message:2"))
	b.send(reaction(theo))
	b.send(reaction(lin))
	tab.events()
	if err := b.Delete(t.Context(), maya, b.list(Filter{})[1].ID); err != nil {
		t.Fatal(err)
	}
	tab.wantEvents("notificationRemoved 2")
	if err := b.Withdraw(t.Context(), "message:1/reaction:4"); err != nil {
		t.Fatal(err)
	}
	if events := tab.wantEvents("notificationUpdated updated 2"); events[0].Data.Title != "Theo reacted 🎉 to your message" {
		t.Errorf("the title is %q", events[0].Data.Title)
	}
	if err := b.Withdraw(t.Context(), "message:1"); err != nil {
		t.Fatal(err)
	}
	tab.events()
	for _, key := range []string{"message:1", "message:2"} {
		b.send(mention(key))
	}
	b.send(reaction(theo))
	tab.wantEvents()
	var words int
	if err := b.db.QueryRow(t.Context(), `
		select (select count(*) from notify.notifications where title <> '' or message <> '') + (select count(*) from notify.causes where title <> '' or message <> '')`).Scan(&words); err != nil {
		t.Fatal(err)
	}
	if words != 0 || len(b.list(Filter{})) != 0 || b.unread() != 0 {
		t.Errorf("%d rows still have text, %d are unread", words, b.unread())
	}
}

func TestNotificationRewordChangesTheMessage(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	tab := b.tab()
	b.send(mention("message:1"))
	if err := b.Reword(t.Context(), "message:1", "“good bye”"); err != nil {
		t.Fatal(err)
	}
	tab.wantEvents("notification created 1", "notificationUpdated updated 1")
	if n := b.list(Filter{})[0]; n.Message != "“good bye”" || n.Body != n.Message {
		t.Errorf("the notification is %+v", n)
	}
}

func TestNotificationSwitchedOffIsStoredAndHidden(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	tab := b.tab()
	p := defaultPreferences()
	p.Types[Mention] = Channels{InApp: false, Push: true}
	if _, err := b.SetPreferences(t.Context(), maya, p); err != nil {
		t.Fatal(err)
	}
	b.send(mention("message:1"))
	tab.wantEvents()
	if len(b.list(Filter{})) != 0 || b.unread() != 0 {
		t.Error("it is shown")
	}
	var id int64
	if err := b.db.QueryRow(t.Context(), `select id from notify.notifications`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if w, err := b.Why(t.Context(), maya, id); err != nil || w.Result != (Result{Hidden, PushDue}) || w.Rule != "Someone mentioned you in a message." {
		t.Errorf("why is %+v, %v", w, err)
	}
}

func TestNotificationOfAnotherUserIsNotFound(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	b.send(mention("message:1"))
	id := b.list(Filter{})[0].ID
	ctx := t.Context()
	for what, try := range map[string]func() error{
		"read":   func() error { _, err := b.Read(ctx, theo, id); return err },
		"snooze": func() error { _, err := b.Snooze(ctx, theo, id, new(b.clock.now().Add(time.Hour))); return err },
		"wake":   func() error { _, err := b.Snooze(ctx, theo, id, nil); return err },
		"delete": func() error { return b.Delete(ctx, theo, id) },
		"why":    func() error { _, err := b.Why(ctx, theo, id); return err },
		"see":    func() error { _, err := b.Notice(ctx, theo, id); return err },
	} {
		if err := try(); !fault.Is(err, http.StatusNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if notices := b.list(Filter{}); len(notices) != 1 || notices[0].Read || b.unread() != 1 {
		t.Errorf("Maya's list has %+v", notices)
	}
}

func TestNotificationForAnUnknownUserIsNotFound(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	n := mention("message:1")
	n.UserID = 999
	if err := b.Send(t.Context(), n); !fault.Is(err, http.StatusNotFound) {
		t.Errorf("got %v", err)
	}
	for _, wrong := range []Notification{
		{UserID: maya, Type: "spam", Key: "a", Title: "a", URL: "/"},
		{UserID: maya, Type: Mention, Title: "a", URL: "/"},
		{UserID: maya, Type: Mention, Key: "a", Title: "a", URL: "https://evil.example"},
		{UserID: maya, Type: Mention, Key: "a", Title: "a", URL: "//evil.example"},
	} {
		if err := b.Send(t.Context(), wrong); err == nil {
			t.Errorf("%+v was sent", wrong)
		}
	}
}

func TestNotificationPagesAreComplete(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	for i := range 7 {
		b.send(mention(fmt.Sprint("message:", i)))
	}
	var ids []int64
	for f := (Filter{Limit: 3}); ; f.Before = ids[len(ids)-1] {
		page := b.list(f)
		if len(page) == 0 {
			break
		}
		for _, n := range page {
			ids = append(ids, n.ID)
		}
	}
	if len(ids) != 7 || b.unread() != 7 {
		t.Fatalf("the pages have %v", ids)
	}
	if newer := b.list(Filter{After: ids[3]}); len(newer) != 3 || newer[0].ID != ids[0] {
		t.Errorf("newer are %+v", newer)
	}
}

func TestNotificationChangesOfAnotherNodeAreSent(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	here, there := b.tab(), newNode(t, b.db)
	there.send(mention("message:1"))
	there.send(mention("message:2"))
	here.wantEvents()
	if err := b.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	here.wantEvents("notification created 1", "notification created 2")
	late := b.tab()
	if _, err := there.ReadAll(t.Context(), maya); err != nil {
		t.Fatal(err)
	}
	there.send(mention("message:3"))
	if err := b.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, tab := range []*tab{here, late} {
		tab.wantEvents("notificationsAllRead 0", "notification created 1")
	}
	b.hub.Remove(here.conn)
	b.hub.Remove(late.conn)
	there.send(mention("message:4"))
	if err := b.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if back := b.tab(); len(back.events()) != 0 || b.unread() != 2 {
		t.Error("a connection got events of changes that its answer has")
	}
}

func TestNotificationEventsCarryTheirCount(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	tab := b.tab()
	var busy sync.WaitGroup
	for i := range 4 {
		busy.Go(func() {
			for j := range 10 {
				n := mention(fmt.Sprint("message:", i, "-", j))
				n.Topic = fmt.Sprint("room:", i, "-", j)
				if err := b.Send(t.Context(), n); err != nil {
					t.Error(err)
				}
				if j%2 == 0 {
					if err := b.ReadTopic(t.Context(), maya, n.Topic, 1); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	busy.Wait()
	unread, naive := map[int64]bool{}, 0
	for _, e := range tab.events() {
		switch e.Event {
		case eventNotification:
			unread[e.Data.ID] = true
			naive++
		case eventNotificationRead:
			delete(unread, e.Data.ID)
			naive--
		}
		if e.Data.UnreadCount < 0 || e.Data.UnreadCount > 40 {
			t.Errorf("event %+v", e)
		}
	}
	if len(unread) != 20 || naive != 20 || b.unread() != 20 {
		t.Errorf("the tab has %d unread, a client that counts by itself %d, the server %d", len(unread), naive, b.unread())
	}
}
