package hub

import (
	"strings"

	"hubbub/internal/live/wire"
)

// Binary messages are sent to rooms as events are: eviction, Hold and the bus
// treat both alike. Binary messages have a share of the queue of their own, as
// large as that of the events, so that a stream cannot displace events. A binary
// message that does not fit does not close the connection: all binary messages
// queued from its room are discarded and OnLost is called, so that the feature
// can restart the stream.

// Stream sends a binary message to the connections of one room.
func (h *Hub) Stream(class Class, message []byte, to Recipients) {
	h.send(newStream(to.rooms[0], class, message, to.except), to.here)
}

// StreamTo sends a binary message to this connection only, unless it has left the
// room.
func (h *Hub) StreamTo(c *Conn, room string, class Class, message []byte) {
	if m := c.member(room); m != nil {
		c.push(binaryFrame(room, class, message), m)
	}
}

// ReplyBinary sends a binary message to this connection only. It is dropped if
// the binary part of the queue is more than half full.
func (c *Conn) ReplyBinary(message []byte) {
	c.push(&Frame{Bytes: message, Binary: true, class: Volatile}, nil)
}

// OnLost registers fn, to be called after binary messages from a room whose name
// starts with the prefix were discarded for a connection. fn runs outside all
// locks of the hub, in the goroutine that queued the message that did not fit.
// Register before serving.
func (h *Hub) OnLost(prefix string, fn func(c *Conn, room string)) {
	h.onLost = append(h.onLost, lossObserver{prefix, fn})
}

type lossObserver struct {
	prefix string
	fn     func(c *Conn, room string)
}

func (h *Hub) notifyLost(c *Conn, room string) {
	for _, l := range h.onLost {
		if strings.HasPrefix(room, l.prefix) {
			if !h.guarded("hub-lost", func() { l.fn(c, room) }) {
				c.Close(wire.CloseInternal) // its stream would have a gap
			}
		}
	}
}

func newStream(room string, class Class, message []byte, except string) *broadcast {
	return &broadcast{
		event: Event{Class: class}, body: noBody, binary: binaryFrame(room, class, message),
		rooms: []string{room}, except: except,
	}
}

func binaryFrame(room string, class Class, message []byte) *Frame {
	return &Frame{Bytes: message, Binary: true, room: room, class: class}
}

// discardStream discards the binary messages queued from the room.
func (c *Conn) discardStream(room string) {
	c.discard(func(f *Frame) bool { return f.Binary && f.room == room })
}
