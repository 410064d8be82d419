package hub

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// allConnections is the room of every connection. Its name is empty, so its
// events name no room.
const allConnections = ""

// shard is a part of the rooms with its own lock. Lock order: a connection's
// lock, then a shard's; never the other way round.
type shard struct {
	mu        sync.RWMutex
	rooms     map[string]*room
	evictions atomic.Uint64 // incremented before each eviction from one of these rooms
}

// room lists its members. It is an index for broadcasts: whether a connection is
// still a member is decided by member.gone, under the connection's lock.
type room struct {
	members []*member
	users   map[int64]int // the number of connections of each user in the room
}

// member is a connection's membership of a room.
type member struct {
	conn       *Conn
	at         int      // index in the room's members; guarded by the shard's lock
	counted    bool     // counts against the connection's limit of rooms
	own        bool     // of one of the server's rooms, which only Remove leaves
	gone       bool     // the connection left or was evicted; guarded by its lock
	held       bool     // new frames go to heldFrames; guarded by the connection's lock
	heldFrames []*Frame // guarded by the connection's lock
}

// add puts the member into the room. ok is false if the eviction counter is no
// longer epoch. first is true if the user had no connection in the room.
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

// remove takes the member out of the room. It reports whether it was the user's last
// connection in it.
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

// snapshot appends the room's current members to the list.
func (s *shard) snapshot(name string, to []*member) []*member {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r := s.rooms[name]; r != nil {
		to = append(to, r.members...)
	}
	return to
}

// Users returns the ids of the users with a connection in the room on this node,
// each once, in ascending order. Anonymous connections are not listed.
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

// Active returns the names of this node's rooms that start with the prefix, in
// no order. Each of these rooms has at least one member.
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

// ConnectionsOf returns the ids of the user's connections in the room on this
// node.
func (h *Hub) ConnectionsOf(userID int64, room string) []string {
	var ids []string
	for _, m := range h.members(room) {
		if m.conn.who.UserID == userID {
			ids = append(ids, m.conn.id)
		}
	}
	return ids
}
