package hub

import (
	"context"
	"hash/maphash"
	"log/slog"
	"sync"
	"time"

	"hubbub/internal/bus"
	"hubbub/internal/loop"
	"hubbub/internal/wire"
)

// Config of a Hub. The zero value is a single node with the protocol's limits.
type Config struct {
	Bus         bus.Bus // nil: this node is alone
	Log         *slog.Logger
	Guard       loop.Guard               // catches the panics of callbacks; without a logger it uses Log
	QueueFrames int                      // 0: wire.QueueFrames
	QueueBytes  int                      // 0: wire.QueueBytes
	MaxRooms    int                      // joined by a connection; 0: wire.MaxRooms
	Observe     func(took time.Duration) // how long a broadcast took; nil: nobody measures
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

// Identity is what the hub knows of who is behind a connection.
type Identity struct {
	UserID  int64     // 0: anonymous
	Session string    // "session:12", "token:3"; "": none
	HTML    bool      // events come with their fragment
	Expires time.Time // then it is closed with 4401; zero: never
}

// Hub is the connections and rooms of this node.
type Hub struct {
	config Config
	alone  bool // no other node needs a copy
	shards [64]shard
	seed   maphash.Seed
	count  counters

	openers    []func(Opened)
	observers  []observer
	deliveries []delivery
	creations  []creation
	losses     []loss

	mu       sync.Mutex
	open     int
	closing  bool
	drained  chan struct{}        // closed when the last connection of a closing hub is gone
	drain    func()               // closes it, once
	ended    map[string]time.Time // sessions closed lately
	sweep    *time.Timer          // fires at nextDue
	nextDue  time.Time
	stopFeed func() // ends the bus's subscription
}

// New makes a hub. Shutdown ends it.
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

// guarded calls code of another package. It reports whether that returned: a
// panic in it is logged and counted, and the hub goes on.
func (h *Hub) guarded(where string, do func()) bool { return h.config.Guard.Do(where, do) == nil }

func (h *Hub) shard(room string) *shard {
	return &h.shards[maphash.String(h.seed, room)%uint64(len(h.shards))]
}

// Open registers a connection and puts it into the server's rooms. If the hub
// is closing, or the session ended a moment ago, the connection comes back
// closed: the transport finds the code with its first Take.
func (h *Hub) Open(who Identity) *Conn {
	c := newConn(h, who)
	h.mu.Lock()
	h.open++
	h.mu.Unlock()
	first := false
	for _, name := range c.ownRooms() {
		first = c.enterOwn(name) // the user's room is the last
	}
	// Only now, so that an end which comes before this finds its record here,
	// and one which comes after finds the connection in its rooms.
	if code := h.refusal(who); code != 0 {
		c.Close(code)
		return c
	}
	h.tellOpened(Opened{Conn: c, First: first && who.UserID != 0})
	return c
}

// refusal is the code that a new connection has to be closed with, 0 if it is
// welcome; then its expiry is planned.
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

// Remove is the transport's last word: nothing is written any more. The
// connection leaves all rooms and their observers are told.
func (h *Hub) Remove(c *Conn) {
	lost, code, first := c.remove()
	if !first {
		return
	}
	h.count.closed(code)
	for _, left := range lost {
		h.tell(left)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open--
	h.noteDrained()
}

// noteDrained tells Shutdown when nobody is left. The hub's lock is held.
func (h *Hub) noteDrained() {
	if h.closing && h.open == 0 {
		h.drain()
	}
}

// Accepting reports whether new connections are welcome.
func (h *Hub) Accepting() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.closing
}

const (
	shutdownBatches = 20                    // so that not everybody comes back at the same moment
	shutdownPause   = 50 * time.Millisecond // between two batches: a second in all
)

// Shutdown closes every connection with 1012, in batches, and waits until
// their transports have sent what was queued. When ctx ends first it returns
// its error.
func (h *Hub) Shutdown(ctx context.Context) error {
	if !h.startClosing() {
		return nil
	}
	h.stopFeed()
	everybody := h.connections()
	batch := max(len(everybody)/shutdownBatches, 50)
	for i, c := range everybody {
		if i > 0 && i%batch == 0 && !pause(ctx, shutdownPause) {
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

// startClosing reports whether it was the first to do so.
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
	h.noteDrained()
	return true
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// connections lists who is connected now.
func (h *Hub) connections() []*Conn {
	members := h.shard(everybody).snapshot(everybody, nil)
	conns := make([]*Conn, len(members))
	for i, m := range members {
		conns[i] = m.conn
	}
	return conns
}
