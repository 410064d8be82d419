package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestRepeatedRequestsSendNoEvents(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room, private := app.Room(sam, "repeats"), newPrivateRoomOf(app, sam)
	message := app.Send(sam, room, "once")
	product := testkit.As[apptest.Fields](sam.Post("/api/products", in{"name": "Lamp", "price": "1.00"}).Want(200)).ID
	mayaSocket, samSocket := maya.Connect(""), sam.Connect("")
	for _, list := range []string{"/api/rooms", "/api/products", "/api/notifications/subscribe"} {
		mayaSocket.Get(list, nil).Want(200)
	}
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	samSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	mayaSocket.WantEvent("userJoined") // from now on others see at once where Sam is
	samSocket.Get("/api/chat/leave", in{"roomId": room}).Want(200)
	mayaSocket.WantEvent("userLeft")
	app.SendNotification(app.ID(maya), "unread")

	for name, do := range map[string]func(){
		"a direct room": func() { sam.Post("/api/rooms/direct", in{"userId": app.ID(maya)}).Want(200) },
		"an added member": func() {
			sam.Post(fmt.Sprintf("/api/rooms/%d/members", private), in{"userId": app.ID(maya)}).Want(200)
		},
		"a room's topic": func() {
			sam.Do(http.MethodPatch, fmt.Sprint("/api/rooms/", room), in{"topic": "Ship it", "archived": false}).Want(200)
		},
		"a message's text": func() {
			sam.Do(http.MethodPatch, fmt.Sprint("/api/chat/messages/", message), in{"text": "twice"}).Want(200)
		},
		"a read mark":       func() { maya.Post("/api/chat/read", in{"roomId": 2, "seq": 1000}).Want(200) },
		"all read":          func() { maya.Post("/api/notifications/read-all", nil).Want(200) },
		"a joined room":     func() { samSocket.Get("/api/chat/join", in{"roomId": room}).Want(200) },
		"a product's price": func() { sam.Do(http.MethodPatch, fmt.Sprint("/api/products/", product), in{"price": 2}).Want(200) },
		"an unread counter": func() { maya.Post("/api/chat/read", in{"roomId": room, "seq": 0}).Want(200) },
	} {
		do()
		eventsBeforeNext(app, mayaSocket, sam, room)
		do()
		for _, e := range eventsBeforeNext(app, mayaSocket, sam, room) {
			t.Errorf("%s: the repeated request sends %s %s", name, e.Name, e.Data)
		}
	}
	testkit.Eventually(t, "the outbox of notifications is empty", testkit.Timeout, func() bool {
		return apptest.Find[int](app, `select count(*) from chat.alerts`) == 0
	})
	if list := maya.Get("/api/notifications").Want(200).Body; strings.Count(list, `"type":"invite"`) != 1 {
		t.Errorf("Maya's notifications of one invitation are %s", list)
	}
}

// newPrivateRoomOf creates a private room with its owner as the only member.
func newPrivateRoomOf(app *apptest.App, owner *testkit.Client) int64 {
	app.T.Helper()
	return testkit.As[apptest.Fields](owner.Post("/api/rooms", in{"name": "private", "kind": "private"}).Want(200)).ID
}

// eventsBeforeNext sends a message to the room and returns the events that arrive before
// it, without those of such messages and without notifications.
func eventsBeforeNext(app *apptest.App, socket *testkit.Socket, sender *testkit.Client, room int64) (before []testkit.Event) {
	app.T.Helper()
	id := app.Send(sender, room, "now")
	for {
		e, err := socket.Next()
		switch {
		case err != nil:
			app.T.Fatal(err)
		case e.Name == "newMessage" && testkit.DataOf[apptest.Fields](app.T, e).ID == id:
			return before
		case e.Name == "notification": // its time is not determined
		case e.Name != "newMessage" && !strings.Contains(string(e.Data), `"lastMessage":{"id"`):
			before = append(before, e)
		}
	}
}
