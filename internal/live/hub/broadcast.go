package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"sync"
	"time"

	"hubbub/internal/live/bus"
	"hubbub/internal/live/wire"
)

// Class says what may happen to an event that finds a full queue.
type Class uint8

// The classes of events: see the table in doc.go.
const (
	Log      Class = iota // the client catches up after a loss, by seq or id
	State                 // carries the whole new value, so only the newest counts
	Volatile              // may be dropped: typing, cursors
)

// String returns the class's name in metrics.
func (c Class) String() string { return [...]string{"log", "state", "volatile"}[c] }

// Event is sent to the connections in one or more rooms.
type Event struct {
	Name  string
	Class Class
	Key   string // of a State: the event replaces a queued one with the same name, room and key
	Seq   int64  // of a Log: its place in the room's log, for OnDelivered; 0: it has none
	Skip  int64  // the user whose connections do not get the event; 0: none
	Data  any    // is encoded as JSON; nil: no data
	// HTML writes the fragment for connections that asked for it; nil: there
	// is none. It runs at most once, with the values of the broadcast's context.
	HTML func(context.Context, io.Writer) error
}

// Recipients are the connections that get an event or a binary message. Make them
// with To, or use Everyone.
type Recipients struct {
	rooms  []string
	except string // the id of a connection
	here   bool
}

// Everyone is all connections of every node.
var Everyone = To(allConnections)

// To returns the connections in the rooms, on every node. One that is in several of
// the rooms gets an event once.
func To(rooms ...string) Recipients { return Recipients{rooms: rooms} }

// Except leaves out a connection; nil leaves out none.
func (r Recipients) Except(c *Conn) Recipients {
	r.except = idOf(c)
	return r
}

// Here leaves out the connections of other nodes. It is for reconcilers: each node
// sends its own connections what they missed.
func (r Recipients) Here() Recipients {
	r.here = true
	return r
}

func idOf(c *Conn) string {
	if c == nil {
		return ""
	}
	return c.id
}

// Broadcast sends the event. HTML gets the values of ctx; the end of ctx stops
// nothing, because a committed change must be broadcast.
func (h *Hub) Broadcast(ctx context.Context, ev Event, to Recipients) {
	h.send(&broadcast{event: ev, body: h.newBody(ctx, ev), rooms: to.rooms, except: to.except}, to.here)
}

// send delivers the broadcast, and publishes it unless it is for this node only.
func (h *Hub) send(b *broadcast, here bool) {
	if here {
		h.deliver(b)
		return
	}
	h.publish(b)
}

// broadcast is an event, or a binary message, with its recipients.
type broadcast struct {
	event   Event
	body    *body
	binary  *Frame // instead of a body
	rooms   []string
	unnamed bool    // frames do not name the room
	only    []int64 // the ids of the users who get it; nil: all users
	except  string  // the id of the connection that does not get it
	follow  string  // a room that the recipients join first, except included
	disband string  // a room that all its members leave after the event
}

func (h *Hub) publish(b *broadcast) {
	start := time.Now()
	h.count.published.Add(1)
	h.deliver(b)
	took := time.Since(start)
	h.guarded("hub-observe", func() { h.config.Observe(took) })
	if !h.alone {
		h.config.Bus.Publish(b.message())
	}
}

// deliver queues the broadcast for the members of its rooms on this node.
func (h *Hub) deliver(b *broadcast) {
	var seen map[*Conn]bool
	if len(b.rooms) > 1 {
		seen = map[*Conn]bool{}
	}
	delivered := 0
	for _, room := range b.rooms {
		delivered += h.deliverToRoom(room, b, seen)
	}
	h.count.delivered.Add(uint64(delivered))
	if b.event.Seq != 0 {
		h.notifyDelivered(b.rooms, b.event.Seq)
	}
	if b.disband != "" {
		h.disband(b.disband)
	}
	if b.follow != "" {
		h.notifyCreated(b.follow)
	}
}

// memberLists holds lists of members for reuse: every broadcast copies one.
var memberLists = sync.Pool{New: func() any { return new([]*member) }}

// deliverToRoom queues the broadcast for the room's members, except those in
// seen, which got it through another room, and adds the others to seen, unless
// seen is nil.
func (h *Hub) deliverToRoom(room string, b *broadcast, seen map[*Conn]bool) (delivered int) {
	list := memberLists.Get().(*[]*member)
	*list = h.shard(room).snapshot(room, (*list)[:0])
	frames := frames{broadcast: b, room: room}
	for _, m := range *list {
		if b.addresses(m.conn) && !seen[m.conn] && h.deliverToMember(m, b, &frames) {
			delivered++
			if seen != nil {
				seen[m.conn] = true
			}
		}
	}
	clear(*list)
	memberLists.Put(list)
	return delivered
}

// deliverToMember queues the member's frame. The member joins the room to follow
// first, so that it cannot miss that room's next event. It reports whether the frame
// was queued.
func (h *Hub) deliverToMember(m *member, b *broadcast, frames *frames) bool {
	if b.follow != "" {
		h.subscribe(m.conn, b.follow)
	}
	return m.conn.id != b.except && m.conn.push(frames.of(m.conn.who.HTML), m)
}

// addresses reports whether the connection's user may get the broadcast.
func (b *broadcast) addresses(c *Conn) bool {
	if b.event.Skip != 0 && b.event.Skip == c.who.UserID {
		return false
	}
	return b.only == nil || slices.Contains(b.only, c.who.UserID)
}

// frames are a broadcast's encodings for one room, each made at its first use.
type frames struct {
	*broadcast
	room        string
	plain, html *Frame
}

func (f *frames) of(html bool) *Frame {
	if f.binary != nil {
		return f.binary
	}
	if html && f.body.hasHTML() {
		if f.html == nil {
			f.html = f.encode(f.body.fragment())
		}
		return f.html
	}
	if f.plain == nil {
		f.plain = f.encode(nil)
	}
	return f.plain
}

func (f *frames) encode(fragment []byte) *Frame {
	ev := wire.Event{Name: f.event.Name, Data: f.body.json(), HTML: fragment}
	if !f.unnamed {
		ev.Room = f.room
	}
	return &Frame{
		Bytes: wire.AppendEvent(nil, ev),
		room:  f.room, event: f.event.Name, key: f.event.Key, class: f.event.Class,
	}
}

// body is the content of an event. Each representation is made at most once,
// whatever the number of rooms.
type body struct {
	json     func() json.RawMessage // returns nil if there is no data
	fragment func() []byte          // returns nil if rendering failed
	hasHTML  func() bool
}

// noBody is the body of a binary message.
var noBody = &body{
	json:     func() json.RawMessage { return nil },
	fragment: func() []byte { return nil },
	hasHTML:  func() bool { return false },
}

func (h *Hub) newBody(ctx context.Context, ev Event) *body {
	b := &body{
		json:     sync.OnceValue(func() json.RawMessage { return h.marshal(ev) }),
		fragment: sync.OnceValue(func() []byte { return h.render(ctx, ev) }),
	}
	b.hasHTML = func() bool { return ev.HTML != nil && b.fragment() != nil }
	return b
}

func (h *Hub) marshal(ev Event) (data json.RawMessage) {
	if ev.Data == nil {
		return nil
	}
	err := h.config.Guard.Try("hub-event-data", func() (err error) {
		data, err = wire.Encode(ev.Data)
		return err
	})
	if err != nil {
		h.config.Log.Error("encoding an event", "event", ev.Name, "error", err)
		return nil
	}
	return data
}

func (h *Hub) render(ctx context.Context, ev Event) []byte {
	var html bytes.Buffer
	err := h.config.Guard.Try("hub-event-html", func() error { return ev.HTML(context.WithoutCancel(ctx), &html) })
	if err != nil {
		h.config.Log.Error("rendering an event", "event", ev.Name, "error", err)
		return nil
	}
	return html.Bytes()
}

// message returns the broadcast as a message for the other nodes.
func (b *broadcast) message() bus.Message {
	m := bus.Message{
		Kind: b.kind(), Rooms: b.rooms,
		Event: b.event.Name, Class: uint8(b.event.Class), Key: b.event.Key, Seq: b.event.Seq, Data: b.body.json(),
		Unnamed: b.unnamed, Only: b.only, Skip: b.event.Skip, Except: b.except, Follow: b.follow, Disband: b.disband,
	}
	if b.binary != nil {
		m.Binary = b.binary.Bytes
	}
	if b.body.hasHTML() {
		m.HTML = b.body.fragment()
	}
	return m
}

func (b *broadcast) kind() bus.Kind {
	if b.binary != nil {
		return bus.Stream
	}
	return bus.Event
}
