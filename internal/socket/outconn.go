package socket

import (
	"net"
	"sync"
	"time"
)

// outConn makes a message one write with a deadline.
//
// The library writes a message in two pieces when it does not fit into the
// write buffer. Between hold and release the first piece is kept back and
// leaves with the second in one system call.
//
// Moving a deadline costs as much as a small write, so it is set twice as far
// as needed and moved only when half of it is used up.
type outConn struct {
	net.Conn
	wait time.Duration // a write may take at least this long

	mu      sync.Mutex // the reader writes too: answers to pings
	fresh   time.Time  // until then the deadline is far enough
	holding bool
	held    []byte // the first piece, shorter than the write buffer
}

// hold is called before a message.
func (c *outConn) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holding = true
}

// release is called after a message and writes what is left of it.
func (c *outConn) release() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holding = false
	if len(c.held) == 0 {
		return nil
	}
	return c.write(nil)
}

// Write writes p after what is held, or holds it.
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
	if now := time.Now(); now.After(c.fresh) {
		if err := c.SetWriteDeadline(now.Add(2 * c.wait)); err != nil {
			return err
		}
		c.fresh = now.Add(c.wait)
	}
	pieces := net.Buffers{c.held, p}
	c.held = c.held[:0]
	_, err := pieces.WriteTo(c.Conn)
	return err
}
