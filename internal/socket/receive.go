package socket

import (
	"io"
	"sync"

	"github.com/coder/websocket"

	"hubbub/internal/wire"
)

// messages holds buffers for one text message each.
var messages = sync.Pool{New: func() any { return new([]byte) }}

// receive reads a message as far as its limit and serves it. What the message
// may hold is decided before any of it is read.
func (s *session) receive(kind websocket.MessageType, r io.Reader) {
	switch {
	case s.conn.Closing():
	case !s.understands(kind):
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

// understands reports whether messages of the kind mean anything here.
func (s *session) understands(kind websocket.MessageType) bool {
	if kind == websocket.MessageText {
		return s.dialect == nil
	}
	return s.dialect != nil || s.h.config.Binary != nil
}

func (s *session) receiveBinary(r io.Reader) {
	// Refusing would lose a document's update, so a flood is slowed down.
	if s.rate.wait(s.ctx) != nil {
		return
	}
	var message []byte // the receiver may keep it
	if !s.readWhole(r, &message, s.maxBinary()) {
		return
	}
	if s.dialect != nil {
		s.dialect.In(s.conn, message)
		return
	}
	s.h.config.Binary(s.conn, message)
}

// maxBinary is the bytes that a binary message may have now.
func (s *session) maxBinary() int {
	if s.dialect != nil || s.h.config.Streams != nil && s.h.config.Streams(s.conn) {
		return wire.MaxBinary
	}
	return wire.MaxText
}

// readWhole reads the message into the buffer, and reports whether it is whole.
// One past the limit closes the connection; after an error the next Reader says
// why.
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
	s.late.Stop() // serving may take its time
	return true
}

// firstBuffer is the bytes to begin with: most messages are a frame of few words.
const firstBuffer = 512

// readAtMost appends what r has, but no more than limit bytes in all. The buffer
// grows with the bytes that have arrived, never past the limit.
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
