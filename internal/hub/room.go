package hub

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// everybody is the room that every connection is in. It has no name, so its
// events name none.
const everybody = ""

// shard is a part of the rooms with its own lock. A connection's lock may be
// held when a shard's is taken, never the other way round.
type shard struct {
	mu        sync.RWMutex
	rooms     map[string]*room
	evictions atomic.Uint64 // grows before each eviction from one of these rooms
}

// room lists who is in it. It is an index for broadcasts: whether a member
// still counts is written in the member, under its connection's lock.
type room struct {
	members []*member
	users   map[int64]int // how many connections each user has here
}

// member is a connection in a room.
type member struct {
	conn    *Conn
	at      int  // index in the room's members; guarded by the shard
	counted bool // against the connection's limit of rooms
	own     bool // one of the server's rooms: left by Remove only
	gone    bool // left or evicted; guarded by the connection
	held    bool // frames wait in later; guarded by the connection
	later   []*Frame
}

// add puts the member in, unless an eviction came after the epoch. first: no
// connection of this user was here before.
func (s *shard) add(name string, m *member, epoch uint64) (first, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.evictions.Load() != epoch {
		return false, false
	}
	r := s.rooms[name]
	if r == nil {
		r = &room{users: map[int64]int{}}
		s.rooms[name] = r
	}
	m.at = len(r.members)
	r.members = append(r.members, m)
	user := m.conn.who.UserID
	r.users[user]++
	return r.users[user] == 1, true
}

// remove takes the member out. last: no connection of this user is left.
func (s *shard) remove(name string, m *member) (last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[name]
	end := len(r.members) - 1
	r.members[m.at] = r.members[end]
	r.members[m.at].at = m.at
	r.members[end] = nil
	r.members = r.members[:end]
	user := m.conn.who.UserID
	if r.users[user]--; r.users[user] == 0 {
		delete(r.users, user)
		last = true
	}
	if end == 0 {
		delete(s.rooms, name)
	}
	return last
}

// snapshot appends the room's members of this moment.
func (s *shard) snapshot(name string, to []*member) []*member {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r := s.rooms[name]; r != nil {
		to = append(to, r.members...)
	}
	return to
}

// Users lists the users with a connection in the room on this node, each
// once, in ascending order. Anonymous connections are not listed.
func (h *Hub) Users(room string) []int64 {
	s := h.shard(room)
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.rooms[room]
	if r == nil {
		return nil
	}
	users := make([]int64, 0, len(r.users))
	for user := range r.users {
		if user != 0 {
			users = append(users, user)
		}
	}
	slices.Sort(users)
	return users
}

// Active lists the rooms of this node whose name starts with the prefix, in no
// order. Each has somebody in it.
func (h *Hub) Active(prefix string) []string {
	var active []string
	for i := range h.shards {
		active = h.shards[i].names(prefix, active)
	}
	return active
}

// names appends the names of the shard's rooms that start with the prefix.
func (s *shard) names(prefix string, to []string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for name := range s.rooms {
		if strings.HasPrefix(name, prefix) {
			to = append(to, name)
		}
	}
	return to
}

// UserIn reports whether the user has a connection in the room on this node.
func (h *Hub) UserIn(userID int64, room string) bool {
	s := h.shard(room)
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.rooms[room]
	return r != nil && r.users[userID] > 0
}

// ConnectionsOf lists the ids of the user's connections in the room on this node.
func (h *Hub) ConnectionsOf(userID int64, room string) []string {
	var ids []string
	for _, m := range h.members(room) {
		if m.conn.who.UserID == userID {
			ids = append(ids, m.conn.id)
		}
	}
	return ids
}
