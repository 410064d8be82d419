package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/postgres"
	"hubbub/internal/testkit"
)

// bench is a service on a database with a few people, a node of its own, and a
// clock that the test moves.
type bench struct {
	*Service
	t     testing.TB
	db    *postgres.DB
	hub   *hub.Hub
	clock *clock
	at    *whereabouts
}

type clock struct{ ns atomic.Int64 }

func (c *clock) now() time.Time        { return time.Unix(0, c.ns.Load()) }
func (c *clock) pass(by time.Duration) { c.ns.Add(int64(by)) }

type whereabouts struct{ atomic.Pointer[Attending] }

func (w *whereabouts) Attending(context.Context, int64) Attending { return *w.Load() }

type nobodyIsOnline struct{}

func (nobodyIsOnline) Online(context.Context, []int64) map[int64]account.Presence { return nil }

func newBench(t testing.TB) *bench {
	t.Helper()
	b := onDatabase(t, testkit.Database(t))
	if _, err := b.db.Exec(t.Context(), `
		insert into account.users (full_name, handle, email)
		select name, lower(name), lower(name) || '@test.example' from unnest(array['Sam','Maya','Theo','Lin','Priya']) name`); err != nil {
		t.Fatal(err)
	}
	return b
}

const sam, maya, theo, lin, priya = 1, 2, 3, 4, 5

// onDatabase is another node.
func onDatabase(t testing.TB, db *postgres.DB) *bench {
	t.Helper()
	b := &bench{t: t, db: db, hub: hub.New(hub.Config{}), clock: &clock{}, at: &whereabouts{}}
	b.clock.ns.Store(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC).UnixNano())
	b.at.Store(&Attending{Status: "offline"})
	people, err := account.New(db, account.Config{Hub: b.hub, Online: nobodyIsOnline{}, Cost: account.Cost{MemoryKiB: 64, Iterations: 1}})
	if err != nil {
		t.Fatal(err)
	}
	b.Service = New(db, b.hub, people, b.at, Config{Now: b.clock.now})
	return b
}

// mention is something to tell Maya.
func mention(key string) Notification {
	return Notification{UserID: maya, Type: Mention, Key: key, ActorID: sam, Title: Who + " mentioned you", Message: "“hello”", URL: "/rooms/1?message=1", Rule: "A message names you.", Topic: "room:1", TopicSeq: 1}
}

func (b *bench) send(n Notification) {
	b.t.Helper()
	if err := b.Send(b.t.Context(), n); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) list(f Filter) []Notice {
	b.t.Helper()
	notices, err := b.List(b.t.Context(), maya, f)
	if err != nil {
		b.t.Fatal(err)
	}
	return notices
}

func (b *bench) unread() int {
	b.t.Helper()
	bell, err := b.Bell(b.t.Context(), maya)
	if err != nil {
		b.t.Fatal(err)
	}
	return bell.Unread
}

// tab is a connection that has subscribed.
type tab struct {
	t    testing.TB
	conn *hub.Conn
}

func (b *bench) tab() *tab {
	b.t.Helper()
	conn := b.hub.Open(hub.Identity{UserID: maya})
	if _, err := b.Subscribe(b.t.Context(), conn); err != nil {
		b.t.Fatal(err)
	}
	conn.Release()
	return &tab{b.t, conn}
}

type heard struct {
	Event string
	Room  string
	Data  struct {
		Verb         string
		ID           int64
		UnreadCount  int
		Title        string
		Read         bool
		SnoozedUntil *string
	}
}

// hears takes what has come to the tab since.
func (tb *tab) hears() (events []heard) {
	tb.t.Helper()
	frames, _ := tb.conn.Take(nil)
	for _, f := range frames {
		for line := range bytes.SplitSeq(f.Bytes, []byte("\n")) {
			var h heard
			if err := json.Unmarshal(line, &h); err != nil {
				tb.t.Fatalf("%v: %s", err, line)
			}
			if h.Event != "connected" {
				events = append(events, h)
			}
		}
	}
	return events
}

// wants takes them, and compares "event verb unreadCount" of each.
func (tb *tab) wants(want ...string) []heard {
	tb.t.Helper()
	events := tb.hears()
	var got []string
	for _, e := range events {
		got = append(got, strings.Join(strings.Fields(fmt.Sprint(e.Event, " ", e.Data.Verb, " ", e.Data.UnreadCount)), " "))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		tb.t.Errorf("heard %q, want %q", got, want)
	}
	return events
}

func TestAKeyMakesOneNotificationHoweverManySendIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
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
	tab.wants("notification created 1")
	if notices := b.list(Filter{}); len(notices) != 1 || b.unread() != 1 || notices[0].Title != "Sam mentioned you" {
		t.Errorf("she has %+v, %d unread", notices, b.unread())
	}
}

func TestABurstIsOneNotificationWhileItIsUnread(t *testing.T) {
	t.Parallel()
	b := newBench(t)
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
		t.Fatalf("she has %+v", notices)
	}
	events := tab.hears()
	for i, e := range events {
		name, verb := eventNotificationUpdated, updated
		if i == 0 {
			name, verb = eventNotification, created
		}
		if e.Event != name || e.Data.Verb != verb || e.Data.UnreadCount != 1 || e.Data.ID != notices[0].ID {
			t.Errorf("event %d is %+v", i, e)
		}
	}
	if last := events[len(events)-1]; last.Data.Title != notices[0].Title {
		t.Errorf("the last event says %q", last.Data.Title)
	}
	if _, err := b.Read(t.Context(), maya, notices[0].ID); err != nil {
		t.Fatal(err)
	}
	again := reaction(sam)
	again.Key = "reaction:again"
	b.send(again)
	if notices := b.list(Filter{}); len(notices) != 2 || notices[0].Title != "Sam reacted 🎉 to your message" {
		t.Errorf("then she has %+v", notices)
	}
}

func reaction(from int64) Notification {
	return Notification{
		UserID: maya, Type: Reaction, Key: fmt.Sprint("message:1/reaction:", from), GroupKey: "reactions:1", ActorID: from,
		Title: Who + " reacted 🎉 to your message", Titles: Who + " reacted to your message", URL: "/rooms/1?message=1",
	}
}

func TestReadingIsToldOnceWithTheCount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one, two := b.tab(), b.tab()
	b.send(mention("message:1"))
	b.send(mention("message:2"))
	id := b.list(Filter{})[0].ID
	for range 2 {
		n, err := b.Read(t.Context(), maya, id)
		if err != nil || !n.Read {
			t.Fatalf("%+v, %v", n, err)
		}
	}
	for _, tab := range []*tab{one, two} {
		tab.wants("notification created 1", "notification created 2", "notificationRead 1")
	}
	if _, err := b.ReadAll(t.Context(), maya); err != nil {
		t.Fatal(err)
	}
	one.wants("notificationsAllRead 0")
	if len(b.list(Filter{Unread: true})) != 0 || len(b.list(Filter{})) != 2 {
		t.Errorf("she has %+v", b.list(Filter{}))
	}
}

func TestSnoozedOnesSleepAndWakeAtTheirTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := b.tab()
	b.send(mention("message:1"))
	id := b.list(Filter{})[0].ID
	until := b.clock.now().Add(time.Hour)
	if n, err := b.Snooze(t.Context(), maya, id, &until); err != nil || n.SnoozedUntil == nil || n.Read {
		t.Fatalf("%+v, %v", n, err)
	}
	if len(b.list(Filter{})) != 0 || len(b.list(Filter{Snoozed: true})) != 1 || b.unread() != 0 {
		t.Error("it does not sleep")
	}
	if _, err := b.ReadAll(t.Context(), maya); err != nil {
		t.Fatal(err)
	}
	other := onDatabase(t, b.db)
	elsewhere := other.tab()
	b.clock.pass(time.Hour - time.Millisecond)
	b.wakeUp(b, other)
	tab.wants("notification created 1", "notificationUpdated snoozed 0", "notificationsAllRead 0")
	b.clock.pass(time.Millisecond)
	other.clock.ns.Store(b.clock.ns.Load())
	b.wakeUp(b, other)
	tab.wants("notificationUpdated woken 1")
	elsewhere.wants("notificationUpdated woken 1")
	if len(b.list(Filter{Unread: true})) != 1 || b.unread() != 1 {
		t.Error("it does not wake")
	}
	b.wakeUp(b, other)
	tab.wants()
}

// wakeUp does on all nodes at once what Run does when a time has come.
func (b *bench) wakeUp(nodes ...*bench) {
	var waking sync.WaitGroup
	for _, node := range nodes {
		waking.Go(func() {
			if err := node.wakeDue(b.t.Context()); err != nil {
				b.t.Error(err)
			}
		})
	}
	waking.Wait()
	for _, node := range nodes {
		if err := node.catchUp(b.t.Context()); err != nil {
			b.t.Error(err)
		}
	}
}

func TestANapEndsWhenItIsReadOrCancelled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.send(mention("message:1"))
	id := b.list(Filter{})[0].ID
	for what, until := range map[string]time.Duration{"past": -time.Second, "now": 0, "too long": maxNap + time.Second} {
		if _, err := b.Snooze(t.Context(), maya, id, new(b.clock.now().Add(until))); !fault.Is(err, http.StatusUnprocessableEntity) {
			t.Errorf("%s: %v", what, err)
		}
	}
	nap := func() {
		if _, err := b.Snooze(t.Context(), maya, id, new(b.clock.now().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	nap()
	if n, err := b.Snooze(t.Context(), maya, id, nil); err != nil || n.SnoozedUntil != nil || n.Read || b.unread() != 1 {
		t.Errorf("woken it is %+v, %v", n, err)
	}
	nap()
	if n, err := b.Read(t.Context(), maya, id); err != nil || n.SnoozedUntil != nil || !n.Read || b.unread() != 0 {
		t.Errorf("read it is %+v, %v", n, err)
	}
	nap()
	if n, err := b.Snooze(t.Context(), maya, id, nil); err != nil || n.Read || b.unread() != 1 {
		t.Errorf("what was read before it slept comes back as %+v, %v", n, err)
	}
}

func TestWhatIsDeletedOrWithdrawnDoesNotComeBackAndSaysNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := b.tab()
	b.send(mention("message:1"))
	b.send(mention("message:2"))
	b.send(reaction(theo))
	b.send(reaction(lin))
	tab.hears()
	if err := b.Delete(t.Context(), maya, b.list(Filter{})[1].ID); err != nil {
		t.Fatal(err)
	}
	tab.wants("notificationRemoved 2")
	if err := b.Withdraw(t.Context(), "message:1/reaction:4"); err != nil {
		t.Fatal(err)
	}
	if events := tab.wants("notificationUpdated updated 2"); events[0].Data.Title != "Theo reacted 🎉 to your message" {
		t.Errorf("it says %q", events[0].Data.Title)
	}
	if err := b.Withdraw(t.Context(), "message:1"); err != nil {
		t.Fatal(err)
	}
	tab.hears()
	for _, key := range []string{"message:1", "message:2"} {
		b.send(mention(key))
	}
	b.send(reaction(theo))
	tab.wants()
	var words int
	if err := b.db.QueryRow(t.Context(), `
		select (select count(*) from notify.notifications where title <> '' or message <> '') + (select count(*) from notify.causes where title <> '' or message <> '')`).Scan(&words); err != nil {
		t.Fatal(err)
	}
	if words != 0 || len(b.list(Filter{})) != 0 || b.unread() != 0 {
		t.Errorf("%d rows still say something, %d are unread", words, b.unread())
	}
}

func TestAnEditChangesWhatWasTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := b.tab()
	b.send(mention("message:1"))
	if err := b.Reword(t.Context(), "message:1", "“good bye”"); err != nil {
		t.Fatal(err)
	}
	tab.wants("notification created 1", "notificationUpdated updated 1")
	if n := b.list(Filter{})[0]; n.Message != "“good bye”" || n.Body != n.Message {
		t.Errorf("it says %+v", n)
	}
}

func TestReadingATopicReadsWhatIsOfIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := b.tab()
	first, second, other := mention("message:1"), mention("message:2"), mention("message:3")
	second.TopicSeq, other.Topic = 2, "room:2"
	for _, n := range []Notification{first, second, other} {
		b.send(n)
	}
	tab.hears()
	if err := b.ReadTopic(t.Context(), maya, "room:1", 1); err != nil {
		t.Fatal(err)
	}
	tab.wants("notificationRead 2")
	for range 2 {
		if err := b.ReadTopic(t.Context(), maya, "room:1", 9); err != nil {
			t.Fatal(err)
		}
	}
	tab.wants("notificationRead 1")
}

func TestWhatIsKnownAlreadyIsListedAndToldNobodyAsNew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := b.tab()
	known := mention("message:1")
	known.Read = true
	b.send(known)
	tab.wants("notificationUpdated updated 0")
	if notices := b.list(Filter{}); len(notices) != 1 || !notices[0].Read || b.unread() != 0 {
		t.Errorf("she has %+v", notices)
	}
}

func TestWhatIsSwitchedOffIsKeptAndNotShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := b.tab()
	p := everything()
	p.Types[Mention] = Channels{InApp: false, Push: true}
	if _, err := b.SetPreferences(t.Context(), maya, p); err != nil {
		t.Fatal(err)
	}
	b.send(mention("message:1"))
	tab.wants()
	if len(b.list(Filter{})) != 0 || b.unread() != 0 {
		t.Error("it is shown")
	}
	var id int64
	if err := b.db.QueryRow(t.Context(), `select id from notify.notifications`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if w, err := b.Why(t.Context(), maya, id); err != nil || w.Result != (Result{Hidden, PushDue}) || w.Rule != "A message names you." {
		t.Errorf("why is %+v, %v", w, err)
	}
}

func TestAnothersNotificationsDoNotExist(t *testing.T) {
	t.Parallel()
	b := newBench(t)
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
		t.Errorf("hers is %+v", notices)
	}
}

func TestNobodyUnknownIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
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

func TestAPageOfTheListNeitherRepeatsNorLeavesOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
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

func TestWhatHappensOnAnotherNodeIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	here, there := b.tab(), onDatabase(t, b.db)
	there.send(mention("message:1"))
	there.send(mention("message:2"))
	here.wants()
	if err := b.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	here.wants("notification created 1", "notification created 2")
	late := b.tab()
	if _, err := there.ReadAll(t.Context(), maya); err != nil {
		t.Fatal(err)
	}
	there.send(mention("message:3"))
	if err := b.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, tab := range []*tab{here, late} {
		tab.wants("notificationsAllRead 0", "notification created 1")
	}
	b.hub.Remove(here.conn)
	b.hub.Remove(late.conn)
	there.send(mention("message:4"))
	if err := b.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if back := b.tab(); len(back.hears()) != 0 || b.unread() != 2 {
		t.Error("who comes back is told what the answer has")
	}
}

func TestEveryEventHasTheCountOfItsMoment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
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
	for _, e := range tab.hears() {
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
		t.Errorf("the tab has %d, one that counts by itself %d, the server %d", len(unread), naive, b.unread())
	}
}
