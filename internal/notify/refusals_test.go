package notify_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestNotificationsOfAnotherUserAreNotFound(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben := app.SignUp("Ann Lee"), app.SignUp("Ben Oak")
	app.Send(ann.Client, app.Room(ann.Client, "own"), "@"+ben.Handle)
	waitForAlerts(app)
	id := notices(ben.Client, "")[0].ID
	row := fmt.Sprintf("/api/notifications/%d", id)
	for client, status := range map[*testkit.Client]int{ann.Client: 404, app.Anonymous(): 401} {
		apptest.WantProblem(t, client.Post(row+"/read", nil), status)
		apptest.WantProblem(t, client.Post(row+"/snooze", in{"until": time.Now().Add(time.Hour)}), status)
		apptest.WantProblem(t, client.Post(row+"/snooze", in{"until": nil}), status)
		apptest.WantProblem(t, client.Get(row+"/why"), status)
		apptest.WantProblem(t, client.Do(http.MethodDelete, row, nil), status)
	}
	for _, path := range []string{"", "/preferences"} {
		apptest.WantProblem(t, app.Anonymous().Get("/api/notifications"+path), 401)
	}
	apptest.WantProblem(t, app.Anonymous().Post("/api/notifications/read-all", nil), 401)
	apptest.WantProblem(t, app.Anonymous().Connect("").Get("/api/notifications/subscribe", nil), 401)
	apptest.WantProblem(t, ben.Get("/api/notifications/subscribe"), 400)
	ann.Post("/api/notifications/read-all", nil).Want(200)
	if list := notices(ben.Client, "?unread=true"); len(list) != 1 || list[0].ID != id {
		t.Errorf("Ben's notifications are %+v", list)
	}
}

func TestNotificationsRefuseInvalidInput(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben := app.SignUp("Ann Lee"), app.SignUp("Ben Oak")
	app.Send(ann.Client, app.Room(ann.Client, "refused"), "@"+ben.Handle)
	waitForAlerts(app)
	snooze := fmt.Sprintf("/api/notifications/%d/snooze", notices(ben.Client, "")[0].ID)
	for _, until := range []any{"yesterday", "", 12, true, in{}, time.Now().Add(-time.Second), "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", time.Now().AddDate(1, 0, 3)} {
		apptest.WantProblem(t, ben.Post(snooze, in{"until": until}), 422)
	}
	for _, query := range []string{"?before=-1", "?after=x", "?limit=0", "?limit=x", "?unread=perhaps", "?before=99999999999999999999"} {
		apptest.WantProblem(t, ben.Get("/api/notifications"+query), 422)
	}
	for _, id := range []string{"0", "-1", "x", "1e3"} {
		apptest.WantProblem(t, ben.Post("/api/notifications/"+id+"/read", nil), 422)
	}
	apptest.WantProblem(t, ben.Post("/api/notifications/9223372036854775807/read", nil), 404)
	quiet := func(from, to, zone any) in { return in{"quietHours": in{"from": from, "to": to, "timeZone": zone}} }
	for _, wrong := range []in{
		{"types": []string{"mention"}},
		{"types": in{"spam": in{"inApp": true}}},
		{"types": in{"mention": in{"inApp": "yes"}}},
		{"types": in{"mention": in{"email": true}}},
		{"types": in{"mention": true}},
		{"types": "all"},
		{"quietHours": "22-7"},
		{"quietHours": in{"from": "22:00", "to": "07:00", "timeZone": "Europe/Berlin", "days": 5}},
		quiet("24:00", "07:00", "UTC"), quiet("22:60", "07:00", "UTC"), quiet("9:00", "17:00", "UTC"), quiet("22:00", "", "UTC"),
		quiet("22:00", "22:00", "UTC"), quiet("22:00", "07:00", "Mars/Olympus"), quiet("22:00", "07:00", ""), quiet("22:00", "07:00", "Local"),
		quiet("22:00", "07:00", "../../etc/passwd"), quiet("22:00", "07:00", "UTC\x00"), quiet(22, 7, "UTC"), quiet("22:00\n", "07:00", "UTC"),
	} {
		apptest.WantProblem(t, ben.Do(http.MethodPut, "/api/notifications/preferences", wrong), 422)
	}
	if n := apptest.Find[int64](app, `select count(*) from notify.preferences`); n != 0 {
		t.Errorf("%d preferences were stored", n)
	}
}

func TestNotificationPreferencesAreApplied(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben := app.SignUp("Ann Lee"), app.SignUp("Ben Oak")
	const path = "/api/notifications/preferences"
	ben.Get(path).Want(200).WantBody(`"quietHours":null`).WantBody(`"mention":{"inApp":true,"push":true}`)
	ben.Do(http.MethodPut, path, in{"types": in{"mention": in{"inApp": false}}, "quietHours": in{"from": "00:00", "to": "23:59", "timeZone": "Asia/Kathmandu"}}).Want(200)
	ben.Get(path).Want(200).WantBody(`"mention":{"inApp":false,"push":true}`).WantBody(`"quietHours":{"from":"00:00","to":"23:59","timeZone":"Asia/Kathmandu"}`)
	room := app.Room(ann.Client, "quiet")
	benSocket := bell(ben.Client, 0)
	app.Send(ann.Client, room, "@"+ben.Handle+" unheard")
	waitForAlerts(app)
	direct := testkit.As[apptest.Fields](ann.Post("/api/rooms/direct", in{"userId": ben.ID}).Want(200)).ID
	app.Send(ann.Client, direct, "heard")
	e := wantNotificationEvent(t, benSocket, "notification", 1)
	if e.Data.Type != "direct" || len(notices(ben.Client, "")) != 1 {
		t.Errorf("Ben receives %+v", e)
	}
	why := ben.Get(fmt.Sprintf("/api/notifications/%d/why", e.ID)).Want(200)
	why.WantBody(`"rule":"Someone sent you a direct message."`).WantBody(`"preference":{"inApp":true,"push":true}`).WantBody(`"timeZone":"Asia/Kathmandu"`).
		WantBody(`"presence":{"status":"online","active":true}`).WantBody(`"result":{"inApp":"shown","push":"`)
	ben.Do(http.MethodPut, path, in{}).Want(200).WantBody(`"quietHours":null`).WantBody(`"mention":{"inApp":true,"push":true}`)
}

func TestNotificationsMatchTheProtocol(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben := app.SignUp("Ann Lee"), app.SignUp("Ben Oak")
	benSocket := bell(ben.Client, 0)
	app.Send(ann.Client, app.Room(ann.Client, "forms"), "@"+ben.Handle+" look")
	e := benSocket.WantEvent("notification")
	if e.Room != fmt.Sprintf("user-%d-notifications", ben.ID) {
		t.Errorf("the event's room is %q", e.Room)
	}
	apptest.DecodeExactly[struct {
		Verb        string `json:"verb"`
		UnreadCount int    `json:"unreadCount"`
		notice
		Data notice `json:"data"`
	}](t, string(e.Data))
	n := apptest.DecodeExactly[[]notice](t, ben.Get("/api/notifications").Want(200).Body)[0]
	if n.Body != n.Message || n.Data["url"] != n.URL || !strings.HasPrefix(n.URL, "/rooms/") || !apptest.Timestamp.MatchString(n.CreatedAt) || n.SnoozedUntil != nil {
		t.Errorf("the notification is %+v", n)
	}
	apptest.DecodeExactly[notice](t, ben.Post(fmt.Sprintf("/api/notifications/%d/read", n.ID), nil).Want(200).Body)
	type count struct {
		ID          int64 `json:"id"`
		UnreadCount int   `json:"unreadCount"`
	}
	apptest.DecodeExactly[count](t, string(benSocket.WantEvent("notificationRead").Data))
	apptest.WantNoContent(t, ben.Do(http.MethodDelete, fmt.Sprint("/api/notifications/", n.ID), nil))
	apptest.DecodeExactly[count](t, string(benSocket.WantEvent("notificationRemoved").Data))
	app.SendNotification(ben.ID, "one to read")
	benSocket.WantEvent("notification")
	ben.Post("/api/notifications/read-all", nil).Want(200)
	if e := benSocket.WantEvent("notificationsAllRead"); string(e.Data) != `{"unreadCount":0}` {
		t.Errorf("notificationsAllRead is %s", e.Data)
	}
}
