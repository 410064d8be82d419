package hub

import (
	"encoding/json"

	"hubbub/internal/live/bus"
	"hubbub/internal/live/wire"
)

// receive does on this node what another node has published. It does not publish
// it again.
func (h *Hub) receive(m bus.Message) {
	h.count.received.Add(1)
	switch m.Kind {
	case bus.Event:
		h.deliver(unpack(m))
	case bus.Stream:
		h.deliver(newStream(m.Rooms[0], Class(m.Class), m.Binary, m.Except))
	case bus.Eviction:
		h.receiveEviction(m)
	case bus.SessionEnded:
		h.closeSession(m.Session, wire.CloseCode(m.Code))
	}
}

func (h *Hub) receiveEviction(m bus.Message) {
	if m.UserID != 0 {
		h.evict(m.UserID, m.Rooms)
		return
	}
	for _, room := range m.Rooms {
		h.evictAll(room)
	}
}

func unpack(m bus.Message) *broadcast {
	return &broadcast{
		event: Event{Name: m.Event, Class: Class(m.Class), Key: m.Key, Seq: m.Seq, Skip: m.Skip},
		body: &body{
			json:     func() json.RawMessage { return m.Data },
			fragment: func() []byte { return m.HTML },
			hasHTML:  func() bool { return m.HTML != nil },
		},
		rooms: m.Rooms, unnamed: m.Unnamed, only: m.Only, except: m.Except,
		follow: m.Follow, disband: m.Disband,
	}
}
