package socket

import (
	"io"
	"sync"

	"github.com/coder/websocket"

	"hubbub/internal/live/wire"
)

// messages is a pool of buffers, each for one text message.
var messages = sync.Pool{New: func() any { return new([]byte) }}

// receive reads a message, up to its limit, and serves it. It decides the limit
// before it reads any of the message.
func (s *session) receive(kind websocket.MessageType, r io.Reader) {
	switch {
	case s.conn.Closing():
	case !s.accepts(kind):
		s.conn.Close(wire.CloseUnsupported)
	case kind == websocket.MessageText:
		buffer := messages.Get().(*[]byte)
		defer messages.Put(buffer)
		if s.readWhole(r, buffer, wire.MaxText) {
			s.serveFrames(*buffer)
		}
	default:
		s.receiveBinary(r)
	}
}

// accepts reports whether the connection has a receiver for messages of the kind.
func (s *session) accepts(kind websocket.MessageType) bool {
	if kind == websocket.MessageText {
		return s.dialect == nil
	}
	return s.dialect != nil || s.h.config.Binary != nil
}

func (s *session) receiveBinary(r io.Reader) {
	// A refused message would lose a document's update, so a flood is slowed down.
	if s.rate.wait(s.ctx) != nil {
		return
	}
	var message []byte // not pooled: the receiver may keep it
	if !s.readWhole(r, &message, s.maxBinary()) {
		return
	}
	if s.dialect != nil {
		s.dialect.In(s.conn, message)
		return
	}
	s.h.config.Binary(s.conn, message)
}

// maxBinary returns the size limit of a binary message, in bytes, at this moment.
func (s *session) maxBinary() int {
	if s.dialect != nil || s.h.config.Streams != nil && s.h.config.Streams(s.conn) {
		return wire.MaxBinary
	}
	return wire.MaxText
}

// readWhole reads the message into the buffer and reports whether it got all of
// it. A message over the limit closes the connection. After a read error the
// library's next Reader returns the cause.
func (s *session) readWhole(r io.Reader, buffer *[]byte, limit int) bool {
	message, err := readAtMost(r, (*buffer)[:0], limit+1)
	*buffer = message
	if err != nil {
		return false
	}
	if len(message) > limit {
		s.conn.Close(wire.CloseTooBig)
		return false
	}
	s.messageTimer.Stop() // the limit does not include serving the message
	return true
}

// firstBuffer is the initial size of a buffer, in bytes: most messages are one
// short frame.
const firstBuffer = 512

// readAtMost reads from r into the buffer until EOF, but at most until the buffer
// has limit bytes. The buffer grows with the bytes that have arrived.
func readAtMost(r io.Reader, buffer []byte, limit int) ([]byte, error) {
	for len(buffer) < limit {
		if len(buffer) == cap(buffer) {
			grown := make([]byte, len(buffer), min(max(2*cap(buffer), firstBuffer), limit))
			copy(grown, buffer)
			buffer = grown
		}
		n, err := r.Read(buffer[len(buffer):min(cap(buffer), limit)])
		buffer = buffer[:len(buffer)+n]
		if err == io.EOF {
			return buffer, nil
		}
		if err != nil {
			return buffer, err
		}
	}
	return buffer, nil
}
