package hub

import (
	"slices"

	"hubbub/internal/wire"
)

// Frame is an encoded frame on its way to one or many connections. It is
// shared and never changes.
type Frame struct {
	Bytes []byte

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
	c.mu.Lock()
	if c.code != 0 || through != nil && through.gone {
		c.mu.Unlock()
		return false
	}
	if through != nil && through.held {
		c.keepLater(f, through)
	} else {
		c.enqueue(f)
	}
	asleep := c.rouse()
	c.mu.Unlock()
	c.signal(asleep)
	return true
}

func (c *Conn) enqueue(f *Frame) {
	switch {
	case f.class == Volatile && c.halfFull():
		c.hub.count.dropped(Volatile)
	case f.class == State && c.supersede(f), c.fits(f):
		c.queue = append(c.queue, f)
		c.bytes += len(f.Bytes)
	default:
		c.hub.count.dropped(f.class)
		c.shut(wire.CloseTooSlow)
	}
}

func (c *Conn) halfFull() bool {
	return 2*len(c.queue) > c.hub.config.QueueFrames || 2*c.bytes > c.hub.config.QueueBytes
}

// fits lets a single frame that is larger than the whole queue pass when
// nothing waits before it.
func (c *Conn) fits(f *Frame) bool {
	return len(c.queue) == 0 ||
		len(c.queue) < c.hub.config.QueueFrames && c.bytes+len(f.Bytes) <= c.hub.config.QueueBytes
}

// supersede takes the frame's older self out of the queue, if it is there. The
// frame itself goes to the end: what it says holds after all that waits.
func (c *Conn) supersede(f *Frame) bool {
	for i, older := range c.queue {
		if f.replaces(older) {
			c.queue = slices.Delete(c.queue, i, i+1)
			c.bytes -= len(older.Bytes)
			return true
		}
	}
	return false
}

// purge discards what is queued from the room.
func (c *Conn) purge(room string) {
	kept := c.queue[:0]
	for _, f := range c.queue {
		if f.room == room {
			c.bytes -= len(f.Bytes)
			continue
		}
		kept = append(kept, f)
	}
	clear(c.queue[len(kept):])
	c.queue = kept
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
	c.queue, c.bytes, c.woken = spare[:0], 0, false
	return frames, c.code
}

// Queued is how many frames wait.
func (c *Conn) Queued() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue)
}
