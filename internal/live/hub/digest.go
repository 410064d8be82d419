package hub

import (
	"context"
	"slices"
)

// DigestEvent is an event in a digest.
type DigestEvent struct {
	Event
	Only int64 // the user whose connections alone get it; 0: all connections
}

// SendDigest sends several events to the room's connections on this node, all
// but except, as one frame: whatever the number of notes, they take one place in
// a connection's queue and are sent as one message. No event of a digest is
// replaced or dropped; a digest that does not fit closes the connection with
// 4408.
func (h *Hub) SendDigest(ctx context.Context, notes []DigestEvent, except *Conn, room string) {
	d := h.newDigest(ctx, notes, room)
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

// digest encodes each note at most once per representation. The frame for users
// that no note names is also made at most once per representation.
type digest struct {
	notes  []DigestEvent
	lines  []frames
	named  []int64   // the users in Only or Skip of a note, sorted
	common [2]*Frame // for all other users: as data, and with HTML
}

func (h *Hub) newDigest(ctx context.Context, notes []DigestEvent, room string) *digest {
	d := &digest{notes: notes, lines: make([]frames, len(notes))}
	for i, n := range notes {
		d.lines[i] = frames{broadcast: &broadcast{event: n.Event, body: h.newBody(ctx, n.Event)}, room: room}
		d.named = append(d.named, n.Only, n.Skip)
	}
	slices.Sort(d.named)
	return d
}

// frame returns the digest's frame for a connection of this identity, or nil if
// it has no note for it.
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

// join makes the frame from the notes for this identity.
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
