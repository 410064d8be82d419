package hub

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strconv"
	"sync"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/wire"
)

// Conn is the hub's side of a connection. Its transport owns it: it calls Take
// when Wake has a token, and Hub.Remove at the end.
type Conn struct {
	hub  *Hub
	id   string
	who  Identity
	wake chan struct{} // holds one token while frames or a close code wait

	mu      sync.Mutex // guards both the rooms and the queue, see doc.go
	rooms   map[string]*member
	held    []*member // whose frames wait for Release, see Hold
	counted int       // rooms that count against the limit
	queue   []*Frame
	sizes   [2]queueSize   // of the queue's text and binary frames
	woken   bool           // the transport has a token and has not called Take yet
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

// ID returns the connection's id, "c_…", which is also the name of its own room.
func (c *Conn) ID() string { return c.id }

// UserID returns the id of the connection's user, or 0 if it is anonymous.
func (c *Conn) UserID() int64 { return c.who.UserID }

// Session returns the session or token that authenticated the connection,
// "session:12" or "token:3", or "" if there is none.
func (c *Conn) Session() string { return c.who.Session }

// UserRoom returns the name of the room of all connections of a user.
func UserRoom(userID int64) string { return "user-" + strconv.FormatInt(userID, 10) }

func (c *Conn) ownRooms() []string {
	if c.who.UserID == 0 {
		return []string{allConnections, c.id}
	}
	return []string{allConnections, c.id, UserRoom(c.who.UserID)}
}

// Close asks the transport to send the queued frames and then to close the
// connection with the code. A code that discards (wire.CloseCode.Discards)
// empties the queue at once. After Close nothing more is queued, and a second
// code is ignored.
func (c *Conn) Close(code wire.CloseCode) {
	c.signal(c.closeQueue(code))
}

// closeQueue reports whether the transport is asleep.
func (c *Conn) closeQueue(code wire.CloseCode) (asleep bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shut(code)
	return c.markWoken()
}

// shut sets the close code, unless there is one. The caller holds the lock.
func (c *Conn) shut(code wire.CloseCode) {
	if c.code != 0 {
		return
	}
	c.code = code
	if code.Discards() {
		c.empty(nil)
	}
}

// Closing reports whether the connection is closed or about to be. Its
// transport then serves no further request.
func (c *Conn) Closing() bool { return c.Code() != 0 }

// Code returns the connection's close code, or 0 if it is open.
func (c *Conn) Code() wire.CloseCode {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code
}

var (
	errGone    = errors.New("the connection was closed")
	errEvicted = errors.New("an eviction happened during the join")
)

// enter puts the connection into the room. It returns errEvicted if the
// eviction counter of the room's shard is no longer epoch. first is true if the
// user had no connection in the room.
func (c *Conn) enter(name string, counted bool, epoch uint64) (first bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.removed:
		return false, fault.WebSocketRequired().WithCause(errGone)
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
	c.addRoom(name, m)
	return first, nil
}

// enterOwn puts the connection into one of the server's rooms. It reports
// whether it is the user's first connection in it.
func (c *Conn) enterOwn(name string) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := &member{conn: c, own: true}
	s := c.hub.shard(name)
	for ok := false; !ok; {
		first, ok = s.add(name, m, s.evictions.Load())
	}
	c.addRoom(name, m)
	return first
}

func (c *Conn) addRoom(name string, m *member) {
	c.rooms[name] = m
	if m.counted {
		c.counted++
	}
}

// exit takes the connection out of the room; with purge it also discards the
// frames queued from it. It reports false if the connection was not in the room
// or the room is one of the server's.
func (c *Conn) exit(name string, purge bool) (Left, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.rooms[name]
	if m == nil || m.own {
		return Left{}, false
	}
	if purge {
		c.discardRoom(name)
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

// remove takes the connection out of every room, the server's included. first is
// false if it was removed before; then nothing happens.
func (c *Conn) remove() (left []Left, code wire.CloseCode, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.removed {
		return nil, 0, false
	}
	c.shut(wire.CloseAbnormal)
	c.removed = true
	c.empty(nil)
	for name, m := range c.rooms {
		left = append(left, c.drop(name, m))
	}
	return left, c.code, true
}

func (c *Conn) in(name string) bool { return c.member(name) != nil }

// member returns the connection's membership of the room, or nil.
func (c *Conn) member(name string) *member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rooms[name]
}

// joinedRooms returns the rooms that the connection can leave.
func (c *Conn) joinedRooms() []string {
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

// WithConn returns a context that carries the connection.
func WithConn(ctx context.Context, c *Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// ConnFromContext returns the connection over which the context's request came, or nil
// if there is none, as for plain HTTP.
func ConnFromContext(ctx context.Context) *Conn {
	c, _ := ctx.Value(connKey{}).(*Conn)
	return c
}

// RequireConn returns the connection over which the context's request came. Without
// one, its error is a 400, "WebSocket required".
func RequireConn(ctx context.Context) (*Conn, error) {
	if c := ConnFromContext(ctx); c != nil {
		return c, nil
	}
	return nil, fault.WebSocketRequired()
}
