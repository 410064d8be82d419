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

// refusal is a request that breaks a rule, and the answer by HTTP and over the socket.
type refusal struct {
	name   string
	handle string
	method string
	path   string
	data   in
	status int
	says   string // contained in the problem document
}

func TestChatRefusalsChangeNothing(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	lin, maya := a.Clients["lin"], a.Clients["maya"]
	public, private, other, archived := a.Room(lin, "public"), a.PrivateRoom(lin, maya), a.Room(lin, "other"), a.Room(lin, "archived")
	posted, old, elsewhere, erased := a.Send(lin, public, "hers"), a.Send(lin, archived, "old"), a.Send(lin, other, "elsewhere"), a.Send(lin, public, "erased")
	colourful := a.Send(lin, public, "colourful")
	for _, emoji := range strings.Fields("😀 😁 😂 😃 😄 😅 😆 😇 😈 😉 😊 😋 😌 😍 😎 😏 😐 😑 😒 😓") {
		lin.Post(fmt.Sprintf("/api/chat/messages/%d/reactions", colourful), in{"emoji": emoji}).Want(200)
	}
	lin.Do(http.MethodDelete, fmt.Sprint("/api/chat/messages/", erased), nil).Want(204)
	lin.Do(http.MethodPatch, fmt.Sprint("/api/rooms/", archived), in{"archived": true}).Want(200)
	used := uuid.NewString()
	maya.Post("/api/chat/send", in{"roomId": other, "text": "used", "clientId": used}).Want(200)

	const send, join, messages = "/api/chat/send", "/api/chat/join", "/api/chat/messages"
	const get, post, patch, del = http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete
	message := func(id int64) string { return fmt.Sprint("/api/chat/messages/", id) }
	reactions := func(id int64) string { return message(id) + "/reactions" }
	room := func(id int64) string { return fmt.Sprint("/api/rooms/", id) }
	members := func(id int64) string { return room(id) + "/members" }

	for _, r := range []refusal{
		{"an unknown route", "lin", get, "/api/nothing", nil, 404, ""},
		{"an unknown method", "lin", http.MethodPut, "/api/rooms", in{}, 405, ""},
		{"a method that HTTP does not define", "lin", "BREW", send, in{}, 405, ""},

		{"2,001 characters", "lin", post, send, in{"roomId": public, "text": strings.Repeat("é", 2001)}, 422, "2000"},
		{"a text of spaces", "lin", post, send, in{"roomId": public, "text": " \n\t\u00a0 "}, 422, "text"},
		{"no text", "lin", post, send, in{"roomId": public}, 422, "text"},
		{"a text that is a number", "lin", post, send, in{"roomId": public, "text": 7}, 422, "text"},
		{"a text with NUL", "lin", post, send, in{"roomId": public, "text": "a\x00b"}, 422, "NUL"},
		{"no room", "lin", post, send, in{"text": "hi"}, 422, "roomId"},
		{"a room that doesn't exist", "lin", post, send, in{"roomId": 999999, "text": "hi"}, 404, ""},
		{"a room that cannot exist", "lin", post, send, in{"roomId": -1, "text": "hi"}, 422, "roomId"},
		{"a private room of others", "theo", post, send, in{"roomId": private, "text": "hi"}, 404, ""},
		{"an archived room", "lin", post, send, in{"roomId": archived, "text": "hi"}, 409, "archived"},
		{"an invalid clientId", "lin", post, send, in{"roomId": public, "text": "hi", "clientId": "mine"}, 422, "clientId"},
		{"a clientId used in another room", "maya", post, send, in{"roomId": public, "text": "hi", "clientId": used}, 409, ""},
		{"a reply to a message of another room", "lin", post, send, in{"roomId": public, "text": "hi", "replyTo": elsewhere}, 422, "replyTo"},
		{"a reply to a deleted message", "lin", post, send, in{"roomId": public, "text": "hi", "replyTo": erased}, 422, "replyTo"},
		{"a reply to an unknown message", "lin", post, send, in{"roomId": public, "text": "hi", "replyTo": 999999}, 422, "replyTo"},

		{"history of a room of others", "theo", get, messages, in{"roomId": private}, 404, ""},
		{"history before −1", "lin", get, messages, in{"roomId": public, "before": -1}, 422, "before"},
		{"history around a word", "lin", get, messages, in{"roomId": public, "around": "x"}, 422, "around"},
		{"a limit of 0", "lin", get, messages, in{"roomId": public, "limit": 0}, 422, "limit"},
		{"reading up to −1", "lin", post, "/api/chat/read", in{"roomId": public, "seq": -1}, 422, "seq"},
		{"reading a room of others", "theo", post, "/api/chat/read", in{"roomId": private, "seq": 1}, 404, ""},
		{"an unknown scope", "lin", get, "/api/rooms", in{"scope": "all"}, 422, "scope"},

		{"editing someone else's message", "maya", patch, message(posted), in{"text": "mine now"}, 403, "your own messages"},
		{"editing in an archived room", "lin", patch, message(old), in{"text": "new"}, 409, "archived"},
		{"editing a deleted message", "lin", patch, message(erased), in{"text": "back"}, 404, ""},
		{"editing to a blank text", "lin", patch, message(posted), in{"text": "  "}, 422, "text"},
		{"editing to 2,001 characters", "lin", patch, message(posted), in{"text": strings.Repeat("x", 2001)}, 422, "text"},
		{"deleting someone else's message", "maya", del, message(posted), nil, 403, ""},
		{"deleting twice", "lin", del, message(erased), nil, 404, ""},
		{"deleting an unknown message", "lin", del, message(999999), nil, 404, ""},
		{"an emoji that is a word", "lin", post, reactions(posted), in{"emoji": "ok"}, 422, "emoji"},
		{"two emoji", "lin", post, reactions(posted), in{"emoji": "👍👍"}, 422, "emoji"},
		{"the 21st kind of emoji", "maya", post, reactions(colourful), in{"emoji": "🎉"}, 422, "20"},
		{"a reaction to a deleted message", "maya", post, reactions(erased), in{"emoji": "🎉"}, 404, ""},
		{"a reaction in an archived room", "maya", post, reactions(old), in{"emoji": "🎉"}, 409, "archived"},

		{"a name that is taken", "maya", post, "/api/rooms", in{"name": "PUBLIC", "kind": "public"}, 409, "name"},
		{"a room without a name", "maya", post, "/api/rooms", in{"name": " ", "kind": "public"}, 422, "name"},
		{"a name of 81 characters", "maya", post, "/api/rooms", in{"name": strings.Repeat("ü", 81), "kind": "public"}, 422, "name"},
		{"an invalid kind", "maya", post, "/api/rooms", in{"name": "x", "kind": "direct"}, 422, "kind"},
		{"a member who doesn't exist", "maya", post, "/api/rooms", in{"name": "x", "kind": "private", "memberIds": []int{999999}}, 404, ""},
		{"members that are not a list", "maya", post, "/api/rooms", in{"name": "x", "kind": "private", "memberIds": "me"}, 422, "memberIds"},
		{"renaming to a name that is taken", "lin", patch, room(other), in{"name": "public"}, 409, ""},
		{"renaming a room of others", "theo", patch, room(private), in{"name": "mine"}, 404, ""},
		{"renaming without owning it", "maya", patch, room(private), in{"name": "mine"}, 403, ""},
		{"members of a room of others", "theo", get, members(private), nil, 404, ""},
		{"inviting to a room of others", "theo", post, members(private), in{"userId": a.ID(a.Clients["theo"])}, 404, ""},
		{"inviting without being a member", "theo", post, members(public), in{"userId": a.ID(maya)}, 403, ""},
		{"inviting an unknown user", "lin", post, members(private), in{"userId": 999999}, 404, ""},
		{"removing others without owning it", "maya", del, members(private) + fmt.Sprint("/", a.ID(lin)), nil, 403, ""},
		{"removing a user who is not a member", "lin", del, members(private) + fmt.Sprint("/", a.ID(a.Clients["theo"])), nil, 404, ""},
		{"a direct room with an unknown user", "lin", post, "/api/rooms/direct", in{"userId": 999999}, 404, ""},

		{"anonymously, sending", "", post, send, in{"roomId": public, "text": "hi"}, 401, ""},
		{"anonymously, reading", "", get, messages, in{"roomId": public}, 401, ""},
		{"anonymously, listing", "", get, "/api/rooms", nil, 401, ""},
		{"anonymously, who am I", "", get, "/api/me", nil, 401, ""},
	} {
		for _, bySocket := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, socket=%t", r.name, bySocket), func(t *testing.T) {
				a.WantRefused(t, func() {
					answer := a.Call(bySocket, r.handle, r.method, r.path, r.data)
					apptest.WantProblem(t, answer, r.status)
					answer.WantBody(r.says)
				})
			})
		}
	}
	for _, r := range []refusal{
		{"joining a room of others", "theo", get, join, in{"roomId": private}, 404, ""},
		{"joining an unknown room", "theo", get, join, in{"roomId": 999999}, 404, ""},
		{"joining after −1", "lin", get, join, in{"roomId": public, "after": -1}, 422, "after"},
		{"typing without having joined", "maya", post, "/api/chat/typing", in{"roomId": public, "isTyping": true}, 403, "Join"},
		{"typing in a room of others", "theo", post, "/api/chat/typing", in{"roomId": private, "isTyping": true}, 404, ""},
		{"joining anonymously", "", get, join, in{"roomId": public}, 401, ""},
	} {
		t.Run(r.name, func(t *testing.T) {
			a.WantRefused(t, func() { apptest.WantProblem(t, a.Call(true, r.handle, r.method, r.path, r.data), r.status) })
		})
		t.Run(r.name+" without a live connection, which comes first", func(t *testing.T) {
			a.WantRefused(t, func() {
				if p := apptest.WantProblem(t, a.Call(false, r.handle, r.method, r.path, r.data), 400); p.Detail != "WebSocket required" {
					t.Errorf("the detail is %q", p.Detail)
				}
			})
		})
	}
}

func TestChatLengthIsInCodePoints(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	room := app.Room(sam, "long")
	text := strings.Repeat("🎉", 2000)
	if got := testkit.As[apptest.Fields](sam.Post("/api/chat/send", in{"roomId": room, "text": text}).Want(200)); got.Text != text {
		t.Errorf("2,000 emoji are stored as %d bytes", len(got.Text))
	}
	kept := " \n spaces around and\ttabs \n"
	if got := testkit.As[apptest.Fields](sam.Connect("").Post("/api/chat/send", in{"roomId": room, "text": kept}).Want(200)); got.Text != kept {
		t.Errorf("the text is stored as %q", got.Text)
	}
}

func TestChatMarkupIsShownAsText(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "markup")
	mayaSocket := maya.Connect("view=html")
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	for _, text := range []string{"<script>alert(1)</script>", `<img src=x onerror="alert(1)">`, "[x](javascript:alert(1))", "```<script>\nx\n```", `"><svg/onload=alert(1)>`} {
		sam.Post("/api/chat/send", in{"roomId": room, "text": text}).Want(200)
		e := mayaSocket.WantEvent("newMessage")
		sent := testkit.DataOf[struct{ Text, HTML string }](t, e)
		if sent.Text != text {
			t.Errorf("%q is not stored as it was sent", text)
		}
		for _, html := range []string{sent.HTML, e.HTML, maya.Do(http.MethodGet, fmt.Sprint("/rooms/", room), nil, "Accept", "text/html").Want(200).Body} {
			for _, bad := range []string{"<script>alert", "<script>\nx", "<img src=x", "<svg/", `href="javascript:`} {
				if strings.Contains(html, bad) {
					t.Errorf("%q became the markup %q", text, bad)
				}
			}
		}
	}
}

func TestChatHistoryLimitIsAtMost100(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	room := app.Room(sam, "many")
	live := sam.Connect("")
	for i := range 101 {
		live.Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprint(i)}).Want(200)
	}
	for _, answer := range []testkit.Answer{
		sam.Get(fmt.Sprintf("/api/chat/messages?roomId=%d&limit=100000", room)),
		live.Get("/api/chat/messages", in{"roomId": room, "limit": "1000"}),
	} {
		if n := len(testkit.As[[]apptest.Fields](answer.Want(200))); n != 100 {
			t.Errorf("%d messages", n)
		}
	}
}

func TestChatClientIDIsUniquePerUser(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	room := a.Room(a.Clients["lin"], "ids")
	const id = "11111111-2222-4333-8444-555555555555"
	linMessage := testkit.As[apptest.Fields](a.Clients["lin"].Post("/api/chat/send", in{"roomId": room, "text": "hers", "clientId": id}).Want(200))
	theoMessage := testkit.As[apptest.Fields](a.Clients["theo"].Post("/api/chat/send", in{"roomId": room, "text": "his", "clientId": strings.ToUpper(id)}).Want(200))
	if theoMessage.ID == linMessage.ID || theoMessage.Text != "his" {
		t.Errorf("with the clientId of another user Theo gets %+v", theoMessage)
	}
}
