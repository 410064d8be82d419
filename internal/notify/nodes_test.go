package notify_test

import (
	"fmt"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestSnoozeEndsByItself(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ann, ben := app.SignUp("Ann Lee"), app.SignUp("Ben Oak")
	room := app.Room(ann.Client, "later")
	one, two := bell(ben.Client, 0), bell(ben.Client, 0)
	app.Send(ann.Client, room, "@"+ben.Handle+" when you have time")
	id := wantNotificationEvent(t, one, "notification", 1).ID
	until := time.Now().Add(1200 * time.Millisecond)
	path := fmt.Sprintf("/api/notifications/%d/snooze", id)
	one.Post(path, in{"until": until.UTC().Format(time.RFC3339Nano)}).Want(200).WantBody(`"read":false,"snoozedUntil":"`)
	for _, tab := range []*testkit.Socket{one, two} {
		if e := wantNotificationEvent(t, tab, "notificationUpdated", 0); e.Verb != "snoozed" || e.Data.SnoozedUntil == nil {
			t.Errorf("the snoozed notification is %+v", e)
		}
	}
	if len(notices(ben.Client, "")) != 0 || len(notices(ben.Client, "?snoozed=true")) != 1 {
		t.Error("the snoozed notification is listed with the others, or not as snoozed")
	}
	if e := wantNotificationEvent(t, two, "notificationUpdated", 1); e.Verb != "woken" || e.Data.SnoozedUntil != nil {
		t.Errorf("the unsnoozed notification is %+v", e)
	}
	if early := time.Until(until); early > 0 {
		t.Errorf("the snooze ended %v early", early)
	}
	ben.Post(path, in{"until": time.Now().Add(time.Hour)}).Want(200)
	ben.Post(path, in{"until": nil}).Want(200).WantBody(`"snoozedUntil":null`)
}

func TestNotificationFromAnotherNodeReachesTheTabs(t *testing.T) {
	t.Parallel()
	here := apptest.Start(t)
	there := apptest.StartOn(t, here.DatabaseURL)
	ann, ben := here.SignUp("Ann Lee"), there.SignUp("Ben Oak")
	benSocket := bell(ben.Client, 0)
	room := here.Room(ann.Client, "nodes")
	here.Send(ann.Client, room, "@"+ben.Handle)
	wantNotificationEvent(t, benSocket, "notification", 1)
}

func TestNotificationAfterACrashIsNeitherLostNorDoubled(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ben := app.SignUp("Ben Oak")
	room := app.Room(app.As("sam"), "lives")
	for i := range 3 {
		dying := apptest.StartProcess(t, app.DatabaseURL)
		dying.As("sam").Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprintf("@%s %d", ben.Handle, i)}).Want(200)
		dying.Kill()
	}
	waitForAlerts(app)
	list := notices(ben.Client, "")
	if len(list) != 3 {
		t.Fatalf("Ben's notifications are %+v", list)
	}
	bell(ben.Client, 3)
}
