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

// What a connection keeps for reading and for writing. The HTTP server's 4 KiB
// each would be most of an idle connection. Larger messages pass around the
// read buffer; outConn makes up for the small write buffer.
const (
	readBuffer  = 512
	writeBuffer = 128
)

// hijacker hands the upgrade an outConn and small buffers.
type hijacker struct {
	http.ResponseWriter
	writeWait time.Duration
	conn      *outConn // after Hijack
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
	h.conn = &outConn{Conn: conn, wait: h.writeWait}
	r := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(early), conn), max(readBuffer, len(early)))
	// The library asks the reader for what it has buffered, so it has to be there.
	if _, err := r.Peek(len(early)); err != nil {
		conn.Close()
		return nil, nil, fmt.Errorf("keeping what came with the handshake: %w", err)
	}
	return h.conn, bufio.NewReadWriter(r, bufio.NewWriterSize(h.conn, writeBuffer)), nil
}
