package hub

import (
	"context"
	"hash/maphash"
	"log/slog"
	"sync"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/live/bus"
	"hubbub/internal/live/wire"
)

// Config of a Hub. The zero value is a single node with the protocol's limits.
type Config struct {
	Bus         bus.Bus // nil: there are no other nodes
	Log         *slog.Logger
	Guard       loop.Guard               // catches the panics of callbacks; without a logger it uses Log
	QueueFrames int                      // 0: wire.QueueFrames
	QueueBytes  int                      // 0: wire.QueueBytes
	MaxRooms    int                      // that a connection may join; 0: wire.MaxRooms
	Observe     func(took time.Duration) // gets the duration of each broadcast; nil: it is not measured
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Guard = c.Guard.WithLog(c.Log)
	if c.QueueFrames == 0 {
		c.QueueFrames = wire.QueueFrames
	}
	if c.QueueBytes == 0 {
		c.QueueBytes = wire.QueueBytes
	}
	if c.MaxRooms == 0 {
		c.MaxRooms = wire.MaxRooms
	}
	if c.Observe == nil {
		c.Observe = func(time.Duration) {}
	}
	return c
}

// Identity is the user and session of a connection, and how long they are valid.
type Identity struct {
	UserID  int64     // 0: anonymous
	Session string    // "session:12", "token:3"; "": none
	HTML    bool      // events include their HTML fragment
	Expires time.Time // when the connection is closed with 4401; zero: never
}

// Hub holds the connections and rooms of this node.
type Hub struct {
	config Config
	alone  bool // there is no bus, so nothing is published on it
	shards [64]shard
	seed   maphash.Seed
	count  counters

	onOpen      []func(Opened)
	onLeave     []leaveObserver
	onDelivered []deliveryObserver
	onCreated   []createObserver
	onLost      []lossObserver

	mu       sync.Mutex
	open     int
	closing  bool
	drained  chan struct{}        // closed when a closing hub has no connection left
	drain    func()               // closes drained; later calls do nothing
	ended    map[string]time.Time // sessions closed within endedTTL, and when
	sweep    *time.Timer          // fires at nextDue
	nextDue  time.Time
	stopFeed func() // ends the subscription to the bus
}

// New returns a hub. The caller ends it with Shutdown.
func New(c Config) *Hub {
	h := &Hub{
		config:  c.withDefaults(),
		alone:   c.Bus == nil || c.Bus == bus.None{},
		seed:    maphash.MakeSeed(),
		drained: make(chan struct{}),
		ended:   map[string]time.Time{},
	}
	if h.alone {
		h.config.Bus = bus.None{}
	}
	h.drain = sync.OnceFunc(func() { close(h.drained) })
	for i := range h.shards {
		h.shards[i].rooms = map[string]*room{}
	}
	h.stopFeed = h.config.Bus.Subscribe(func(m bus.Message) {
		h.guarded("hub-bus", func() { h.receive(m) })
	})
	return h
}

// guarded calls a function of another package. It reports whether the function
// returned without a panic; a panic is logged and counted.
func (h *Hub) guarded(where string, do func()) bool { return h.config.Guard.Do(where, do) == nil }

func (h *Hub) shard(room string) *shard {
	return &h.shards[maphash.String(h.seed, room)%uint64(len(h.shards))]
}

// Open registers a connection and puts it into the server's rooms. If the hub
// is closing, or the session has just ended, Open returns a closed connection:
// the transport gets the close code from its first Take.
func (h *Hub) Open(who Identity) *Conn {
	c := newConn(h, who)
	h.mu.Lock()
	h.open++
	h.mu.Unlock()
	first := false
	for _, name := range c.ownRooms() {
		first = c.enterOwn(name) // the user's room is the last
	}
	// The check follows the rooms: a session that ended before it is in h.ended,
	// and one that ends after it finds the connection in its rooms.
	if code := h.refusal(who); code != 0 {
		c.Close(code)
		return c
	}
	h.notifyOpened(Opened{Conn: c, First: first && who.UserID != 0})
	return c
}

// refusal returns the code with which a new connection has to be closed, or 0
// if it is accepted; then refusal schedules its expiry.
func (h *Hub) refusal(who Identity) wire.CloseCode {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ended := h.ended[who.Session]; ended {
		return wire.CloseSignedOut
	}
	if h.closing {
		return wire.CloseRestart
	}
	h.expireAt(who.Expires)
	return 0
}

// Remove takes the connection out of all rooms and notifies their observers.
// The transport calls it when it has stopped writing. Later calls do nothing.
func (h *Hub) Remove(c *Conn) {
	left, code, first := c.remove()
	if !first {
		return
	}
	h.count.closed(code)
	for _, l := range left {
		h.notifyLeft(l)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open--
	h.signalDrained()
}

// signalDrained lets Shutdown return if no connection is left. The caller holds
// the hub's lock.
func (h *Hub) signalDrained() {
	if h.closing && h.open == 0 {
		h.drain()
	}
}

// Accepting reports whether the hub accepts new connections.
func (h *Hub) Accepting() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.closing
}

const (
	shutdownBatches = 20                    // so that clients do not reconnect all at once
	shutdownPause   = 50 * time.Millisecond // between two batches: one second in all
)

// Shutdown closes every connection with 1012, in batches, and waits until their
// transports have sent the queued frames. If ctx ends first, Shutdown returns
// its error. A second call returns nil at once.
func (h *Hub) Shutdown(ctx context.Context) error {
	if !h.startClosing() {
		return nil
	}
	h.stopFeed()
	conns := h.connections()
	batch := max(len(conns)/shutdownBatches, 50)
	for i, c := range conns {
		if i > 0 && i%batch == 0 && !loop.Sleep(ctx, shutdownPause) {
			return ctx.Err()
		}
		c.Close(wire.CloseRestart)
	}
	select {
	case <-h.drained:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// startClosing reports whether this call was the first.
func (h *Hub) startClosing() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return false
	}
	h.closing = true
	if h.sweep != nil {
		h.sweep.Stop()
	}
	h.signalDrained()
	return true
}

// connections returns the connections of this node.
func (h *Hub) connections() []*Conn {
	members := h.shard(allConnections).snapshot(allConnections, nil)
	conns := make([]*Conn, len(members))
	for i, m := range members {
		conns[i] = m.conn
	}
	return conns
}
