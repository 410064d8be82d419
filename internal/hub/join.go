package hub

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"hubbub/internal/bus"
	"hubbub/internal/fault"
	"hubbub/internal/wire"
)

// Opened says that a connection has begun.
type Opened struct {
	Conn  *Conn
	First bool // no other connection of this user stands on this node; false when anonymous
}

// OnOpen calls fn after a connection was opened, unless it was refused. Its end
// is what OnLeave("user-", …) tells. fn runs outside all locks, before the
// connection's first request. Register before serving.
func (h *Hub) OnOpen(fn func(Opened)) { h.openers = append(h.openers, fn) }

func (h *Hub) tellOpened(opened Opened) {
	for _, fn := range h.openers {
		if !h.guarded("hub-opened", func() { fn(opened) }) {
			opened.Conn.Close(wire.CloseInternal) // a feature does not know it
		}
	}
}

// Left says that a connection is no longer in a room.
type Left struct {
	Conn *Conn
	Room string
	Last bool // no connection of this user is left in the room on this node
}

type observer struct {
	prefix string
	fn     func(Left)
}

// OnLeave calls fn after a connection left a room whose name starts with the
// prefix: by itself, by eviction, or because it ended. fn runs outside all
// locks, in the goroutine of the cause. It must not wait, for the database least
// of all: the connection's end and Shutdown wait for it. Register before serving.
func (h *Hub) OnLeave(prefix string, fn func(Left)) {
	h.observers = append(h.observers, observer{prefix, fn})
}

func (h *Hub) tell(left Left) {
	for _, o := range h.observers {
		if strings.HasPrefix(left.Room, o.prefix) {
			h.guarded("hub-left", func() { o.fn(left) })
		}
	}
}

type delivery struct {
	prefix string
	fn     func(room string, seq int64)
}

// OnDelivered calls fn after an event with a Seq has gone to this node's
// members of a room whose name starts with the prefix, whichever node it came
// from. fn must be quick: the publisher waits for it. Register before serving.
func (h *Hub) OnDelivered(prefix string, fn func(room string, seq int64)) {
	h.deliveries = append(h.deliveries, delivery{prefix, fn})
}

func (h *Hub) noteDelivered(rooms []string, seq int64) {
	for _, d := range h.deliveries {
		for _, room := range rooms {
			if strings.HasPrefix(room, d.prefix) {
				h.guarded("hub-delivered", func() { d.fn(room, seq) })
			}
		}
	}
}

// Join puts the connection into the room. authorise, nil for a public room,
// runs before, and again if an eviction happened meanwhile, so that a right
// lost between the two is noticed; its error is returned as it is. first: it
// is the user's first connection in the room on this node. Joining twice is
// harmless. Past the limit of rooms the error is a 429.
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

// Leave takes the connection out of the room. last: no connection of this
// user is left there on this node; false also if it was not in.
func (h *Hub) Leave(c *Conn, room string) (last bool) {
	left, was := c.exit(room, false)
	if was {
		h.tell(left)
	}
	return left.Last
}

// LeaveAll takes the connection out of every room but the server's own.
func (h *Hub) LeaveAll(c *Conn) {
	for _, room := range c.joined() {
		h.Leave(c, room)
	}
}

// In reports whether the connection is in the room.
func (h *Hub) In(c *Conn, room string) bool { return c.in(room) }

// Evict takes every connection of the user, on every node, out of the rooms.
// What is queued from them is discarded: when it returns nothing more of them
// goes out on this node.
func (h *Hub) Evict(userID int64, rooms ...string) {
	h.evict(userID, rooms)
	h.config.Bus.Publish(bus.Message{Kind: bus.Eviction, UserID: userID, Rooms: rooms})
}

// EvictAll takes everybody out of the room, on every node.
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
	if left, was := c.exit(room, true); was {
		h.tell(left)
	}
}

func (h *Hub) members(room string) []*member { return h.shard(room).snapshot(room, nil) }

type creation struct {
	resource string
	fn       func(id int64)
}

// OnCreated calls fn after a new record of the resource was published and this
// node's watchers were subscribed to it, whichever node it came from. fn must be
// quick: the publisher waits for it. Register before serving.
func (h *Hub) OnCreated(resource string, fn func(id int64)) {
	h.creations = append(h.creations, creation{resource, fn})
}

// noteCreated reads the record off the room that its watchers now follow.
func (h *Hub) noteCreated(record string) {
	for _, c := range h.creations {
		if id, is := strings.CutPrefix(record, c.resource+":"); is {
			if n, err := strconv.ParseInt(id, 10, 64); err == nil {
				h.guarded("hub-created", func() { c.fn(n) })
			}
		}
	}
}

// Expel takes one connection of this node out of a room, as Evict does.
func (h *Hub) Expel(c *Conn, room string) {
	h.shard(room).evictions.Add(1)
	h.expel(c, room)
}
