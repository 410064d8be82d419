package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"sync"
	"time"

	"hubbub/internal/bus"
	"hubbub/internal/wire"
)

// Class says what may happen to an event that finds a full queue.
type Class uint8

// The classes of events: see the table in doc.go.
const (
	Log      Class = iota // caught up after any loss, by seq or id
	State                 // the whole new value: the newest wins
	Volatile              // typing, cursors: may be dropped
)

// String is the class as metrics name it.
func (c Class) String() string { return [...]string{"log", "state", "volatile"}[c] }

// Event is what is broadcast.
type Event struct {
	Name  string
	Class Class
	Key   string // of a State: replaces a queued one with the same name, room and key
	Seq   int64  // of a Log: its place in the room's log, for OnDelivered; 0: it has none
	Skip  int64  // does not go to this user's connections; 0: nobody is skipped
	Data  any    // anything that has JSON; nil: none
	// HTML writes the fragment for connections that asked for it; nil: there
	// is none. It runs at most once, with the values of the broadcast's context.
	HTML func(context.Context, io.Writer) error
}

// Broadcast sends the event to the rooms' connections on every node, all but
// except. A connection in several of the rooms gets it once. The context
// lends its values to the event's HTML; its end stops nothing, for what was
// committed has to be told.
func (h *Hub) Broadcast(ctx context.Context, ev Event, except *Conn, rooms ...string) {
	h.publish(&parcel{event: ev, body: h.body(ctx, ev), rooms: rooms, except: idOf(except)})
}

// BroadcastHere sends the event to the rooms' connections on this node only:
// each node makes up by itself for what it has missed.
func (h *Hub) BroadcastHere(ctx context.Context, ev Event, rooms ...string) {
	h.deliver(&parcel{event: ev, body: h.body(ctx, ev), rooms: rooms})
}

// BroadcastHereExcept is BroadcastHere for all but one connection.
func (h *Hub) BroadcastHereExcept(ctx context.Context, ev Event, except *Conn, rooms ...string) {
	h.deliver(&parcel{event: ev, body: h.body(ctx, ev), rooms: rooms, except: idOf(except)})
}

// Blast sends the event to every connection of every node, all but except.
func (h *Hub) Blast(ctx context.Context, ev Event, except *Conn) {
	h.Broadcast(ctx, ev, except, everybody)
}

func idOf(c *Conn) string {
	if c == nil {
		return ""
	}
	return c.id
}

// parcel is an event with its addressees.
type parcel struct {
	event   Event
	body    *body
	binary  *Frame // instead of a body
	rooms   []string
	unnamed bool    // frames do not name the room
	only    []int64 // users; nil: everybody
	except  string  // a connection's id
	follow  string  // whoever is addressed joins this room
	disband string  // everybody leaves this room after the event
}

func (h *Hub) publish(p *parcel) {
	start := time.Now()
	h.count.published.Add(1)
	h.deliver(p)
	took := time.Since(start)
	h.guarded("hub-observe", func() { h.config.Observe(took) })
	if !h.alone {
		h.config.Bus.Publish(p.message())
	}
}

// deliver hands the parcel to this node's members.
func (h *Hub) deliver(p *parcel) {
	var had map[*Conn]bool
	if len(p.rooms) > 1 {
		had = map[*Conn]bool{}
	}
	delivered := 0
	for _, room := range p.rooms {
		delivered += h.deliverTo(room, p, had)
	}
	h.count.delivered.Add(uint64(delivered))
	if p.event.Seq != 0 {
		h.noteDelivered(p.rooms, p.event.Seq)
	}
	if p.disband != "" {
		h.disband(p.disband)
	}
	if p.follow != "" {
		h.noteCreated(p.follow)
	}
}

// lists of members, kept because a copy is made for every broadcast.
var lists = sync.Pool{New: func() any { return new([]*member) }}

// deliverTo hands the parcel to the room's members, but not to those who had
// it through another room.
func (h *Hub) deliverTo(room string, p *parcel, had map[*Conn]bool) (delivered int) {
	list := lists.Get().(*[]*member)
	*list = h.shard(room).snapshot(room, (*list)[:0])
	frames := frames{parcel: p, room: room}
	for _, m := range *list {
		if p.addresses(m.conn) && !had[m.conn] && h.hand(m, p, &frames) {
			delivered++
			if had != nil {
				had[m.conn] = true
			}
		}
	}
	clear(*list)
	lists.Put(list)
	return delivered
}

// hand gives the member its frame. Following comes first, so that the next
// event of the new room cannot be missed.
func (h *Hub) hand(m *member, p *parcel, frames *frames) bool {
	if p.follow != "" {
		h.subscribe(m.conn, p.follow)
	}
	return m.conn.id != p.except && m.conn.push(frames.of(m.conn.who.HTML), m)
}

func (p *parcel) addresses(c *Conn) bool {
	if p.event.Skip != 0 && p.event.Skip == c.who.UserID {
		return false
	}
	return p.only == nil || slices.Contains(p.only, c.who.UserID)
}

// frames are a parcel's encodings for one room, made when first wanted.
type frames struct {
	*parcel
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

// body is an event's content: each representation is made at most once,
// whatever the number of rooms.
type body struct {
	json     func() json.RawMessage // nil: no data
	fragment func() []byte          // nil: could not be rendered
	hasHTML  func() bool
}

// noBody is that of a binary message.
var noBody = &body{
	json:     func() json.RawMessage { return nil },
	fragment: func() []byte { return nil },
	hasHTML:  func() bool { return false },
}

func (h *Hub) body(ctx context.Context, ev Event) *body {
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
		h.config.Log.Error("encoding an event", "event", ev.Name, "err", err)
		return nil
	}
	return data
}

func (h *Hub) render(ctx context.Context, ev Event) []byte {
	var html bytes.Buffer
	err := h.config.Guard.Try("hub-event-html", func() error { return ev.HTML(context.WithoutCancel(ctx), &html) })
	if err != nil {
		h.config.Log.Error("rendering an event", "event", ev.Name, "err", err)
		return nil
	}
	return html.Bytes()
}

// message is the parcel for the other nodes.
func (p *parcel) message() bus.Message {
	m := bus.Message{
		Kind: p.kind(), Rooms: p.rooms,
		Event: p.event.Name, Class: uint8(p.event.Class), Key: p.event.Key, Seq: p.event.Seq, Data: p.body.json(),
		Unnamed: p.unnamed, Only: p.only, Skip: p.event.Skip, Except: p.except, Follow: p.follow, Disband: p.disband,
	}
	if p.binary != nil {
		m.Binary = p.binary.Bytes
	}
	if p.body.hasHTML() {
		m.HTML = p.body.fragment()
	}
	return m
}

func (p *parcel) kind() bus.Kind {
	if p.binary != nil {
		return bus.Stream
	}
	return bus.Event
}
