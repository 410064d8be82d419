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

// The sizes in bytes of a connection's buffers. The HTTP server's buffers, 4 KiB
// each, would be most of the memory of an idle connection. Larger messages bypass
// the read buffer, and outConn compensates for the small write buffer.
const (
	readBuffer  = 512
	writeBuffer = 128
)

// hijacker is a ResponseWriter whose Hijack returns an outConn and small buffers.
type hijacker struct {
	http.ResponseWriter
	writeWait time.Duration
	conn      *outConn // set by Hijack
}

// Hijack takes over the connection from the HTTP server, with the bytes that the
// client has already sent.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, err := io.ReadAll(io.LimitReader(buffered, int64(buffered.Reader.Buffered())))
	if err != nil {
		conn.Close()
		return nil, nil, fmt.Errorf("reading the bytes after the handshake: %w", err)
	}
	h.conn = &outConn{Conn: conn, wait: h.writeWait}
	r := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(early), conn), max(readBuffer, len(early)))
	// The library takes only the buffered bytes, so they have to be in the buffer.
	if _, err := r.Peek(len(early)); err != nil {
		conn.Close()
		return nil, nil, fmt.Errorf("buffering the bytes after the handshake: %w", err)
	}
	return h.conn, bufio.NewReadWriter(r, bufio.NewWriterSize(h.conn, writeBuffer)), nil
}
