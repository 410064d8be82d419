package hub_test

import (
	"testing"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

func TestHoldPutsEventsBehindTheAnswer(t *testing.T) {
	h := newHub(t, hub.Config{})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "a", "b")
	alice.Hold("a")
	alice.Hold("a")
	alice.Hold("nowhere")
	h.Broadcast(t.Context(), event("x", 1), hub.To("a"))
	h.Broadcast(t.Context(), event("x", 2), hub.To("b"))
	alice.QueueReply([]byte("answer"))
	alice.Release()
	alice.Release()
	h.Broadcast(t.Context(), event("x", 3), hub.To("a"))
	alice.wantFrames(`{"event":"x","room":"b","data":2}`, "answer",
		`{"event":"x","room":"a","data":1}`, `{"event":"x","room":"a","data":3}`)
}

func TestReleaseWakesTheTransport(t *testing.T) {
	h := newHub(t, hub.Config{})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "a")
	alice.Hold("a")
	h.Broadcast(t.Context(), event("x", 1), hub.To("a"))
	alice.Take(nil)
	for len(alice.Wake()) > 0 {
		<-alice.Wake()
	}
	alice.Release()
	if len(alice.Wake()) == 0 {
		t.Error("the transport was not woken")
	}
}

func TestEvictionDiscardsHeldEvents(t *testing.T) {
	h := newHub(t, hub.Config{})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "a")
	alice.Hold("a")
	h.Broadcast(t.Context(), event("x", 1), hub.To("a"))
	h.Evict(1, "a")
	alice.Release()
	alice.wantFrames()
}

func TestHoldClosesAConnectionThatHoldsTooMuch(t *testing.T) {
	h := newHub(t, hub.Config{QueueFrames: 2})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "a")
	alice.Hold("a")
	for n := range 3 {
		h.Broadcast(t.Context(), event("x", n), hub.To("a"))
	}
	alice.wantClosed(wire.CloseTooSlow)
	alice.Release()
	alice.wantFrames()
}
