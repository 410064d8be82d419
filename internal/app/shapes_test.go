package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// shapes has the exact fields of each object of docs/protocol.md.
var shapes = map[string]string{
	"user":          "id fullName handle avatarUrl isOnline lastSeenAt",
	"me":            "id fullName handle avatarUrl isOnline lastSeenAt email role",
	"room":          "id name topic kind archived seq readSeq unread mentions lastMessage",
	"lastMessage":   "id senderId text createdAt",
	"message":       "id roomId seq createdSeq sender text html clientId replyTo reactions createdAt editedAt deletedAt",
	"replyTo":       "id sender text",
	"reaction":      "emoji count mine",
	"eventReaction": "emoji count",
	"eventMessage":  "id roomId seq createdSeq sender text html clientId replyTo reactions createdAt editedAt deletedAt",
	"member":        "user role",
	"session":       "id userAgent address createdAt lastSeenAt current",
	"token":         "id name createdAt lastUsedAt expiresAt",
	"newToken":      "id name token createdAt lastUsedAt expiresAt",
	"ticket":        "ticket expiresAt",
	"marks":         "unread mentions",
	"roomRead":      "roomId readSeq unread mentions",
	"typing":        "userId roomId isTyping user",
	"visit":         "userId roomId user",
	"gone":          "id roomId seq",
	"connected":     "connectionId userId heartbeatMs protocol",
	"change":        "verb id data",
	"update":        "verb id data previous",
	"membership":    "user",
}

// within has the shape of the fields that hold another object or a list of them.
var within = map[string]string{
	"user": "user", "sender": "user", "replyTo": "replyTo", "lastMessage": "lastMessage",
}

// wantShape checks the fields of a JSON object, or of each object of a list.
func wantShape(t *testing.T, shape, text string) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%s: %v: %s", shape, err, text)
	}
	if list, ok := v.([]any); ok && len(list) == 0 {
		t.Errorf("%s: the list is empty", shape)
	}
	check(t, shape, v)
}

func check(t *testing.T, shape string, v any) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			check(t, shape, item)
		}
	case map[string]any:
		got, want := slices.Sorted(maps.Keys(v)), slices.Sorted(slices.Values(strings.Fields(shapes[shape])))
		if !slices.Equal(got, want) {
			t.Errorf("a %s has %v, want %v", shape, got, want)
		}
		for name, value := range v {
			checkField(t, shape, name, value)
		}
	default:
		t.Errorf("a %s is %v", shape, v)
	}
}

func checkField(t *testing.T, shape, name string, v any) {
	t.Helper()
	lower := strings.ToLower(name)
	switch {
	case v == nil:
	case within[name] != "":
		check(t, within[name], v)
	case name == "reactions":
		reaction := "reaction"
		if shape == "eventMessage" {
			reaction = "eventReaction"
		}
		check(t, reaction, v)
	case strings.HasSuffix(name, "At"):
		if text, ok := v.(string); !ok || !apptest.Timestamp.MatchString(text) {
			t.Errorf("%s.%s is %v, not a time with milliseconds", shape, name, v)
		}
	case name == "connectionId" || name == "clientId":
		if _, ok := v.(string); !ok {
			t.Errorf("%s.%s is %v", shape, name, v)
		}
	case strings.HasSuffix(lower, "id") || strings.HasSuffix(lower, "seq") || name == "count" || name == "unread" || name == "mentions":
		if number, ok := v.(json.Number); !ok || strings.ContainsAny(number.String(), ".eE") {
			t.Errorf("%s.%s is %v, not an integer", shape, name, v)
		}
	}
}

func TestAccountAnswersMatchTheProtocol(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ada := app.Anonymous()
	wantShape(t, "user", ada.Post("/api/signup", in{"fullName": "Ada Lovelace", "email": "ada@test.example", "password": "correct horse"}).Want(200).Body)
	wantShape(t, "user", ada.Post("/api/login", in{"email": "ada@test.example", "password": "correct horse"}).Want(200).Body)
	live := ada.Connect("")
	wantShape(t, "me", ada.Get("/api/me").Want(200).WantBody(`"handle":"ada"`).WantBody(`"role":"member"`).WantBody(`"avatarUrl":null`).Body)
	wantShape(t, "me", live.Get("/api/me", nil).Want(200).WantBody(`"isOnline":true`).Body)
	wantShape(t, "user", ada.Get("/api/users?query=ada").Want(200).Body)
	wantShape(t, "session", ada.Get("/api/sessions").Want(200).WantBody(`"current":true`).WantBody(`"current":false`).Body)
	made := ada.Post("/api/tokens", in{"name": "robot"}).Want(200)
	wantShape(t, "newToken", made.Body)
	wantShape(t, "token", ada.Get("/api/tokens").Want(200).Body)
	wantShape(t, "ticket", live.Post("/api/tickets", nil).Want(200).Body)
	apptest.WantNoContent(t, ada.Do(http.MethodDelete, fmt.Sprint("/api/tokens/", testkit.As[apptest.Fields](made).ID), nil))
	for _, s := range testkit.As[[]struct {
		ID      int64
		Current bool
	}](ada.Get("/api/sessions")) {
		if !s.Current {
			apptest.WantNoContent(t, live.Request(http.MethodDelete, fmt.Sprint("/api/sessions/", s.ID), nil))
		}
	}
	apptest.WantNoContent(t, ada.Post("/api/logout", nil))
	if role := testkit.As[struct{ Role string }](app.As("sam").Get("/api/me")).Role; role != "admin" {
		t.Errorf("Sam is %s", role)
	}
}

func TestChatRoomsMatchTheProtocol(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	live, watching := sam.Connect(""), maya.Connect("")
	wantShape(t, "room", watching.Get("/api/rooms", nil).Want(200).Body)
	wantShape(t, "room", sam.Get("/api/rooms?scope=public").Want(200).Body)
	made := live.Post("/api/rooms", in{"name": "shapes", "kind": "public", "topic": "all of them"}).Want(200)
	wantShape(t, "room", made.WantBody(`"lastMessage":null`).Body)
	room := testkit.As[apptest.Fields](made).ID
	e := watching.WantEvent("room")
	wantShape(t, "change", string(e.Data))
	wantShape(t, "room", changeData(t, e, "created"))

	wantShape(t, "room", live.Request(http.MethodPatch, fmt.Sprint("/api/rooms/", room), in{"topic": "some"}).Want(200).Body)
	e = watching.WantEvent("room")
	wantShape(t, "update", string(e.Data))
	changeData(t, e, "updated")

	path := fmt.Sprintf("/api/rooms/%d/members", room)
	wantShape(t, "member", live.Post(path, in{"userId": app.ID(maya)}).Want(200).Body)
	e = watching.WantEvent("room")
	wantShape(t, "change", string(e.Data))
	wantShape(t, "membership", changeData(t, e, "addedTo"))
	wantShape(t, "member", maya.Get(path).Want(200).WantBody(`"role":"owner"`).Body)
	apptest.WantNoContent(t, live.Request(http.MethodDelete, fmt.Sprint(path, "/", app.ID(maya)), nil))
	e = watching.WantEvent("room")
	wantShape(t, "change", string(e.Data))
	wantShape(t, "membership", changeData(t, e, "removedFrom"))
	wantShape(t, "room", maya.Post("/api/rooms/direct", in{"userId": app.ID(sam)}).Want(200).WantBody(`"kind":"direct"`).WantBody(`"name":"Sam Rivera"`).Body)
}

func TestChatMessagesMatchTheProtocol(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "shapes")
	samSocket, mayaSocket, plain := sam.Connect(""), maya.Connect("view=html"), maya.Connect("")
	for _, s := range []*testkit.Socket{mayaSocket, plain} {
		if got := s.Get("/api/chat/join", in{"roomId": room}).Want(200); got.Body != "[]" || got.Header.Get("X-Seq") != "0" {
			t.Errorf("an empty room is %s at %s", got.Body, got.Header.Get("X-Seq"))
		}
	}
	// both waits for an event on the connections with and without HTML, and checks its data.
	both := func(name, shape string) {
		t.Helper()
		e, without := mayaSocket.WantEvent(name), plain.WantEvent(name)
		if e.HTML == "" || without.HTML != "" {
			t.Errorf("%s: html %q with view=html, %q without", name, e.HTML, without.HTML)
		}
		if e.Room != fmt.Sprint("chat-", room) || string(e.Data) != string(without.Data) {
			t.Errorf("%s in %q: %s and %s", name, e.Room, e.Data, without.Data)
		}
		wantShape(t, shape, string(e.Data))
	}
	seq := int64(0)
	inSeq := func(a testkit.Answer) testkit.Answer {
		t.Helper()
		if seq++; a.Header.Get("X-Seq") != fmt.Sprint(seq) {
			t.Errorf("X-Seq is %q, want %d", a.Header.Get("X-Seq"), seq)
		}
		return a
	}

	samSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	both("userJoined", "visit")
	samSocket.Post("/api/chat/typing", in{"roomId": room, "isTyping": true}).Want(200)
	wantShape(t, "typing", string(plain.WantEvent("typing").Data))

	const clientID = "0e5f4a9c-5bd5-4f0e-9a6c-0d2f7f1f3a11"
	first := inSeq(samSocket.Post("/api/chat/send", in{"roomId": fmt.Sprint(room), "text": "one", "clientId": clientID}).Want(200)).WantBody(`"clientId":"` + clientID)
	wantShape(t, "message", first.Body)
	both("newMessage", "eventMessage")
	id := testkit.As[apptest.Fields](first).ID
	if again := sam.Post("/api/chat/send", in{"roomId": room, "text": "one", "clientId": clientID}).Want(200); strings.TrimSpace(again.Body) != first.Body || again.Header.Get("X-Seq") != "1" {
		t.Errorf("the retry answers %s at %s, want %s", again.Body, again.Header.Get("X-Seq"), first.Body)
	}
	wantShape(t, "message", inSeq(sam.Post("/api/chat/send", in{"roomId": room, "text": "two", "replyTo": id}).Want(200)).WantBody(`"replyTo":{"id":`).Body)
	both("newMessage", "eventMessage")
	wantShape(t, "message", inSeq(samSocket.Request(http.MethodPatch, fmt.Sprint("/api/chat/messages/", id), in{"text": "edited"}).Want(200)).WantBody(`"createdSeq":1`).Body)
	both("messageUpdated", "eventMessage")
	wantShape(t, "message", inSeq(samSocket.Post(fmt.Sprintf("/api/chat/messages/%d/reactions", id), in{"emoji": "👍"}).Want(200)).WantBody(`"mine":true`).Body)
	both("messageUpdated", "eventMessage")
	wantShape(t, "message", maya.Get(fmt.Sprint("/api/chat/messages?roomId=", room)).Want(200).WantBody(`"mine":false`).Body)

	samSocket.Post("/api/chat/read", in{"roomId": room, "seq": 1}).Want(200)
	wantShape(t, "marks", sam.Post("/api/chat/read", in{"roomId": room, "seq": 2}).Want(200).Body)
	read := samSocket.WantEvent("roomRead")
	wantShape(t, "roomRead", string(read.Data))
	if read.Room != fmt.Sprint("user-", app.ID(sam)) {
		t.Errorf("the room of roomRead is %q", read.Room)
	}
	apptest.WantNoContent(t, inSeq(samSocket.Request(http.MethodDelete, fmt.Sprint("/api/chat/messages/", id), nil)))
	both("messageDeleted", "gone")
	changed := mayaSocket.Get("/api/chat/join", in{"roomId": room, "after": 3}).Want(200)
	wantShape(t, "message", changed.WantBody(`"text":"","html":""`).Body)
	if changed.Header.Get("X-Seq") != "5" || changed.Header.Get("X-Reset") != "" {
		t.Errorf("caught up with %v", changed.Header)
	}
	samSocket.Get("/api/chat/leave", in{"roomId": room}).Want(200).WantBody(`{"left":true}`)
	both("userLeft", "visit")
}

func TestConnectedEventMatchesTheProtocol(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	for _, client := range []*testkit.Client{app.As("sam"), app.Anonymous()} {
		greeting := client.Greeting("")
		wantShape(t, "connected", string(greeting.Data))
		if greeting.Room != "" || greeting.HTML != "" {
			t.Errorf("the connected event is %+v", greeting)
		}
		for _, part := range []string{`"connectionId":"c_`, `"heartbeatMs":25000`, `"protocol":1`} {
			if !strings.Contains(string(greeting.Data), part) {
				t.Errorf("the connected event has no %s: %s", part, greeting.Data)
			}
		}
	}
	if greeting := app.Anonymous().Greeting(""); !strings.Contains(string(greeting.Data), `"userId":null`) {
		t.Errorf("the connected event of an anonymous client is %s", greeting.Data)
	}
}

func TestActionAnswersHTMLIfAccepted(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	room := app.Room(sam, "fragments")
	for _, answer := range []testkit.Answer{
		sam.Do(http.MethodPost, "/api/chat/send", in{"roomId": room, "text": "**hi**"}, "Accept", "text/html"),
		sam.Do(http.MethodGet, fmt.Sprint("/api/chat/messages?roomId=", room), nil, "Accept", "text/html"),
	} {
		answer.Want(200).WantBody("<strong>hi</strong>").WantBody(`id="message-`)
		if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
			t.Errorf("the content type is %s", kind)
		}
	}
	apptest.WantProblem(t, sam.Do(http.MethodPost, "/api/chat/send", in{"roomId": room, "text": ""}, "Accept", "text/html"), 422)
}

// changeData returns the data of a resource event, and checks its verb.
func changeData(t *testing.T, e testkit.Event, verb string) string {
	t.Helper()
	change := testkit.DataOf[struct {
		Verb string
		Data json.RawMessage
	}](t, e)
	if change.Verb != verb {
		t.Errorf("the verb is %s, want %s: %s", change.Verb, verb, e.Data)
	}
	return string(change.Data)
}
