package socket

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// bufferSize is what a connection keeps for reading and for writing. The HTTP
// server's 4 KiB each would be most of an idle connection; larger messages
// pass around the buffers.
const bufferSize = 1 << 10

// hijacker hands the upgrade a connection with small buffers and deadlines.
type hijacker struct {
	http.ResponseWriter
	writeWait time.Duration
	conn      *deadlineConn // after Hijack
}

// Hijack takes the connection over from the HTTP server, with what the client
// has sent already.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, err := io.ReadAll(io.LimitReader(buffered, int64(buffered.Reader.Buffered())))
	if err != nil {
		conn.Close()
		return nil, nil, fmt.Errorf("reading what came with the handshake: %w", err)
	}
	h.conn = &deadlineConn{Conn: conn, wait: h.writeWait}
	r := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(early), conn), max(bufferSize, len(early)))
	// The library asks the reader for what it has buffered, so it has to be there.
	if _, err := r.Peek(len(early)); err != nil {
		conn.Close()
		return nil, nil, fmt.Errorf("keeping what came with the handshake: %w", err)
	}
	return h.conn, bufio.NewReadWriter(r, bufio.NewWriterSize(h.conn, bufferSize)), nil
}

// deadlineConn gives every write a deadline of at least wait. Moving the
// deadline costs as much as a small write, so it is set twice as far as needed
// and moved only when half of it is used up. Writes do not overlap: the
// library locks them.
type deadlineConn struct {
	net.Conn
	wait  time.Duration
	fresh time.Time // until then the deadline is far enough
}

// Write writes all of p or fails at the deadline.
func (c *deadlineConn) Write(p []byte) (int, error) {
	if now := time.Now(); now.After(c.fresh) {
		if err := c.SetWriteDeadline(now.Add(2 * c.wait)); err != nil {
			return 0, err
		}
		c.fresh = now.Add(c.wait)
	}
	return c.Conn.Write(p)
}
