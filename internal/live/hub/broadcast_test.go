package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"hubbub/internal/live/hub"
)

func TestBroadcastReachesTheRoomButNotTheSender(t *testing.T) {
	h := newHub(t, hub.Config{})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "chat-1")
	tab := open(t, h, hub.Identity{UserID: 1}).join(h, "chat-1")
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "chat-1")
	carol := open(t, h, hub.Identity{UserID: 3}).join(h, "chat-2")

	h.Broadcast(t.Context(), event("newMessage", "hi"), hub.To("chat-1").Except(alice.Conn))

	frame := `{"event":"newMessage","room":"chat-1","data":"hi"}`
	alice.wantFrames()
	tab.wantFrames(frame)
	bob.wantFrames(frame)
	carol.wantFrames()
}

func TestBroadcastSkipsAUser(t *testing.T) {
	here, there := twoNodes(t)
	tab := open(t, here, hub.Identity{UserID: 1}).join(here, "a")
	away := open(t, there, hub.Identity{UserID: 1}).join(there, "a")
	bob := open(t, there, hub.Identity{UserID: 2}).join(there, "a")
	anon := open(t, here, hub.Identity{}).join(here, "a")
	ev := event("x", 1)
	ev.Skip = 1

	here.Broadcast(t.Context(), ev, hub.To("a"))
	here.Broadcast(t.Context(), event("y", 2), hub.To("a"))

	tab.wantFrames(`{"event":"y","room":"a","data":2}`)
	away.wantFrames(`{"event":"y","room":"a","data":2}`)
	for _, other := range []testConn{bob, anon} {
		other.wantFrames(`{"event":"x","room":"a","data":1}`, `{"event":"y","room":"a","data":2}`)
	}
}

func TestBroadcastToSeveralRoomsReachesAConnectionOnce(t *testing.T) {
	h := newHub(t, hub.Config{})
	both := open(t, h, hub.Identity{}).join(h, "a", "b")
	second := open(t, h, hub.Identity{}).join(h, "b")

	h.Broadcast(t.Context(), event("x", 1), hub.To("a", "b"))

	both.wantFrames(`{"event":"x","room":"a","data":1}`)
	second.wantFrames(`{"event":"x","room":"b","data":1}`)
}

func TestBroadcastReachesServerRoomsAndEveryoneReachesAll(t *testing.T) {
	h := newHub(t, hub.Config{})
	alice := open(t, h, hub.Identity{UserID: 1})
	anon := open(t, h, hub.Identity{})

	h.Broadcast(t.Context(), event("mine", nil), hub.To(alice.ID()))
	h.Broadcast(t.Context(), event("ours", nil), hub.To("user-1"))
	h.Broadcast(t.Context(), event("all", nil), hub.Everyone)

	alice.wantFrames(`{"event":"mine","room":"`+alice.ID()+`"}`, `{"event":"ours","room":"user-1"}`, `{"event":"all"}`)
	anon.wantFrames(`{"event":"all"}`)
	if h.UserIn(0, "user-0") {
		t.Error("anonymous connections share a room")
	}
	h.LeaveAll(alice.Conn)
	if !h.In(alice.Conn, "user-1") || !h.In(alice.Conn, alice.ID()) {
		t.Error("LeaveAll left the server's own rooms")
	}
}

func TestBroadcastMakesEachRepresentationOnceAndOnlyIfNeeded(t *testing.T) {
	h := newHub(t, hub.Config{})
	var encoded, rendered int
	ev := hub.Event{
		Name: "x",
		Data: counting{&encoded},
		HTML: func(ctx context.Context, w io.Writer) error {
			rendered++
			return fragment("<p>")(ctx, w)
		},
	}
	h.Broadcast(t.Context(), ev, hub.To("empty"))
	if encoded+rendered != 0 {
		t.Errorf("encoded %d and rendered %d times for an empty room", encoded, rendered)
	}
	var plain, html []testConn
	for range 3 {
		plain = append(plain, open(t, h, hub.Identity{}).join(h, "a", "b"))
	}
	h.Broadcast(t.Context(), ev, hub.To("a"))
	if encoded != 1 || rendered != 0 {
		t.Errorf("encoded %d and rendered %d times, want 1 and 0", encoded, rendered)
	}
	for range 3 {
		html = append(html, open(t, h, hub.Identity{HTML: true}).join(h, "b"))
	}
	h.Broadcast(t.Context(), ev, hub.To("a", "b"))
	if encoded != 2 || rendered != 1 {
		t.Errorf("encoded %d and rendered %d times, want 2 and 1", encoded, rendered)
	}
	plain[0].wantFrames(`{"event":"x","room":"a","data":1}`, `{"event":"x","room":"a","data":1}`)
	html[2].wantFrames(`{"event":"x","room":"b","data":1,"html":"<p>"}`)
}

type counting struct{ n *int }

func (c counting) MarshalJSON() ([]byte, error) { *c.n++; return []byte("1"), nil }

func TestBroadcastIgnoresTheEndOfItsContext(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{HTML: true}).join(h, "a")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	h.Broadcast(ctx, hub.Event{Name: "x", HTML: func(ctx context.Context, w io.Writer) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return fragment("<p>")(ctx, w)
	}}, hub.To("a"))
	bob.wantFrames(`{"event":"x","room":"a","html":"<p>"}`)
}

func TestBroadcastSendsDataIfRenderingFails(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{HTML: true}).join(h, "a")
	broken := func(context.Context, io.Writer) error { return errors.New("broken") }
	h.Broadcast(t.Context(), hub.Event{Name: "x", Data: 1, HTML: broken}, hub.To("a"))
	bob.wantFrames(`{"event":"x","room":"a","data":1}`)
}

func TestBroadcastFramesAreValidJSON(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{HTML: true}).join(h, "a")
	h.Broadcast(t.Context(), hub.Event{Name: "x", Data: "<\u2028\n>", HTML: fragment("<a href=\"x\">\n\t\xff</a>")}, hub.To("a"))
	frames, _ := bob.Take(nil)
	if len(frames) != 1 || !json.Valid(frames[0].Bytes) {
		t.Errorf("%d frames; want one that is valid JSON", len(frames))
	}
}
