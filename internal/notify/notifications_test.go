package notify_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

type notice struct {
	ID           int64          `json:"id"`
	Type         string         `json:"type"`
	Title        string         `json:"title"`
	Message      string         `json:"message"`
	Body         string         `json:"body"`
	URL          string         `json:"url"`
	Data         map[string]any `json:"data"`
	Read         bool           `json:"read"`
	SnoozedUntil *string        `json:"snoozedUntil"`
	CreatedAt    string         `json:"createdAt"`
}

type notificationEvent struct {
	Verb        string `json:"verb"`
	ID          int64  `json:"id"`
	UnreadCount int    `json:"unreadCount"`
	Data        notice `json:"data"`
	Title       string `json:"title"`
}

// bell subscribes to notifications on a new connection and checks the unread count.
func bell(client *testkit.Client, unread int) *testkit.Socket {
	s := client.Connect("")
	s.Get("/api/notifications/subscribe", nil).Want(200).WantBody(fmt.Sprintf(`{"unreadCount":%d}`, unread))
	return s
}

func notices(client *testkit.Client, query string) []notice {
	return testkit.As[[]notice](client.Get("/api/notifications" + query).Want(200))
}

// waitForAlerts waits until chat has sent all notifications in its outbox.
func waitForAlerts(app *apptest.App) {
	app.T.Helper()
	testkit.Eventually(app.T, "the outbox of notifications is empty", 10*time.Second, func() bool {
		return apptest.Find[int64](app, `select count(*) from chat.alerts`) == 0
	})
}

// wantNotificationEvent waits for the event and checks its unread count.
func wantNotificationEvent(t *testing.T, tab *testkit.Socket, event string, unread int) notificationEvent {
	t.Helper()
	e := testkit.DataOf[notificationEvent](t, tab.WantEvent(event))
	if e.UnreadCount != unread {
		t.Errorf("after %s the count is %d, want %d: %+v", event, e.UnreadCount, unread, e)
	}
	return e
}

func TestNotificationCountIsTheSameInAllTabs(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben := app.SignUp("Ann Lee"), app.SignUp("Ben Oak")
	room := app.Room(ann.Client, "counts")
	one, two := bell(ben.Client, 0), bell(ben.Client, 0)
	tabs := []*testkit.Socket{one, two}
	for i := range 3 {
		app.Send(ann.Client, room, fmt.Sprintf("@%s look at %d", ben.Handle, i))
		waitForAlerts(app)
	}
	var ids []int64
	for _, tab := range tabs {
		ids = nil
		for i := range 3 {
			e := wantNotificationEvent(t, tab, "notification", i+1)
			if e.Verb != "created" || e.ID != e.Data.ID || e.Title != "Ann Lee mentioned you in #counts" || !strings.HasPrefix(e.Data.Message, "@") {
				t.Errorf("the event is %+v", e)
			}
			ids = append(ids, e.ID)
		}
	}
	read := fmt.Sprintf("/api/notifications/%d/read", ids[0])
	one.Post(read, nil).Want(200).WantBody(`"read":true`)
	ben.Post(read, nil).Want(200).WantBody(`"read":true`)
	ben.Do(http.MethodDelete, fmt.Sprint("/api/notifications/", ids[1]), nil).Want(204)
	two.Post("/api/notifications/read-all", nil).Want(200).WantBody(`{"unreadCount":0}`)
	for _, tab := range tabs {
		if e := wantNotificationEvent(t, tab, "notificationRead", 2); e.ID != ids[0] {
			t.Errorf("the event is %+v", e)
		}
		if e := wantNotificationEvent(t, tab, "notificationRemoved", 1); e.ID != ids[1] {
			t.Errorf("the event is %+v", e)
		}
		wantNotificationEvent(t, tab, "notificationsAllRead", 0)
		tab.WantNo("notificationRead")
	}
	if list := notices(ben.Client, ""); len(list) != 2 || list[0].ID != ids[2] || !list[0].Read || len(notices(ben.Client, "?unread=true")) != 0 {
		t.Errorf("the list is %+v", list)
	}
	bell(ben.Client, 0)
}

func TestNotificationIsSentOncePerCause(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben, cat := app.SignUp("Ann Lee"), app.SignUp("Ben Oak"), app.SignUp("Cat Roe")
	room := app.Room(ann.Client, "concerns")
	direct := testkit.As[apptest.Fields](ann.Post("/api/rooms/direct", in{"userId": ben.ID}).Want(200)).ID
	benSocket, annSocket := bell(ben.Client, 0), bell(ann.Client, 0)

	bens := app.Send(ben.Client, room, "a question")
	ann.Post("/api/chat/send", in{"roomId": room, "text": "an answer, @" + ben.Handle + " @" + ben.Handle, "replyTo": bens}).Want(200)
	waitForAlerts(app)
	ann.Post("/api/chat/send", in{"roomId": room, "text": "another one", "replyTo": bens}).Want(200)
	waitForAlerts(app)
	app.Send(ann.Client, direct, "psst")
	app.Send(ann.Client, direct, "psst, @"+ben.Handle)
	app.Send(ann.Client, direct, "hello?")
	waitForAlerts(app)
	ann.Post(fmt.Sprintf("/api/chat/messages/%d/reactions", bens), in{"emoji": "👍"}).Want(200)
	cat.Post(fmt.Sprintf("/api/chat/messages/%d/reactions", bens), in{"emoji": "🎉"}).Want(200)
	ben.Post(fmt.Sprintf("/api/chat/messages/%d/reactions", bens), in{"emoji": "🎉"}).Want(200)
	waitForAlerts(app)
	private := testkit.As[apptest.Fields](ann.Post("/api/rooms", in{"name": "secrets", "kind": "private", "memberIds": []int64{ben.ID, ann.ID}}).Want(200)).ID
	ann.Post(fmt.Sprintf("/api/rooms/%d/members", room), in{"userId": ben.ID}).Want(200) // he became a member when he wrote
	app.Send(ann.Client, private, "@"+ann.Handle+" @"+cat.Handle+" note to self")
	waitForAlerts(app)

	var titles []string
	for _, n := range notices(ben.Client, "") {
		titles = append(titles, n.Type+": "+n.Title)
	}
	slices.Reverse(titles)
	want := []string{
		"mention: Ann Lee mentioned you in #concerns", "reply: Ann Lee replied to you in #concerns",
		"direct: Ann Lee sent you 2 messages", "mention: Ann Lee mentioned you",
		"reaction: Cat Roe and Ann Lee reacted to your message", "invite: Ann Lee added you to #secrets",
	}
	if !slices.Equal(titles, want) {
		t.Errorf("Ben's notifications are %q, want %q", titles, want)
	}
	for unread := range 4 {
		wantNotificationEvent(t, benSocket, "notification", unread+1)
	}
	if len(notices(ann.Client, "")) != 0 || len(notices(cat.Client, "")) != 0 {
		t.Errorf("others have the notifications %+v, %+v", notices(ann.Client, ""), notices(cat.Client, ""))
	}
	annSocket.WantNo("notification")
}

func TestNotificationIsNotSentToAUserWhoSeesTheRoom(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben := app.SignUp("Ann Lee"), app.SignUp("Ben Oak")
	direct := testkit.As[apptest.Fields](ann.Post("/api/rooms/direct", in{"userId": ben.ID}).Want(200)).ID
	benSocket := bell(ben.Client, 0)
	benSocket.Get("/api/chat/join", in{"roomId": direct}).Want(200)
	app.Send(ann.Client, direct, "you see this")
	waitForAlerts(app)
	benSocket.Post("/api/presence/status", in{"idle": true}).Want(200)
	bell(ben.Client, 0) // an active tab that does not show the room
	app.Send(ann.Client, direct, "you do not see this")
	if e := wantNotificationEvent(t, benSocket, "notification", 1); e.Data.Message != "you do not see this" {
		t.Errorf("Ben receives %+v", e)
	}
	if list := notices(ben.Client, ""); len(list) != 1 {
		t.Errorf("Ben's notifications are %+v", list)
	}
}

func TestNotificationsOfAReadRoomAreRead(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben := app.SignUp("Ann Lee"), app.SignUp("Ben Oak")
	room, other := app.Room(ann.Client, "read here"), app.Room(ann.Client, "not here")
	app.Send(ben.Client, room, "joining")
	benSocket := bell(ben.Client, 0)
	app.Send(ann.Client, room, "one, @"+ben.Handle)
	app.Send(ann.Client, room, "two, @"+ben.Handle)
	app.Send(ann.Client, other, "three, @"+ben.Handle)
	waitForAlerts(app)
	ben.Post("/api/chat/read", in{"roomId": room, "seq": 2}).Want(200)
	wantNotificationEvent(t, benSocket, "notificationRead", 2)
	ben.Post("/api/chat/read", in{"roomId": room, "seq": 99}).Want(200)
	wantNotificationEvent(t, benSocket, "notificationRead", 1)
	app.Send(ann.Client, other, "four, @"+ben.Handle)
	wantNotificationEvent(t, benSocket, "notification", 2)
	benSocket.WantNo("notificationRead")
}

func TestNotificationOfADeletedMessageIsErased(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben := app.SignUp("Ann Lee"), app.SignUp("Ben Oak")
	room := app.Room(ann.Client, "regrets")
	benSocket := bell(ben.Client, 0)
	id := app.Send(ann.Client, room, "the password is hunter2, @"+ben.Handle)
	wantNotificationEvent(t, benSocket, "notification", 1)
	ann.Do(http.MethodPatch, fmt.Sprint("/api/chat/messages/", id), in{"text": "the password is ****, @" + ben.Handle}).Want(200)
	if e := wantNotificationEvent(t, benSocket, "notificationUpdated", 1); e.Verb != "updated" || strings.Contains(e.Data.Message, "hunter2") {
		t.Errorf("after the edit the notification is %+v", e)
	}
	ann.Do(http.MethodDelete, fmt.Sprint("/api/chat/messages/", id), nil).Want(204)
	wantNotificationEvent(t, benSocket, "notificationRemoved", 0)
	waitForAlerts(app)
	for _, text := range []string{"hunter2", "****"} {
		if n := apptest.Find[int64](app, `select (select count(*) from notify.notifications n where n::text like '%'||$1||'%') + (select count(*) from notify.causes c where c::text like '%'||$1||'%')`, text); n != 0 {
			t.Errorf("%d rows still contain %q", n, text)
		}
	}
}

func TestNotificationOfAnEditReachesNewlyMentionedUsers(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben, cat := app.SignUp("Ann Lee"), app.SignUp("Ben Oak"), app.SignUp("Cat Roe")
	room := app.Room(ann.Client, "edits")
	benSocket, catSocket := bell(ben.Client, 0), bell(cat.Client, 0)
	id := app.Send(ann.Client, room, "hello @"+ben.Handle)
	wantNotificationEvent(t, benSocket, "notification", 1) // a later one would have the edited text at once
	ann.Do(http.MethodPatch, fmt.Sprint("/api/chat/messages/", id), in{"text": "hello @" + ben.Handle + " and @" + cat.Handle}).Want(200)
	wantNotificationEvent(t, catSocket, "notification", 1)
	wantNotificationEvent(t, benSocket, "notificationUpdated", 1)
	waitForAlerts(app)
	benSocket.WantNo("notification")
}

func TestNotificationOfARemovedReactionIsRemoved(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben := app.SignUp("Ann Lee"), app.SignUp("Ben Oak")
	id := app.Send(ben.Client, app.Room(ben.Client, "moods"), "hooray")
	benSocket := bell(ben.Client, 0)
	react := func() {
		ann.Post(fmt.Sprintf("/api/chat/messages/%d/reactions", id), in{"emoji": "🎉"}).Want(200)
		waitForAlerts(app)
	}
	react()
	wantNotificationEvent(t, benSocket, "notification", 1)
	react()
	wantNotificationEvent(t, benSocket, "notificationRemoved", 0)
	react()
	benSocket.WantNo("notification") // a repeated reaction does not notify again
}

func TestDemoHasUnreadNotifications(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	for handle, unread := range map[string]int{"sam": 4, "maya": 1} {
		client := app.As(handle)
		bell(client, unread)
		if list := notices(client, ""); len(list) <= unread {
			t.Errorf("%s has %+v", handle, list)
		}
	}
}
