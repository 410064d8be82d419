package hub

import (
	"context"
	"slices"
)

// Note is an event in a digest.
type Note struct {
	Event
	Only int64 // goes to this user's connections alone; 0: to everybody
}

// DigestHere sends what one moment has brought to the room's connections on
// this node, all but except, as one frame: however many notes there are, they
// take one place in a connection's queue, and go out as one message. Nothing in
// a digest is replaced or dropped; one that does not fit closes the connection
// with 4408.
func (h *Hub) DigestHere(ctx context.Context, notes []Note, except *Conn, room string) {
	d := h.digest(ctx, notes, room)
	for _, m := range h.members(room) {
		if m.conn == except {
			continue
		}
		if f := d.frame(m.conn.who); f != nil {
			m.conn.push(f, m)
			h.count.delivered.Add(1)
		}
	}
}

// digest encodes each note at most once a representation, and a frame at most
// once for all whom no note singles out.
type digest struct {
	notes  []Note
	lines  []frames
	named  []int64 // whom some note singles out
	common [2]*Frame
}

func (h *Hub) digest(ctx context.Context, notes []Note, room string) *digest {
	d := &digest{notes: notes, lines: make([]frames, len(notes))}
	for i, n := range notes {
		d.lines[i] = frames{parcel: &parcel{event: n.Event, body: h.body(ctx, n.Event)}, room: room}
		d.named = append(d.named, n.Only, n.Skip)
	}
	slices.Sort(d.named)
	return d
}

// frame is what somebody gets of the digest; nil: nothing.
func (d *digest) frame(who Identity) *Frame {
	if _, named := slices.BinarySearch(d.named, who.UserID); named && who.UserID != 0 {
		return d.join(who)
	}
	html := 0
	if who.HTML {
		html = 1
	}
	if d.common[html] == nil {
		d.common[html] = d.join(Identity{HTML: who.HTML})
	}
	return d.common[html]
}

func (d *digest) join(who Identity) *Frame {
	var joined *Frame
	for i, n := range d.notes {
		if n.Only != 0 && n.Only != who.UserID || n.Skip != 0 && n.Skip == who.UserID {
			continue
		}
		line := d.lines[i].of(who.HTML)
		if joined == nil {
			joined = &Frame{room: line.room, class: Log}
		} else {
			joined.Bytes = append(joined.Bytes, '\n')
		}
		joined.Bytes = append(joined.Bytes, line.Bytes...)
	}
	return joined
}
