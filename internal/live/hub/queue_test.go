package hub_test

import (
	"fmt"
	"testing"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

func TestQueueReplacesAQueuedState(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{}).join(h, "a", "b")
	state := func(key string, n int) hub.Event {
		return hub.Event{Name: "stats", Class: hub.State, Key: key, Data: n}
	}
	h.Broadcast(t.Context(), state("x", 1), hub.To("a"))
	h.Broadcast(t.Context(), state("y", 2), hub.To("a"))
	h.Broadcast(t.Context(), state("x", 3), hub.To("b"))
	h.Broadcast(t.Context(), state("x", 4), hub.To("a"))
	bob.wantFrames(`{"event":"stats","room":"a","data":2}`, `{"event":"stats","room":"b","data":3}`,
		`{"event":"stats","room":"a","data":4}`)
}

func TestQueueDropsVolatileEventsWhenHalfFull(t *testing.T) {
	h := newHub(t, hub.Config{QueueFrames: 4})
	bob := open(t, h, hub.Identity{}).join(h, "a")
	for i := range 5 {
		h.Broadcast(t.Context(), hub.Event{Name: "typing", Class: hub.Volatile, Data: i}, hub.To("a"))
	}
	h.Broadcast(t.Context(), event("newMessage", 9), hub.To("a"))
	bob.wantFrames(`{"event":"typing","room":"a","data":0}`, `{"event":"typing","room":"a","data":1}`,
		`{"event":"typing","room":"a","data":2}`, `{"event":"newMessage","room":"a","data":9}`)
	if st := h.Stats(); st.Dropped[hub.Volatile] != 2 {
		t.Errorf("dropped %v, want 2 volatile ones", st.Dropped)
	}
}

func TestQueueFullOfLogEventsClosesOnlyTheSlowConnection(t *testing.T) {
	for name, c := range map[string]hub.Config{"frames": {QueueFrames: 4}, "bytes": {QueueBytes: 160}} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, c)
			slow, quick := open(t, h, hub.Identity{}).join(h, "a"), open(t, h, hub.Identity{}).join(h, "a")
			for i := range 5 {
				h.Broadcast(t.Context(), event("newMessage", i), hub.To("a"))
				quick.wantFrames(fmt.Sprintf(`{"event":"newMessage","room":"a","data":%d}`, i))
			}
			frames, code := slow.Take(nil)
			if len(frames) != 0 || code != wire.CloseTooSlow {
				t.Errorf("%d frames and code %d, want none and 4408", len(frames), code)
			}
		})
	}
}

func TestQueueAcceptsAFrameLargerThanItselfWhenEmpty(t *testing.T) {
	h := newHub(t, hub.Config{QueueBytes: 10})
	bob := open(t, h, hub.Identity{})
	bob.Reply([]byte(`"a large document"`))
	bob.wantFrames(`"a large document"`)
}
