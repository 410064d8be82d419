package app

import (
	"fmt"
	"testing"
	"time"

	"hubbub/internal/testkit"
)

func TestSnoozeEndsByItself(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	ann, ben := app.signUp("Ann Lee"), app.signUp("Ben Oak")
	room := app.room(ann.Client, "later")
	one, two := bell(ben.Client, 0), bell(ben.Client, 0)
	app.send(ann.Client, room, "@"+ben.handle+" when you have time")
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
	if late := time.Since(until); late < 0 || late > time.Second {
		t.Errorf("the snooze ended %v late", late)
	}
	ben.Post(path, in{"until": time.Now().Add(time.Hour)}).Want(200)
	ben.Post(path, in{"until": nil}).Want(200).WantBody(`"snoozedUntil":null`)
}

func TestNotificationFromAnotherNodeReachesTheTabs(t *testing.T) {
	t.Parallel()
	here := startApp(t)
	there := startAppOn(t, here.config.DatabaseURL)
	ann, ben := here.signUp("Ann Lee"), there.signUp("Ben Oak")
	benSocket := bell(ben.Client, 0)
	room := here.room(ann.Client, "nodes")
	here.send(ann.Client, room, "@"+ben.handle)
	wantNotificationEvent(t, benSocket, "notification", 1)
}

func TestNotificationAfterACrashIsNeitherLostNorDoubled(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	ben := app.signUp("Ben Oak")
	room := app.room(app.as("sam"), "lives")
	for i := range 3 {
		dying := startProcess(t, app.config.DatabaseURL)
		dying.as("sam").Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprintf("@%s %d", ben.handle, i)}).Want(200)
		dying.kill()
	}
	app.waitForAlerts()
	list := notices(ben.Client, "")
	if len(list) != 3 {
		t.Fatalf("Ben's notifications are %+v", list)
	}
	bell(ben.Client, 3)
}
