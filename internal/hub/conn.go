package hub

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strconv"
	"sync"

	"hubbub/internal/fault"
	"hubbub/internal/wire"
)

// Conn is a connection as the hub sees it. Its transport owns it: it Takes
// what is queued when Wake says so, and Removes it at the end.
type Conn struct {
	hub  *Hub
	id   string
	who  Identity
	wake chan struct{} // holds one token while there is something to Take

	mu      sync.Mutex // guards the rooms and the queue together: see doc.go
	rooms   map[string]*member
	held    []*member // see Hold
	counted int       // rooms that count against the limit
	queue   []*Frame
	waiting [2]load        // of the queue's text and binary frames
	woken   bool           // the transport has a token and did not Take yet
	code    wire.CloseCode // 0: open
	removed bool
}

func newConn(h *Hub, who Identity) *Conn {
	var id [12]byte
	rand.Read(id[:])
	return &Conn{
		hub:   h,
		id:    "c_" + hex.EncodeToString(id[:]),
		who:   who,
		wake:  make(chan struct{}, 1),
		rooms: make(map[string]*member, 4),
	}
}

// ID names the connection, "c_…"; it is also the name of its own room.
func (c *Conn) ID() string { return c.id }

// UserID is whose connection it is; 0: anonymous.
func (c *Conn) UserID() int64 { return c.who.UserID }

// Session is what was signed in with, "session:12" or "token:3"; "": nothing.
func (c *Conn) Session() string { return c.who.Session }

// UserRoom is the room of all connections of a user.
func UserRoom(userID int64) string { return "user-" + strconv.FormatInt(userID, 10) }

func (c *Conn) ownRooms() []string {
	if c.who.UserID == 0 {
		return []string{everybody, c.id}
	}
	return []string{everybody, c.id, UserRoom(c.who.UserID)}
}

// Close asks the transport to send what is queued and then close with the
// code; the first code stands. Codes that discard empty the queue at once.
// Nothing is queued any more.
func (c *Conn) Close(code wire.CloseCode) {
	c.signal(c.closeQueue(code))
}

// closeQueue reports whether the transport sleeps.
func (c *Conn) closeQueue(code wire.CloseCode) (asleep bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shut(code)
	return c.rouse()
}

func (c *Conn) shut(code wire.CloseCode) {
	if c.code != 0 {
		return
	}
	c.code = code
	if code.Discards() {
		c.empty(nil)
	}
}

// Closing reports whether Close was called: no further request is served.
func (c *Conn) Closing() bool { return c.Code() != 0 }

// Code is why the connection is closed, or about to be; 0: it is open.
func (c *Conn) Code() wire.CloseCode {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code
}

var (
	errGone    = errors.New("the connection was closed")
	errEvicted = errors.New("an eviction came between")
)

// enter puts the connection into the room, unless an eviction came after the
// epoch: errEvicted. first: the user was not there before.
func (c *Conn) enter(name string, counted bool, epoch uint64) (first bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.removed:
		return false, fault.WebSocketRequired().Because(errGone)
	case c.rooms[name] != nil:
		return false, nil
	case counted && c.counted >= c.hub.config.MaxRooms:
		return false, tooManyRooms(c.hub.config.MaxRooms)
	}
	m := &member{conn: c, counted: counted}
	first, ok := c.hub.shard(name).add(name, m, epoch)
	if !ok {
		return false, errEvicted
	}
	c.keep(name, m)
	return first, nil
}

// enterOwn puts the connection into one of the server's rooms. first: no
// connection of this user was there before.
func (c *Conn) enterOwn(name string) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := &member{conn: c, own: true}
	s := c.hub.shard(name)
	for ok := false; !ok; {
		first, ok = s.add(name, m, s.evictions.Load())
	}
	c.keep(name, m)
	return first
}

func (c *Conn) keep(name string, m *member) {
	c.rooms[name] = m
	if m.counted {
		c.counted++
	}
}

// exit takes the connection out of the room; with purge it also discards what
// is queued from it. It reports false if the connection was not in.
func (c *Conn) exit(name string, purge bool) (Left, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.rooms[name]
	if m == nil || m.own {
		return Left{}, false
	}
	if purge {
		c.purge(name)
	}
	return c.drop(name, m), true
}

func (c *Conn) drop(name string, m *member) Left {
	m.gone = true
	delete(c.rooms, name)
	if m.counted {
		c.counted--
	}
	return Left{Conn: c, Room: name, Last: c.hub.shard(name).remove(name, m)}
}

// remove takes the connection out of every room, for good.
func (c *Conn) remove() (lost []Left, code wire.CloseCode, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.removed {
		return nil, 0, false
	}
	c.shut(wire.CloseAbnormal)
	c.removed = true
	c.empty(nil)
	for name, m := range c.rooms {
		lost = append(lost, c.drop(name, m))
	}
	return lost, c.code, true
}

func (c *Conn) in(name string) bool { return c.member(name) != nil }

// member is the connection in the room, nil if it is not there.
func (c *Conn) member(name string) *member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rooms[name]
}

// joined lists the rooms that the connection can leave.
func (c *Conn) joined() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for name, m := range c.rooms {
		if !m.own {
			names = append(names, name)
		}
	}
	return names
}

type connKey struct{}

// WithConn puts the connection into the context of what it asks for.
func WithConn(ctx context.Context, c *Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// ConnFrom is the live connection behind the request, nil if there is none.
func ConnFrom(ctx context.Context) *Conn {
	c, _ := ctx.Value(connKey{}).(*Conn)
	return c
}
