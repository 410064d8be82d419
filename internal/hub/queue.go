package hub

import (
	"slices"

	"hubbub/internal/wire"
)

// Frame is an encoded frame on its way to one or many connections. It is
// shared and never changes.
type Frame struct {
	Bytes  []byte
	Binary bool // a message of its own, not one of text

	room  string // through which it came; what an eviction discards
	event string
	key   string
	class Class
}

// replaces reports whether the newer value of the same state makes older
// superfluous.
func (f *Frame) replaces(older *Frame) bool {
	return older.class == State && f.event == older.event && f.room == older.room && f.key == older.key
}

// Reply queues a frame for this connection alone. It is never dropped: one
// that does not fit closes the connection with 4408.
func (c *Conn) Reply(frame []byte) { c.push(&Frame{Bytes: frame}, nil) }

// ReplySoon is Reply without Wake, for a transport that Takes by itself as
// soon as it has served what it read.
func (c *Conn) ReplySoon(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code == 0 {
		c.enqueue(&Frame{Bytes: frame})
	}
}

// push queues the frame if the connection is still in the room that it came
// through; a nil member needs no room. It reports whether it was for this
// connection, queued or dropped.
func (c *Conn) push(f *Frame, through *member) bool {
	outcome := c.place(f, through)
	c.signal(outcome.asleep)
	if outcome.lost {
		c.hub.tellLost(c, f.room)
	}
	return outcome.taken
}

// outcome is what became of a frame.
type outcome struct {
	taken  bool // it was for this connection
	lost   bool // binary messages were discarded
	asleep bool // the transport has to get a token
}

func (c *Conn) place(f *Frame, through *member) outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code != 0 || through != nil && through.gone {
		return outcome{}
	}
	whole := true
	if through != nil && through.held {
		c.keepLater(f, through)
	} else {
		whole = c.enqueue(f)
	}
	return outcome{taken: true, lost: !whole, asleep: c.rouse()}
}

// enqueue reports false if binary messages were discarded.
func (c *Conn) enqueue(f *Frame) (whole bool) {
	switch {
	case f.class == Volatile && c.halfFull(f):
		c.hub.count.dropped(Volatile)
	case f.class == State && c.supersede(f), c.fits(f):
		c.queue = append(c.queue, f)
		c.load(f).add(f)
	case f.Binary:
		c.hub.count.dropped(f.class)
		c.discardStream(f.room)
		return false
	default:
		c.hub.count.dropped(f.class)
		c.shut(wire.CloseTooSlow)
	}
	return true
}

// load is what waits of one sort of frames.
type load struct{ frames, bytes int }

func (l *load) add(f *Frame) {
	l.frames++
	l.bytes += len(f.Bytes)
}

func (l *load) remove(f *Frame) {
	l.frames--
	l.bytes -= len(f.Bytes)
}

// load is what waits of the frame's sort.
func (c *Conn) load(f *Frame) *load {
	if f.Binary {
		return &c.waiting[1]
	}
	return &c.waiting[0]
}

func (c *Conn) halfFull(f *Frame) bool {
	l := c.load(f)
	return 2*l.frames > c.hub.config.QueueFrames || 2*l.bytes > c.hub.config.QueueBytes
}

// fits lets a single frame that is larger than the whole queue pass when
// nothing of its sort waits before it.
func (c *Conn) fits(f *Frame) bool {
	l := c.load(f)
	return l.frames == 0 ||
		l.frames < c.hub.config.QueueFrames && l.bytes+len(f.Bytes) <= c.hub.config.QueueBytes
}

// supersede takes the frame's older self out of the queue, if it is there. The
// frame itself goes to the end: what it says holds after all that waits.
func (c *Conn) supersede(f *Frame) bool {
	for i, older := range c.queue {
		if f.replaces(older) {
			c.queue = slices.Delete(c.queue, i, i+1)
			c.load(older).remove(older)
			return true
		}
	}
	return false
}

// purge discards what is queued from the room.
func (c *Conn) purge(room string) {
	c.discard(func(f *Frame) bool { return f.room == room })
}

func (c *Conn) discard(unwanted func(*Frame) bool) {
	kept := c.queue[:0]
	for _, f := range c.queue {
		if unwanted(f) {
			c.load(f).remove(f)
			continue
		}
		kept = append(kept, f)
	}
	clear(c.queue[len(kept):])
	c.queue = kept
}

// empty forgets all that is queued; the queue goes on in spare.
func (c *Conn) empty(spare []*Frame) {
	c.queue, c.waiting = spare[:0], [2]load{}
}

// rouse reports whether the transport sleeps and has to get a token, once the
// lock is let go of.
func (c *Conn) rouse() (asleep bool) {
	asleep = !c.woken
	c.woken = true
	return asleep
}

// signal leaves the token. It never blocks: one token is enough.
func (c *Conn) signal(asleep bool) {
	if !asleep {
		return
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Wake holds a token when there is something to Take.
func (c *Conn) Wake() <-chan struct{} { return c.wake }

// Take empties the queue. It returns the frames in order and, if the
// connection has to be closed after them, the code, else 0. The queue goes on
// in spare, a list that an earlier Take returned and that is no longer needed;
// nil is fine.
func (c *Conn) Take(spare []*Frame) ([]*Frame, wire.CloseCode) {
	c.mu.Lock()
	defer c.mu.Unlock()
	frames := c.queue
	c.empty(spare)
	c.woken = false
	return frames, c.code
}

// Queued is how many frames wait.
func (c *Conn) Queued() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue)
}
