package hub

import (
	"slices"

	"hubbub/internal/live/wire"
)

// Frame is an encoded frame for one or many connections. They share it, so it
// never changes.
type Frame struct {
	Bytes  []byte
	Binary bool // is sent as a binary message of its own

	room  string // that it was sent to; an eviction from it discards the frame
	event string
	key   string
	class Class
}

// replaces reports whether f carries a newer value of the same state as older.
func (f *Frame) replaces(older *Frame) bool {
	return older.class == State && f.event == older.event && f.room == older.room && f.key == older.key
}

// Reply queues a frame for this connection only. It is never dropped: a frame
// that does not fit closes the connection with 4408.
func (c *Conn) Reply(frame []byte) { c.push(&Frame{Bytes: frame}, nil) }

// QueueReply is Reply without waking the transport. It is for a transport that
// calls Take itself as soon as it has served the message it read.
func (c *Conn) QueueReply(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code == 0 {
		c.enqueue(&Frame{Bytes: frame})
	}
}

// push queues the frame if the connection is open and still in the room of
// through; a nil through needs no room. It reports whether the connection was
// eligible for the frame; a frame that was then dropped counts as well.
func (c *Conn) push(f *Frame, through *member) bool {
	outcome := c.enqueueOrHold(f, through)
	c.signal(outcome.asleep)
	if outcome.lost {
		c.hub.notifyLost(c, f.room)
	}
	return outcome.eligible
}

// outcome is the result of queueing a frame.
type outcome struct {
	eligible bool // the connection is open and in the room
	lost     bool // binary messages were discarded
	asleep   bool // the transport has to be woken
}

// enqueueOrHold queues the frame, or holds it back while through is held.
func (c *Conn) enqueueOrHold(f *Frame, through *member) outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code != 0 || through != nil && through.gone {
		return outcome{}
	}
	complete := true
	if through != nil && through.held {
		c.holdFrame(f, through)
	} else {
		complete = c.enqueue(f)
	}
	return outcome{eligible: true, lost: !complete, asleep: c.markWoken()}
}

// enqueue queues the frame according to its class, see the table in doc.go. It
// reports false if it discarded the room's binary messages.
func (c *Conn) enqueue(f *Frame) (complete bool) {
	switch {
	case f.class == Volatile && c.halfFull(f):
		c.hub.count.dropped(Volatile)
	case f.class == State && c.supersede(f), c.fits(f):
		c.queue = append(c.queue, f)
		c.sizeFor(f).add(f)
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

// queueSize is the size of the queue's text frames or of its binary ones.
type queueSize struct{ frames, bytes int }

func (l *queueSize) add(f *Frame) {
	l.frames++
	l.bytes += len(f.Bytes)
}

func (l *queueSize) remove(f *Frame) {
	l.frames--
	l.bytes -= len(f.Bytes)
}

// sizeFor returns the size of the queue's frames of the same kind as f, text or
// binary.
func (c *Conn) sizeFor(f *Frame) *queueSize {
	if f.Binary {
		return &c.sizes[1]
	}
	return &c.sizes[0]
}

func (c *Conn) halfFull(f *Frame) bool {
	l := c.sizeFor(f)
	return 2*l.frames > c.hub.config.QueueFrames || 2*l.bytes > c.hub.config.QueueBytes
}

// fits reports whether the frame fits into the queue. A frame that is larger
// than the whole queue fits if no other frame of its kind is queued.
func (c *Conn) fits(f *Frame) bool {
	l := c.sizeFor(f)
	return l.frames == 0 ||
		l.frames < c.hub.config.QueueFrames && l.bytes+len(f.Bytes) <= c.hub.config.QueueBytes
}

// supersede removes from the queue the frame that f replaces, and reports
// whether there was one. f itself goes to the end, because its value is newer
// than all that is queued.
func (c *Conn) supersede(f *Frame) bool {
	for i, older := range c.queue {
		if f.replaces(older) {
			c.queue = slices.Delete(c.queue, i, i+1)
			c.sizeFor(older).remove(older)
			return true
		}
	}
	return false
}

// discardRoom discards the frames queued from the room.
func (c *Conn) discardRoom(room string) {
	c.discard(func(f *Frame) bool { return f.room == room })
}

func (c *Conn) discard(unwanted func(*Frame) bool) {
	kept := c.queue[:0]
	for _, f := range c.queue {
		if unwanted(f) {
			c.sizeFor(f).remove(f)
			continue
		}
		kept = append(kept, f)
	}
	clear(c.queue[len(kept):])
	c.queue = kept
}

// empty discards all queued frames and lets the queue use the memory of spare.
func (c *Conn) empty(spare []*Frame) {
	c.queue, c.sizes = spare[:0], [2]queueSize{}
}

// markWoken notes that the transport is woken. It reports whether it was asleep;
// the caller then calls signal after it has released the lock.
func (c *Conn) markWoken() (asleep bool) {
	asleep = !c.woken
	c.woken = true
	return asleep
}

// signal puts a token into wake if the transport was asleep. It never blocks: one
// token is enough.
func (c *Conn) signal(asleep bool) {
	if !asleep {
		return
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Wake returns the channel that holds a token when frames or a close code wait
// for Take.
func (c *Conn) Wake() <-chan struct{} { return c.wake }

// Take empties the queue. It returns the frames in order, and the code with which
// the connection has to be closed after them, or 0. The queue reuses the memory
// of spare, a list that an earlier Take returned and the caller no longer needs;
// it may be nil.
func (c *Conn) Take(spare []*Frame) ([]*Frame, wire.CloseCode) {
	c.mu.Lock()
	defer c.mu.Unlock()
	frames := c.queue
	c.empty(spare)
	c.woken = false
	return frames, c.code
}

// Queued returns the number of queued frames.
func (c *Conn) Queued() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue)
}
