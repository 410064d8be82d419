package hub

import (
	"context"
	"io"
	"strconv"
	"strings"
)

// Verb names what happened to a record.
type Verb string

// The verbs of resource events.
const (
	Created     Verb = "created"
	Updated     Verb = "updated"
	Destroyed   Verb = "destroyed"
	AddedTo     Verb = "addedTo"
	RemovedFrom Verb = "removedFrom"
)

// Change describes a change of one record of a resource.
type Change struct {
	Verb     Verb
	ID       int64
	Data     any // the new values; of AddedTo and RemovedFrom: what was added or removed
	Previous any // the old values of the changed fields; nil: not included
	HTML     func(context.Context, io.Writer) error
}

// Audience says which connections get a change.
type Audience struct {
	users []int64 // nil: all subscribers
}

// Subscribers are all connections that subscribe to the record; for a new record,
// all that watch the resource.
var Subscribers = Audience{}

// Users limits the audience to the subscribed connections of these users. AddedTo
// and RemovedFrom reach all connections of these users, subscribed or not.
func Users(ids ...int64) Audience { return Audience{users: append([]int64{}, ids...)} }

// resourceEvent is the data of a resource's event.
type resourceEvent struct {
	Verb     Verb  `json:"verb"`
	ID       int64 `json:"id"`
	Data     any   `json:"data,omitempty"`
	Previous any   `json:"previous,omitempty"`
}

// RecordRoom returns the name of the room of a record's subscribers, for Evict.
func RecordRoom(resource string, id int64) string {
	return resource + ":" + strconv.FormatInt(id, 10)
}

// Subscribers returns, by record, the users who are subscribed to records of the
// resource on this node. Each user is listed once per record.
func (h *Hub) Subscribers(resource string) map[int64][]int64 {
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

// Subscribe sends the connection the changes of these records from now on.
func (h *Hub) Subscribe(c *Conn, resource string, ids ...int64) {
	for _, id := range ids {
		h.subscribe(c, RecordRoom(resource, id))
	}
}

// Unsubscribe ends Subscribe.
func (h *Hub) Unsubscribe(c *Conn, resource string, ids ...int64) {
	for _, id := range ids {
		h.Leave(c, RecordRoom(resource, id))
	}
}

// Watch sends the connection the resource's new records from now on, and
// subscribes it to each of them.
func (h *Hub) Watch(c *Conn, resource string) { h.subscribe(c, resource) }

// Unwatch ends Watch. Subscriptions to records remain.
func (h *Hub) Unwatch(c *Conn, resource string) { h.Leave(c, resource) }

// subscribe puts the connection into a room that does not count against the
// limit. It fails only for a connection that was removed, which does not matter.
func (h *Hub) subscribe(c *Conn, room string) {
	s := h.shard(room)
	for {
		if _, err := c.enter(room, false, s.evictions.Load()); err != errEvicted {
			return
		}
	}
}

// Publish sends a change of a record to its audience on every node, all but
// except. Destroyed ends all subscriptions to the record.
func (h *Hub) Publish(ctx context.Context, resource string, ch Change, to Audience, except *Conn) {
	ev := Event{Name: resource, Data: resourceEvent{ch.Verb, ch.ID, ch.Data, ch.Previous}, HTML: ch.HTML}
	record := RecordRoom(resource, ch.ID)
	b := &broadcast{
		event: ev, body: h.newBody(ctx, ev), unnamed: true,
		rooms: []string{record}, only: to.users, except: idOf(except),
	}
	switch ch.Verb {
	case Created:
		b.rooms, b.follow = []string{resource}, record
	case Destroyed:
		b.disband = record
	case AddedTo, RemovedFrom:
		if to.users != nil {
			b.rooms = userRooms(to.users)
		}
	}
	h.publish(b)
}

func userRooms(ids []int64) []string {
	rooms := make([]string, len(ids))
	for i, id := range ids {
		rooms[i] = UserRoom(id)
	}
	return rooms
}

// disband takes all members out of the room; frames queued from it are still
// sent.
func (h *Hub) disband(room string) {
	for _, m := range h.members(room) {
		h.Leave(m.conn, room)
	}
}
