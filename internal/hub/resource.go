package hub

import (
	"context"
	"io"
	"strconv"
	"strings"
)

// Verb says what happened to a record.
type Verb string

// The verbs of resource events.
const (
	Created     Verb = "created"
	Updated     Verb = "updated"
	Destroyed   Verb = "destroyed"
	AddedTo     Verb = "addedTo"
	RemovedFrom Verb = "removedFrom"
)

// Change is what happened to a record of a resource.
type Change struct {
	Verb     Verb
	ID       int64
	Data     any // of addedTo and removedFrom: what was added or removed
	Previous any // the changed fields as they were; nil: unsaid
	HTML     func(context.Context, io.Writer) error
}

// Audience is who may learn of a change.
type Audience struct {
	users []int64 // nil: whoever has subscribed
}

// Subscribers is everybody who subscribed to the record; of a new one,
// everybody who watches the resource.
var Subscribers = Audience{}

// Users limits the change to these users' connections. AddedTo and
// RemovedFrom reach all of them, subscribed or not.
func Users(ids ...int64) Audience { return Audience{users: append([]int64{}, ids...)} }

// changed is the body of a resource event.
type changed struct {
	Verb     Verb  `json:"verb"`
	ID       int64 `json:"id"`
	Data     any   `json:"data,omitempty"`
	Previous any   `json:"previous,omitempty"`
}

// Record is the room of whoever has subscribed to a record: to evict from it.
func Record(resource string, id int64) string {
	return resource + ":" + strconv.FormatInt(id, 10)
}

// Followers lists the users who have subscribed to records of the resource on
// this node, by record. Each user is listed once a record.
func (h *Hub) Followers(resource string) map[int64][]int64 {
	followers := map[int64][]int64{}
	prefix := resource + ":"
	for _, room := range h.Active(prefix) {
		id, err := strconv.ParseInt(strings.TrimPrefix(room, prefix), 10, 64)
		if users := h.Users(room); err == nil && len(users) > 0 {
			followers[id] = users
		}
	}
	return followers
}

// Subscribe makes the connection hear of changes to the records.
func (h *Hub) Subscribe(c *Conn, resource string, ids ...int64) {
	for _, id := range ids {
		h.subscribe(c, Record(resource, id))
	}
}

// Unsubscribe ends Subscribe.
func (h *Hub) Unsubscribe(c *Conn, resource string, ids ...int64) {
	for _, id := range ids {
		h.Leave(c, Record(resource, id))
	}
}

// Watch makes the connection hear of new records, to which it is then
// subscribed.
func (h *Hub) Watch(c *Conn, resource string) { h.subscribe(c, resource) }

// Unwatch ends Watch. Subscriptions to records stay.
func (h *Hub) Unwatch(c *Conn, resource string) { h.Leave(c, resource) }

// subscribe enters a room that does not count against the limit. Only a
// connection that is gone cannot, and needs it no more.
func (h *Hub) subscribe(c *Conn, room string) {
	s := h.shard(room)
	for {
		if _, err := c.enter(room, false, s.evictions.Load()); err != errEvicted {
			return
		}
	}
}

// Publish tells of a change to a record, all but except. After Destroyed
// nobody is subscribed to the record any more.
func (h *Hub) Publish(ctx context.Context, resource string, ch Change, to Audience, except *Conn) {
	ev := Event{Name: resource, Data: changed{ch.Verb, ch.ID, ch.Data, ch.Previous}, HTML: ch.HTML}
	record := Record(resource, ch.ID)
	p := &parcel{
		event: ev, body: h.body(ctx, ev), unnamed: true,
		rooms: []string{record}, only: to.users, except: idOf(except),
	}
	switch ch.Verb {
	case Created:
		p.rooms, p.follow = []string{resource}, record
	case Destroyed:
		p.disband = record
	case AddedTo, RemovedFrom:
		if to.users != nil {
			p.rooms = userRooms(to.users)
		}
	}
	h.publish(p)
}

func userRooms(ids []int64) []string {
	rooms := make([]string, len(ids))
	for i, id := range ids {
		rooms[i] = UserRoom(id)
	}
	return rooms
}

// disband empties the room; what is queued from it still goes out.
func (h *Hub) disband(room string) {
	for _, m := range h.members(room) {
		h.Leave(m.conn, room)
	}
}
