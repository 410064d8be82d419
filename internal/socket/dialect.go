package socket

import (
	"context"
	"net/http"

	"hubbub/internal/hub"
	"hubbub/internal/wire"
)

// Dialect is what a socket speaks that knows nothing of frames: binary messages
// of a protocol of others. To the hub it is a connection as any other, whose
// session may end; events do not reach it.
type Dialect struct {
	Opened func(*hub.Conn) error       // before the first message; an error closes it
	In     func(*hub.Conn, []byte)     // in the reader's goroutine; the bytes are its own
	Out    func(message []byte) []byte // a binary message of the hub in its words; nil: there are none
	Alive  []byte                      // goes through Out when nothing else was sent for the heartbeat's time
}

// AcceptAs is Accept for a socket that speaks a dialect.
func (h *Handler) AcceptAs(d Dialect, w http.ResponseWriter, r *http.Request, who hub.Identity) error {
	return h.accept(w, r, who, context.Background(), &d)
}

// translate keeps of the frames what has a word in the dialect.
func (d *Dialect) translate(frames []*hub.Frame) []*hub.Frame {
	kept := frames[:0]
	for _, f := range frames {
		if !f.Binary {
			continue
		}
		if message := d.Out(f.Bytes); message != nil {
			kept = append(kept, &hub.Frame{Bytes: message, Binary: true})
		}
	}
	return kept
}

// greet is the first that happens on a connection.
func (s *session) greet() {
	if s.dialect == nil {
		s.introduce()
		return
	}
	if err := s.dialect.Opened(s.conn); err != nil {
		s.log.Info("a foreign socket was not opened", "err", err)
		s.conn.Close(wire.CloseRestart)
	}
}
