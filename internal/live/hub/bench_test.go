package hub_test

import (
	"testing"

	"hubbub/internal/live/hub"
)

// BenchmarkBroadcast measures a broadcast to 1,000 members, without a transport.
func BenchmarkBroadcast(b *testing.B) {
	h := newHub(b, hub.Config{})
	var members []testConn
	for range 1000 {
		members = append(members, open(b, h, hub.Identity{}).join(h, "a"))
	}
	ev := event("newMessage", "hello")
	spares := make([][]*hub.Frame, len(members))
	for i := 0; b.Loop(); i++ {
		h.Broadcast(b.Context(), ev, hub.To("a"))
		if i%16 != 15 {
			continue
		}
		for m := range members {
			spares[m], _ = members[m].Take(spares[m])
		}
	}
}

func BenchmarkJoinAndLeave(b *testing.B) {
	h := newHub(b, hub.Config{})
	c := open(b, h, hub.Identity{UserID: 1})
	for b.Loop() {
		h.Join(c.Conn, "a", nil)
		h.Leave(c.Conn, "a")
	}
}
