package socket

import (
	"context"
	"net/http"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// Dialect is a socket with a binary protocol of its own in place of
// frames, such as that of y-websocket. For the hub it is an ordinary connection,
// but it gets no events.
type Dialect struct {
	Opened func(*hub.Conn) error       // is called before the first message; an error closes the connection
	In     func(*hub.Conn, []byte)     // gets each message in the reader's goroutine, and may keep the bytes
	Out    func(message []byte) []byte // translates a binary message of the hub; nil: it is not sent
	Alive  []byte                      // goes through Out when no message was sent for Config.Heartbeat
}

// AcceptAs is Accept for a socket with a dialect.
func (h *Handler) AcceptAs(d Dialect, w http.ResponseWriter, r *http.Request, who hub.Identity) error {
	return h.accept(w, r, who, context.Background(), &d)
}

// translate returns the translated binary frames and drops all others.
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

// greet sends the connected event, or calls the dialect's Opened.
func (s *session) greet() {
	if s.dialect == nil {
		s.sendConnected()
		return
	}
	if err := s.dialect.Opened(s.conn); err != nil {
		s.log.Info("dialect refused the connection", "error", err)
		s.conn.Close(wire.CloseRestart)
	}
}
