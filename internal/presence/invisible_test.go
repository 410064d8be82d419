package presence_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/account"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// hiding is an app with Maya, who hides, and two others, who must not see her. She and
// Sam have a direct room.
type hiding struct {
	*apptest.App
	t            *testing.T
	id           int64
	maya         *testkit.Client
	tab          *testkit.Socket
	others       []*testkit.Client
	frames       []*testkit.Socket // the others' connections
	room, direct int64
	seen         string // her lastSeenAt when she hid, in JSON; "": not yet
}

// presenceEvents are the events that reveal that a user is online.
var presenceEvents = []string{"userOnline", "userOffline", "presenceUpdated", "userJoined", "userLeft", "typing"}

func newHiding(t *testing.T) *hiding {
	app := apptest.Start(t, apptest.FastPresence)
	h := &hiding{App: app, t: t, maya: app.As("maya"), others: []*testkit.Client{app.As("sam"), app.As("theo")}}
	h.id, h.room = app.ID(h.maya), app.Room(h.others[0], "hidden")
	h.direct = testkit.As[apptest.Fields](h.maya.Post("/api/rooms/direct", in{"userId": app.ID(h.others[0])}).Want(200)).ID
	for i, other := range h.others {
		s := other.Connect("view=html")
		s.Get("/api/presence/subscribe", nil).Want(200)
		s.Get("/api/rooms", nil).Want(200)
		s.Get("/api/chat/join", in{"roomId": h.room}).Want(200)
		if i == 0 {
			s.Get("/api/chat/join", in{"roomId": h.direct}).Want(200)
		}
		h.frames = append(h.frames, s)
	}
	h.tab = h.maya.Connect("")
	return h
}

func (h *hiding) rooms() []int64 { return []int64{h.room, h.direct} }

func (h *hiding) setTyping(is bool) {
	for _, room := range h.rooms() {
		h.tab.Post("/api/chat/typing", in{"roomId": room, "isTyping": is}).Want(200)
	}
}

// waitForJoined waits for her userJoined, from so many rooms.
func (h *hiding) waitForJoined(s *testkit.Socket, rooms int) {
	h.t.Helper()
	for rooms > 0 {
		if testkit.DataOf[apptest.Fields](h.t, s.WantEvent("userJoined")).UserID == h.id {
			rooms--
		}
	}
}

// presenceEventNames returns the names of the presence events about her that have
// arrived, in order.
func (h *hiding) presenceEventNames(s *testkit.Socket) (names []string) {
	for _, e := range s.Events() {
		if slices.Contains(presenceEvents, e.Name) && testkit.DataOf[apptest.Fields](h.t, e).UserID == h.id {
			names = append(names, e.Name)
		}
	}
	return names
}

// wantHidden fails the test if a text reveals that she is online: JSON by isOnline or a
// later lastSeenAt, HTML by a mark.
func (h *hiding) wantHidden(where, text string) {
	h.t.Helper()
	shown := regexp.MustCompile(fmt.Sprintf(`"id":%d,"fullName":"[^"]*","handle":"maya","avatarUrl":null,"isOnline":(\w+),"lastSeenAt":("?[^",}]*)`, h.id))
	for _, m := range shown.FindAllStringSubmatch(text, -1) {
		if m[1] != "false" || h.seen != "" && m[2] != h.seen {
			h.t.Errorf("%s reveals her: %s", where, m[0])
		}
	}
	for _, tag := range regexp.MustCompile(`<[^>]*>[^<]*`).FindAllString(text, -1) {
		about := strings.Contains(tag, fmt.Sprintf(`data-person="%d"`, h.id)) || strings.Contains(tag, fmt.Sprintf(`-of="%d"`, h.id)) || strings.Contains(tag, fmt.Sprintf(`-word="%d"`, h.id))
		if about && regexp.MustCompile(`is viewing|="(online|away|busy|invisible)"|[Oo]nline|Away|disturb|[Ii]nvisible`).MatchString(tag) {
			h.t.Errorf("%s shows her: %s", where, tag)
		}
	}
}

// wantNoEvents fails the test if an event to the others reveals her.
func (h *hiding) wantNoEvents() {
	h.t.Helper()
	for i, s := range h.frames {
		for _, e := range s.Events() {
			if slices.Contains(presenceEvents, e.Name) && testkit.DataOf[apptest.Fields](h.t, e).UserID == h.id {
				h.t.Errorf("%d got %s %s", i, e.Name, e.Data)
			}
			h.wantHidden(e.Name, string(e.Data)+e.HTML)
		}
	}
}

// wantNotShown fails the test if a page or an answer for the others reveals her.
func (h *hiding) wantNotShown() {
	h.t.Helper()
	for i, other := range h.others {
		paths := []string{
			"/api/users?query=maya", fmt.Sprint("/api/rooms/", h.room, "/members"), fmt.Sprint("/api/chat/messages?roomId=", h.room),
			"/people", "/rooms", "/rooms/sidebar", fmt.Sprint("/people/", h.id), fmt.Sprint("/people/", h.id, "/card"),
			apptest.RoomPath(h.room), apptest.RoomPath(h.room) + "/head", apptest.RoomPath(h.room) + "/settings",
		}
		if i == 0 {
			paths = append(paths, apptest.RoomPath(h.direct), apptest.RoomPath(h.direct)+"/head", fmt.Sprint("/api/chat/messages?roomId=", h.direct))
		}
		for _, path := range paths {
			page := other.Get(path).Want(200).Body
			h.wantHidden(path, page)
			if strings.Contains(page, "online</span>") && !strings.Contains(page, `data-bind="online">1<`) {
				h.t.Errorf("%s counts her", path)
			}
		}
		late := other.Connect("")
		for _, p := range testkit.As[[]person](late.Get("/api/presence/subscribe", nil)) {
			if p.ID == h.id {
				h.t.Errorf("%d finds her online", i)
			}
		}
		h.wantHidden("joining", late.Get("/api/chat/join", in{"roomId": h.room}).Want(200).Body)
		if is := presenceSeenBy(h.App, other, h.id); is.Status != "offline" || is.Text != "" {
			h.t.Errorf("%d sees %+v", i, is)
		}
		late.Close()
	}
	why, err := h.Presence().Explain(h.t.Context(), account.User{ID: h.App.ID(h.others[0]), Role: account.Admin}, h.id)
	if err != nil || why.Whole || why.Leases != nil {
		h.t.Errorf("the explanation for an admin is %+v, %v", why, err)
	}
}

func TestPresenceInvisibleUserIsHiddenEverywhere(t *testing.T) {
	t.Parallel()
	h := newHiding(t)
	for _, room := range h.rooms() {
		h.tab.Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	nextUpdate(h.App, h.frames[0], h.maya)
	nextUpdate(h.App, h.frames[1], h.maya)
	h.waitForJoined(h.frames[0], 2)
	h.waitForJoined(h.frames[1], 1)
	h.setTyping(true)
	h.tab.Events()
	for _, s := range h.frames {
		s.Events()
	}
	before := h.others[0].Get(apptest.RoomPath(h.room)).Want(200).Body
	if !strings.Contains(before, "Maya Okafor is viewing this room") {
		t.Error("the page does not show her before she hides")
	}

	h.tab.Post("/api/presence/status", in{"status": "invisible", "text": "thinking"}).Want(200)
	want := []string{"userOffline", "presenceUpdated", "typing", "userLeft"}
	inDirect := []string{"userOffline", "presenceUpdated", "typing", "userLeft", "typing", "userLeft"}
	if got := h.presenceEventNames(h.frames[0]); !slices.Equal(got, inDirect) {
		t.Errorf("Sam receives %v, want %v", got, inDirect)
	}
	if got := h.presenceEventNames(h.frames[1]); !slices.Equal(got, want) {
		t.Errorf("Theo receives %v, want %v", got, want)
	}
	h.seen = `"` + *testkit.As[[]person](h.others[0].Get("/api/users?query=maya"))[0].LastSeenAt
	h.useEverything()
	h.wantNoEvents()
	h.wantNotShown()
	if own := presenceSeenBy(h.App, h.maya, h.id); own.Status != "invisible" {
		t.Errorf("she sees herself as %+v", own)
	}

	h.tab.Post("/api/presence/status", in{"status": "online"}).Want(200)
	h.setTyping(true)
	want = []string{"userOnline", "presenceUpdated", "userJoined", "typing"}
	inDirect = []string{"userOnline", "presenceUpdated", "userJoined", "userJoined", "typing", "typing"}
	if got := h.presenceEventNames(h.frames[0]); !slices.Equal(got, inDirect) {
		t.Errorf("Sam receives %v, want %v", got, inDirect)
	}
	if got := h.presenceEventNames(h.frames[1]); !slices.Equal(got, want) {
		t.Errorf("Theo receives %v, want %v", got, want)
	}
	if got := h.presenceEventNames(h.tab); slices.Contains(got, "userJoined") || slices.Contains(got, "userLeft") {
		t.Errorf("she receives %v of herself", got)
	}
}

// useEverything does what a hidden user may do. Others may see only her messages.
func (h *hiding) useEverything() {
	h.setTyping(true)
	h.setTyping(false)
	for _, room := range h.rooms() {
		said := testkit.As[apptest.Fields](h.tab.Post("/api/chat/send", in{"roomId": room, "text": "boo"}).Want(200))
		h.tab.Request("PATCH", fmt.Sprint("/api/chat/messages/", said.ID), in{"text": "boo!"}).Want(200)
		h.tab.Post(fmt.Sprintf("/api/chat/messages/%d/reactions", said.ID), in{"emoji": "👻"}).Want(200)
		h.tab.Post("/api/chat/read", in{"roomId": room, "seq": said.Seq}).Want(200)
		h.tab.Get("/api/chat/leave", in{"roomId": room}).Want(200)
		h.tab.Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	second := h.maya.Connect("")
	second.Get("/api/chat/join", in{"roomId": h.room}).Want(200)
	second.Post("/api/chat/typing", in{"roomId": h.room, "isTyping": true}).Want(200)
	second.Close()
	h.maya.Get(apptest.RoomPath(h.room)).Want(200)
	h.tab.Post("/api/presence/status", in{"text": "thinking on", "idle": true}).Want(200)
	h.tab.Post("/api/presence/status", in{"idle": false}).Want(200)
	h.Exec(`update account.users set last_seen_at = now() + interval '1 hour'`) // as her requests do
}

func TestPresenceInvisibleArrivalIsHidden(t *testing.T) {
	t.Parallel()
	h := newHiding(t)
	h.tab.Post("/api/presence/status", in{"status": "invisible"}).Want(200)
	h.tab.Close()
	app := h.App
	testkit.Eventually(t, "her lease is released", testkit.Timeout, func() bool {
		return apptest.Find[int64](app, `select count(*) from presence.leases where user_id = $1`, h.id) == 0
	})
	for _, s := range h.frames {
		s.Events()
	}
	h.tab = h.maya.Connect("")
	for _, room := range h.rooms() { // before the app has read her status
		h.tab.Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	h.useEverything()
	testkit.Eventually(t, "her lease is stored", testkit.Timeout, func() bool {
		return apptest.Find[int64](app, `select count(*) from presence.leases where user_id = $1`, h.id) == 1
	})
	h.wantNoEvents()
	h.wantNotShown()
}
