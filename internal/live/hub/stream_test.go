package hub_test

import (
	"slices"
	"strings"
	"testing"

	"hubbub/internal/live/hub"
)

// taken returns what a transport would send now, binary messages in brackets.
func taken(c *hub.Conn) []string {
	frames, _ := c.Take(nil)
	var texts []string
	for _, f := range frames {
		if f.Binary {
			texts = append(texts, "["+string(f.Bytes)+"]")
			continue
		}
		texts = append(texts, string(f.Bytes))
	}
	return texts
}

func openJoined(t *testing.T, h *hub.Hub, rooms ...string) *hub.Conn {
	t.Helper()
	c := h.Open(hub.Identity{UserID: 1})
	t.Cleanup(func() { h.Remove(c) })
	for _, room := range rooms {
		if _, err := h.Join(c, room, nil); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func wantTaken(t *testing.T, c *hub.Conn, want ...string) {
	t.Helper()
	if got := taken(c); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStreamReachesTheRoomOnEveryNodeInOrder(t *testing.T) {
	here, there := twoNodes(t)
	alice, bob, carol := openJoined(t, here, "doc"), openJoined(t, here, "doc"), openJoined(t, there, "doc")
	here.Broadcast(t.Context(), hub.Event{Name: "x"}, hub.To("doc"))
	here.Stream(hub.Volatile, []byte("caret"), hub.To("doc").Except(alice))
	here.Stream(hub.Log, []byte("edit"), hub.To("doc").Here())
	here.StreamTo(bob, "doc", hub.Log, []byte("ack"))
	here.StreamTo(bob, "another", hub.Log, []byte("not there"))
	event := `{"event":"x","room":"doc"}`
	wantTaken(t, alice, event, "[edit]")
	wantTaken(t, bob, event, "[caret]", "[edit]", "[ack]")
	wantTaken(t, carol, event, "[caret]")
}

func TestStreamThatDoesNotFitIsDiscardedWithoutLosingEvents(t *testing.T) {
	h := newHub(t, hub.Config{QueueFrames: 4})
	var lost []string
	h.OnLost("doc", func(_ *hub.Conn, room string) { lost = append(lost, room) })
	c := openJoined(t, h, "doc-1", "doc-2")
	h.Broadcast(t.Context(), hub.Event{Name: "x"}, hub.To("doc-1"))
	h.Stream(hub.Log, []byte("other"), hub.To("doc-2").Here())
	for range 3 {
		h.Stream(hub.Log, []byte("edit"), hub.To("doc-1").Here())
	}
	h.Stream(hub.Volatile, []byte("caret"), hub.To("doc-1").Here())
	h.Stream(hub.Log, []byte("too much"), hub.To("doc-1").Here())
	if strings.Join(lost, " ") != "doc-1" {
		t.Errorf("OnLost was called for %v", lost)
	}
	h.Stream(hub.Log, []byte("restart"), hub.To("doc-1").Here())
	wantTaken(t, c, `{"event":"x","room":"doc-1"}`, "[other]", "[restart]")
	if c.Closing() {
		t.Error("the connection is closed")
	}
}

func TestStreamIsHeldAndEvictedLikeEvents(t *testing.T) {
	h := newHub(t, hub.Config{})
	c := openJoined(t, h, "doc")
	c.Hold("doc")
	h.StreamTo(c, "doc", hub.Log, []byte("step"))
	c.Reply([]byte("reply"))
	c.Release()
	wantTaken(t, c, "reply", "[step]")
	h.StreamTo(c, "doc", hub.Log, []byte("edit"))
	h.Evict(1, "doc")
	h.Stream(hub.Log, []byte("later"), hub.To("doc").Here())
	wantTaken(t, c)
}
