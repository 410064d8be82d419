package chat_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestChatMessageReachesOtherSockets(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "talk")
	samSocket, mayaSocket := sam.Connect(""), maya.Connect("view=html")
	samSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	if joined := testkit.DataOf[apptest.Fields](t, samSocket.WantEvent("userJoined")); joined.RoomID != room || joined.UserID != app.ID(maya) {
		t.Errorf("userJoined is %+v", joined)
	}

	sent := testkit.As[apptest.Fields](samSocket.Post("/api/chat/send", in{"roomId": room, "text": "hi **Maya**"}).Want(200))
	e := mayaSocket.WantEvent("newMessage")
	if got := testkit.DataOf[apptest.Fields](t, e); got.ID != sent.ID || got.Text != "hi **Maya**" {
		t.Errorf("Maya sees %+v, Sam sent %+v", got, sent)
	}
	if !strings.Contains(e.HTML, "<strong>Maya</strong>") {
		t.Errorf("the row is %q", e.HTML)
	}
	samSocket.WantNo("newMessage")
	rows := mayaSocket.Request("GET", "/api/chat/messages", in{"roomId": room}).Want(200)
	if got := testkit.As[[]apptest.Fields](rows); len(got) != 1 || got[0].ID != sent.ID {
		t.Errorf("the history is %s", rows.Body)
	}
}

func TestActionAnswersTheRowsOfThePage(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	room := app.Room(sam, "rows")
	sam.Post("/api/chat/send", in{"roomId": room, "text": "hi **there**"}).Want(200)
	sam.Do("GET", fmt.Sprint("/api/chat/messages?roomId=", room), nil, "Accept", "text/html").Want(200).WantBody("<strong>there</strong>")
	live := sam.Connect("")
	live.Raw(fmt.Sprintf(`{"id":77,"url":"/api/chat/join","data":{"roomId":%d},"headers":{"Accept":"text/html"}}`, room)).Want(200).WantBody("<strong>there</strong>")
}

func TestChatClientIDMakesSendingIdempotent(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room, other := app.Room(sam, "one"), app.Room(sam, "two")
	mayaSocket := maya.Connect("")
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	id := uuid.NewString()

	first := sam.Post("/api/chat/send", in{"roomId": room, "text": "once", "clientId": id}).Want(200)
	again := sam.Post("/api/chat/send", in{"roomId": room, "text": "once", "clientId": id}).Want(200)
	if testkit.As[apptest.Fields](first).ID != testkit.As[apptest.Fields](again).ID || first.Header.Get("X-Seq") != again.Header.Get("X-Seq") {
		t.Errorf("sent %s, then %s", first.Body, again.Body)
	}
	mayaSocket.WantEvent("newMessage")
	mayaSocket.WantNo("newMessage")
	sam.Post("/api/chat/send", in{"roomId": other, "text": "once", "clientId": id}).Want(http.StatusConflict)
	maya.Post("/api/chat/send", in{"roomId": room, "text": "mine", "clientId": id}).Want(200).WantBody("mine")
	if e := testkit.DataOf[apptest.Fields](t, mayaSocket.WantEvent("newMessage")); e.Seq != 2 {
		t.Errorf("the next message has seq %d: the retry left a gap", e.Seq)
	}
}

func TestChatCatchUpReturnsChangedMessages(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "changes")
	var ids []int64
	for i := range 4 {
		ids = append(ids, testkit.As[apptest.Fields](sam.Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprint("message ", i)}).Want(200)).ID)
	}
	mayaSocket := maya.Connect("")
	joined := mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	if joined.Header.Get("X-Seq") != "4" || len(testkit.As[[]apptest.Fields](joined)) != 4 {
		t.Fatalf("joined at %s with %s", joined.Header.Get("X-Seq"), joined.Body)
	}

	sam.Do(http.MethodPatch, fmt.Sprint("/api/chat/messages/", ids[0]), in{"text": "edited"}).Want(200)
	sam.Do(http.MethodDelete, fmt.Sprint("/api/chat/messages/", ids[1]), nil).Want(204)
	maya.Post(fmt.Sprintf("/api/chat/messages/%d/reactions", ids[2]), in{"emoji": "🎉"}).Want(200).WantBody(`"mine":true`)

	changed := mayaSocket.Get("/api/chat/join", in{"roomId": room, "after": 4}).Want(200)
	got := testkit.As[[]apptest.Fields](changed)
	if len(got) != 3 || got[0].Text != "edited" || got[1].Text != "" || got[1].Seq != 6 || got[2].ID != ids[2] {
		t.Errorf("caught up with %s", changed.Body)
	}
	changed.WantBody(`"deletedAt":"20`)
	page := testkit.As[[]apptest.Fields](maya.Get(fmt.Sprint("/api/chat/messages?limit=2&roomId=", room, "&before=", ids[3])).Want(200))
	if len(page) != 2 || page[0].ID != ids[0] || page[1].ID != ids[2] {
		t.Errorf("the page before is %+v", page)
	}
}

func TestChatCatchUpResetsBeyond500Changes(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.RequestRate = 0 })
	sam := app.As("sam")
	room := app.Room(sam, "busy")
	live := sam.Connect("")
	for i := range 501 {
		live.Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprint(i)}).Want(200)
	}
	within := live.Get("/api/chat/join", in{"roomId": room, "after": 1}).Want(200)
	past := live.Get("/api/chat/join", in{"roomId": room, "after": 0}).Want(200)
	if n := len(testkit.As[[]apptest.Fields](within)); n != 500 || within.Header.Get("X-Reset") != "" {
		t.Errorf("500 changes: %d messages, X-Reset %q", n, within.Header.Get("X-Reset"))
	}
	if n := len(testkit.As[[]apptest.Fields](past)); n != 50 || past.Header.Get("X-Reset") != "true" {
		t.Errorf("501 changes: %d messages, X-Reset %q", n, past.Header.Get("X-Reset"))
	}
}

func TestChatTypingCombinesAllTabsOfAUser(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "typing")
	mayaSocket, one, two := maya.Connect(""), sam.Connect(""), sam.Connect("")
	for _, s := range []*testkit.Socket{mayaSocket, one, two} {
		s.Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	mayaSocket.WantEvent("userJoined")
	typing := func(s *testkit.Socket, is bool) {
		t.Helper()
		s.Post("/api/chat/typing", in{"roomId": room, "isTyping": is}).Want(200).WantBody(`{"ok":true}`)
	}
	typing(one, true)
	mayaSocket.WantEvent("typing")
	typing(two, true)
	mayaSocket.WantEvent("typing")
	typing(one, false)
	mayaSocket.WantNo("typing")
	two.Close()
	if e := mayaSocket.WantEvent("typing"); !strings.Contains(string(e.Data), `"isTyping":false`) {
		t.Errorf("after the last tab has closed: %s", e.Data)
	}
	app.As("theo").Connect("").Post("/api/chat/typing", in{"roomId": room, "isTyping": true}).Want(http.StatusForbidden)
}

func TestChatLeaveIsSentOncePerUser(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "visits")
	mayaSocket, one, two := maya.Connect(""), sam.Connect(""), sam.Connect("")
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	one.Get("/api/chat/join", in{"roomId": room}).Want(200)
	mayaSocket.WantEvent("userJoined")
	two.Get("/api/chat/join", in{"roomId": room}).Want(200)
	one.Get("/api/chat/leave", in{"roomId": room}).Want(200).WantBody(`{"left":true}`)
	mayaSocket.WantNo("userJoined")
	two.Close()
	if left := testkit.DataOf[apptest.Fields](t, mayaSocket.WantEvent("userLeft")); left.UserID != app.ID(sam) || left.RoomID != room {
		t.Errorf("userLeft is %+v", left)
	}
}

func TestChatUnreadCountsComeFromTheServer(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "unread")
	maya.Post(fmt.Sprintf("/api/rooms/%d/members", room), in{"userId": app.ID(maya)}).Want(200)
	one, two := maya.Connect(""), maya.Connect("")
	one.Get("/api/rooms", nil).Want(200)
	sam.Post("/api/chat/send", in{"roomId": room, "text": "@maya look"}).Want(200)
	sam.Post("/api/chat/send", in{"roomId": room, "text": "and this"}).Want(200)
	updated := one.WantEvent("room")
	if !strings.Contains(string(updated.Data), `"verb":"updated"`) || !strings.Contains(string(updated.Data), fmt.Sprintf(`"mentioned":[%d]`, app.ID(maya))) {
		t.Errorf("the event for the list of rooms is %s", updated.Data)
	}
	if unread, mentions := counts(app, maya, room); unread != 2 || mentions != 1 {
		t.Errorf("%d unread, %d mentions", unread, mentions)
	}
	one.Post("/api/chat/read", in{"roomId": room, "seq": 1}).Want(200).WantBody(`"unread":1`).WantBody(`"mentions":0`)
	two.WantEvent("roomRead")
	one.Post("/api/chat/read", in{"roomId": room, "seq": 999}).Want(200).WantBody(`"unread":0`)
	if e := testkit.DataOf[struct{ ReadSeq int64 }](t, two.WantEvent("roomRead")); e.ReadSeq != 2 {
		t.Errorf("read up to %d, past the room's seq", e.ReadSeq)
	}
	if unread, _ := counts(app, sam, room); unread != 0 {
		t.Errorf("%d of Sam's own messages are unread for Sam", unread)
	}
}

func TestChatRemovedMemberReceivesNothingMore(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := testkit.As[apptest.Fields](sam.Post("/api/rooms", in{"name": "secret", "kind": "private", "memberIds": []int64{app.ID(maya)}}).Want(200)).ID
	tabs := []*testkit.Socket{maya.Connect(""), maya.Connect("view=html")}
	for _, tab := range tabs {
		tab.Get("/api/rooms", nil).Want(200)
		tab.Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	sam.Do(http.MethodDelete, fmt.Sprintf("/api/rooms/%d/members/%d", room, app.ID(maya)), nil).Want(204)
	sam.Post("/api/chat/send", in{"roomId": room, "text": "now we are alone"}).Want(200)
	for _, tab := range tabs {
		if e := tab.WantEvent("room"); !strings.Contains(string(e.Data), `"verb":"removedFrom"`) {
			t.Errorf("the event of the removal is %s", e.Data)
		}
		for _, e := range tab.Events() {
			t.Errorf("after her removal Maya gets %s %s", e.Name, e.Data)
		}
		tab.Get("/api/chat/join", in{"roomId": room}).Want(http.StatusNotFound)
	}
	maya.Post("/api/chat/send", in{"roomId": room, "text": "still here?"}).Want(http.StatusNotFound)
	maya.Get(fmt.Sprint("/api/chat/messages?roomId=", room)).Want(http.StatusNotFound)
}

func TestChatRoomIsHandedOverWhenItsLastOwnerLeaves(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya, theo := app.As("sam"), app.As("maya"), app.As("theo")
	room := testkit.As[apptest.Fields](sam.Post("/api/rooms", in{"name": "handed", "kind": "private", "memberIds": []int64{app.ID(maya), app.ID(theo)}}).Want(200)).ID
	sam.Do(http.MethodDelete, fmt.Sprintf("/api/rooms/%d/members/%d", room, app.ID(sam)), nil).Want(204)
	maya.Do(http.MethodPatch, fmt.Sprint("/api/rooms/", room), in{"topic": "ours now"}).Want(200)
	theo.Do(http.MethodPatch, fmt.Sprint("/api/rooms/", room), in{"topic": "mine"}).Want(http.StatusForbidden)
	maya.Do(http.MethodPatch, fmt.Sprint("/api/rooms/", room), in{"archived": true}).Want(200).WantBody(`"archived":true`)
	theo.Post("/api/chat/send", in{"roomId": room, "text": "too late"}).Want(http.StatusConflict)
}

func TestChatDirectRoomIsUniqueForTwoUsers(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	priya, lin := app.As("priya"), app.As("lin")
	watching := lin.Connect("")
	watching.Get("/api/rooms", nil).Want(200)
	room := testkit.As[apptest.Fields](priya.Post("/api/rooms/direct", in{"userId": fmt.Sprint(app.ID(lin))}).Want(200).WantBody(`"name":"Lin Wei"`)).ID
	if e := watching.WantEvent("room"); !strings.Contains(string(e.Data), `"name":"Priya Raman"`) {
		t.Errorf("Lin receives %s", e.Data)
	}
	if again := testkit.As[apptest.Fields](lin.Post("/api/rooms/direct", in{"userId": app.ID(priya)}).Want(200)).ID; again != room {
		t.Errorf("Lin gets room %d, not %d", again, room)
	}
	app.As("sam").Get(fmt.Sprint("/api/chat/messages?roomId=", room)).Want(http.StatusNotFound)
}

// counts returns the room's counts in the client's list of rooms.
func counts(app *apptest.App, client *testkit.Client, room int64) (unread, mentions int) {
	app.T.Helper()
	for _, r := range testkit.As[[]struct {
		ID               int64
		Unread, Mentions int
	}](client.Get("/api/rooms").Want(200)) {
		if r.ID == room {
			return r.Unread, r.Mentions
		}
	}
	app.T.Fatalf("room %d is not in the list", room)
	return 0, 0
}
