package socket

import (
	"net"
	"sync"
	"time"
)

// outConn writes a message in one system call and with a deadline.
//
// The library writes a message that does not fit into the write buffer in two
// pieces. Between hold and release outConn keeps the first piece back and writes
// it together with the second.
//
// Setting a deadline costs as much as a small write. Therefore the deadline is
// set twice as far ahead as needed, and set again only when half of it has
// passed.
type outConn struct {
	net.Conn
	wait time.Duration // the least time that a write may take

	mu         sync.Mutex // the reader writes too: it answers pings
	freshUntil time.Time  // the deadline is not set again before this time
	holding    bool
	held       []byte // the first piece, shorter than the write buffer
}

// hold is called before a message.
func (c *outConn) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holding = true
}

// release is called after a message and writes the piece that is still held.
func (c *outConn) release() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holding = false
	if len(c.held) == 0 {
		return nil
	}
	return c.write(nil)
}

// Write writes the held piece and p, or holds p.
func (c *outConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holding && len(c.held) == 0 && len(p) <= writeBuffer {
		c.held = append(c.held, p...)
		return len(p), nil
	}
	return len(p), c.write(p)
}

func (c *outConn) write(p []byte) error {
	if now := time.Now(); now.After(c.freshUntil) {
		if err := c.SetWriteDeadline(now.Add(2 * c.wait)); err != nil {
			return err
		}
		c.freshUntil = now.Add(c.wait)
	}
	pieces := net.Buffers{c.held, p}
	c.held = c.held[:0]
	_, err := pieces.WriteTo(c.Conn)
	return err
}
