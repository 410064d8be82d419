package hub

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/bus"
	"hubbub/internal/live/wire"
)

// Opened describes a connection that was opened.
type Opened struct {
	Conn  *Conn
	First bool // the user has no other connection on this node; false if anonymous
}

// OnOpen registers fn, to be called after a connection was opened, unless it was
// refused. An observer registered with OnLeave("user-", …) learns of its end. fn
// runs outside all locks, before the connection's first request. Register before
// serving.
func (h *Hub) OnOpen(fn func(Opened)) { h.onOpen = append(h.onOpen, fn) }

func (h *Hub) notifyOpened(opened Opened) {
	for _, fn := range h.onOpen {
		if !h.guarded("hub-opened", func() { fn(opened) }) {
			opened.Conn.Close(wire.CloseInternal) // the feature does not know it
		}
	}
}

// Left describes a connection that has left a room.
type Left struct {
	Conn *Conn
	Room string
	Last bool // the user has no other connection in the room on this node
}

type leaveObserver struct {
	prefix string
	fn     func(Left)
}

// OnLeave registers fn, to be called after a connection left a room whose name
// starts with the prefix: by Leave, by eviction, or because it ended. fn runs
// outside all locks, in the goroutine that caused the leave. It must not block,
// and must not query the database: the end of the connection and Shutdown wait
// for it. Register before serving.
func (h *Hub) OnLeave(prefix string, fn func(Left)) {
	h.onLeave = append(h.onLeave, leaveObserver{prefix, fn})
}

func (h *Hub) notifyLeft(left Left) {
	for _, o := range h.onLeave {
		if strings.HasPrefix(left.Room, o.prefix) {
			h.guarded("hub-left", func() { o.fn(left) })
		}
	}
}

type deliveryObserver struct {
	prefix string
	fn     func(room string, seq int64)
}

// OnDelivered registers fn, to be called after an event with a Seq, published by
// any node, was queued for this node's members of a room whose name starts with
// the prefix. fn must be quick: the publisher waits for it. Register before
// serving.
func (h *Hub) OnDelivered(prefix string, fn func(room string, seq int64)) {
	h.onDelivered = append(h.onDelivered, deliveryObserver{prefix, fn})
}

func (h *Hub) notifyDelivered(rooms []string, seq int64) {
	for _, d := range h.onDelivered {
		for _, room := range rooms {
			if strings.HasPrefix(room, d.prefix) {
				h.guarded("hub-delivered", func() { d.fn(room, seq) })
			}
		}
	}
}

// Join puts the connection into the room. It calls authorise first, and again if
// an eviction happened before the connection entered, so that a right lost in
// between is noticed; nil authorises everyone. An error of authorise is returned
// unchanged. first is true if the user had no connection in the room on this
// node. Joining twice has no effect. Beyond the limit of rooms the error is a
// 429.
func (h *Hub) Join(c *Conn, room string, authorise func() error) (first bool, err error) {
	s := h.shard(room)
	for {
		epoch := s.evictions.Load()
		if authorise != nil {
			if err := authorise(); err != nil {
				return false, err
			}
		}
		first, err = c.enter(room, true, epoch)
		if !errors.Is(err, errEvicted) {
			return first, err
		}
	}
}

func tooManyRooms(limit int) error {
	return fault.New(http.StatusTooManyRequests,
		fmt.Sprintf("This connection is in %d rooms, the most it may be in. Leave one first.", limit))
}

// Leave takes the connection out of the room. It reports whether it was the
// user's last connection in it on this node, and false if the connection was not in
// the room.
func (h *Hub) Leave(c *Conn, room string) (last bool) {
	left, ok := c.exit(room, false)
	if ok {
		h.notifyLeft(left)
	}
	return left.Last
}

// LeaveAll takes the connection out of every room except the server's own.
func (h *Hub) LeaveAll(c *Conn) {
	for _, room := range c.joinedRooms() {
		h.Leave(c, room)
	}
}

// In reports whether the connection is in the room.
func (h *Hub) In(c *Conn, room string) bool { return c.in(room) }

// Evict takes every connection of the user, on every node, out of the rooms and
// discards the frames queued from them. After it returns, this node hands no
// more frames of these rooms to the transports of the user's connections.
func (h *Hub) Evict(userID int64, rooms ...string) {
	h.evict(userID, rooms)
	h.config.Bus.Publish(bus.Message{Kind: bus.Eviction, UserID: userID, Rooms: rooms})
}

// EvictAll evicts every connection from the room, on every node.
func (h *Hub) EvictAll(room string) {
	h.evictAll(room)
	h.config.Bus.Publish(bus.Message{Kind: bus.Eviction, Rooms: []string{room}})
}

func (h *Hub) evict(userID int64, rooms []string) {
	for _, room := range rooms {
		h.shard(room).evictions.Add(1)
	}
	for _, m := range h.members(UserRoom(userID)) {
		for _, room := range rooms {
			h.expel(m.conn, room)
		}
	}
}

func (h *Hub) evictAll(room string) {
	h.shard(room).evictions.Add(1)
	for _, m := range h.members(room) {
		h.expel(m.conn, room)
	}
}

func (h *Hub) expel(c *Conn, room string) {
	if left, ok := c.exit(room, true); ok {
		h.notifyLeft(left)
	}
}

func (h *Hub) members(room string) []*member { return h.shard(room).snapshot(room, nil) }

type createObserver struct {
	resource string
	fn       func(id int64)
}

// OnCreated registers fn, to be called after a new record of the resource was
// published by any node and this node's watchers were subscribed to it. fn must
// be quick: the publisher waits for it. Register before serving.
func (h *Hub) OnCreated(resource string, fn func(id int64)) {
	h.onCreated = append(h.onCreated, createObserver{resource, fn})
}

// notifyCreated takes the record's room and calls the observers with its id.
func (h *Hub) notifyCreated(record string) {
	for _, c := range h.onCreated {
		if id, found := strings.CutPrefix(record, c.resource+":"); found {
			if n, err := strconv.ParseInt(id, 10, 64); err == nil {
				h.guarded("hub-created", func() { c.fn(n) })
			}
		}
	}
}

// Expel evicts one connection of this node from the room.
func (h *Hub) Expel(c *Conn, room string) {
	h.shard(room).evictions.Add(1)
	h.expel(c, room)
}
