package hub

import (
	"strings"

	"hubbub/internal/wire"
)

// Binary messages go through rooms as events do: eviction, Hold and the bus
// treat them alike. They have a part of the queue of their own, as large as that
// of the events, so that a stream cannot push out what people tell each other.
// One that does not fit closes nothing: all binary messages queued from its room
// are discarded and OnLost tells, so that the stream can begin anew.

// Stream sends a binary message to the room's connections on every node, all but
// except.
func (h *Hub) Stream(room string, class Class, message []byte, except *Conn) {
	h.publish(streamed(room, class, message, idOf(except)))
}

// StreamHere is Stream on this node only.
func (h *Hub) StreamHere(room string, class Class, message []byte, except *Conn) {
	h.deliver(streamed(room, class, message, idOf(except)))
}

// StreamTo sends a binary message to this connection alone, unless it has left
// the room.
func (h *Hub) StreamTo(c *Conn, room string, class Class, message []byte) {
	if m := c.member(room); m != nil {
		c.push(binaryFrame(room, class, message), m)
	}
}

// ReplyBinary sends a binary message to this connection alone, unless much waits.
func (c *Conn) ReplyBinary(message []byte) {
	c.push(&Frame{Bytes: message, Binary: true, class: Volatile}, nil)
}

// OnLost calls fn after binary messages to a connection were discarded, from a
// room whose name starts with the prefix. It runs outside all locks of the hub,
// in the goroutine that streamed. Register before serving.
func (h *Hub) OnLost(prefix string, fn func(c *Conn, room string)) {
	h.losses = append(h.losses, loss{prefix, fn})
}

type loss struct {
	prefix string
	fn     func(c *Conn, room string)
}

func (h *Hub) tellLost(c *Conn, room string) {
	for _, l := range h.losses {
		if strings.HasPrefix(room, l.prefix) {
			if !h.guarded("hub-lost", func() { l.fn(c, room) }) {
				c.Close(wire.CloseInternal) // its stream would have a hole
			}
		}
	}
}

func streamed(room string, class Class, message []byte, except string) *parcel {
	return &parcel{
		event: Event{Class: class}, body: noBody, binary: binaryFrame(room, class, message),
		rooms: []string{room}, except: except,
	}
}

func binaryFrame(room string, class Class, message []byte) *Frame {
	return &Frame{Bytes: message, Binary: true, room: room, class: class}
}

// discardStream throws away the binary messages queued from the room.
func (c *Conn) discardStream(room string) {
	c.discard(func(f *Frame) bool { return f.Binary && f.room == room })
}
