package socket

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/wire"
)

// session is a connection: its reader, its writer, and what they share.
type session struct {
	h       *Handler
	ws      *websocket.Conn
	line    *outConn // under ws
	conn    *hub.Conn
	log     *slog.Logger
	guard   loop.Guard
	address string
	origin  handshake
	rate    rateLimit
	dialect *Dialect // nil: frames

	ctx    context.Context // of virtual requests; ends with the connection
	cancel context.CancelFunc

	out   sync.Mutex   // held while writing, by the reader or the writer
	spare []*hub.Frame // for the next Take

	late *time.Timer // runs while a message arrives, and hangs up

	beat     *time.Timer
	lastSent atomic.Int64 // Unix nanoseconds
	pinging  atomic.Bool
	serving  atomic.Bool // the reader is in the router and reads no pongs
}

func (h *Handler) start(ws *websocket.Conn, line *outConn, r *http.Request, who hub.Identity, base context.Context, address string, dialect *Dialect) {
	conn := h.config.Hub.Open(who)
	s := &session{
		h: h, ws: ws, line: line, conn: conn, address: address, dialect: dialect,
		log:    h.config.Log.With("connection", conn.ID(), "user", who.UserID),
		guard:  h.config.Guard.With("connection", conn.ID(), "user", who.UserID),
		origin: handshakeOf(r),
		rate:   newRateLimit(h.config.Rate, h.config.Burst),
	}
	s.ctx, s.cancel = context.WithCancel(virtualContext(base, conn))
	s.log.Info("socket opened", "session", who.Session)
	s.guarded("socket-greeting", s.greet)
	s.late = time.AfterFunc(time.Hour, s.hangUpLate)
	s.late.Stop()
	s.beat = time.AfterFunc(time.Hour, func() { s.guarded("socket-heartbeat", s.tick) }) // set, so that tick finds it there
	s.beat.Reset(h.config.Heartbeat)
	go s.guarded("socket-reader", s.read)
	go s.write()
}

// guarded runs a part of the connection's life. A panic in it is logged and
// counted, and closes the connection with 1011; the writer says so to the peer.
// If a connection that is closing panics, nothing more is sent.
func (s *session) guarded(where string, do func()) {
	if s.guard.Do(where, do) == nil {
		return
	}
	if s.conn.Closing() {
		s.cancel()
		s.ws.CloseNow() // the reader finds out
		return
	}
	s.conn.Close(wire.CloseInternal)
}

// read is the reader's life. It reads until the line ends, also after Close
// was called: the peer's answer to the close frame comes this way.
func (s *session) read() {
	defer s.end()
	for {
		if err := s.readMessage(); err != nil {
			s.cancel() // before Close, so that the writer sends no close frame
			s.conn.Close(s.codeOf(err))
			return
		}
	}
}

// readMessage waits for a message and serves it. The time that the message has
// runs from its first frame's header on; a peer that stops within that header
// answers no ping any more, and is dropped for this.
func (s *session) readMessage() error {
	// A context that ends would close the connection without a close frame.
	kind, message, err := s.ws.Reader(context.Background())
	if err != nil {
		return err
	}
	s.late.Reset(s.h.config.MessageWait)
	defer s.late.Stop()
	s.guarded("socket-message", func() { s.receive(kind, message) })
	_, err = io.Copy(io.Discard, message)
	return err
}

// hangUpLate ends a connection whose message has not arrived in time.
func (s *session) hangUpLate() {
	s.log.Info("message took too long to arrive")
	s.line.Close() // the reader finds out
}

// codeOf is the code for what ended the reading. A peer that breaks the
// protocol gets the close frame here, where the library has not sent it.
func (s *session) codeOf(err error) wire.CloseCode {
	var lost *net.OpError
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
		return wire.CloseNormal
	case -1: // it was no close frame
		if s.conn.Closing() || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
			errors.Is(err, net.ErrClosed) || errors.As(err, &lost) {
			return wire.CloseAbnormal
		}
		s.goodbye(wire.CloseProtocol)
		return wire.CloseProtocol
	}
	return wire.CloseAbnormal
}

// closeWait is how long the peer may take to answer a close frame. The library
// waits as long, but not when the peer is in the middle of a message.
const closeWait = 5 * time.Second

// goodbye sends the close frame and waits for the peer's.
func (s *session) goodbye(code wire.CloseCode) {
	hangUp := time.AfterFunc(closeWait, func() { s.line.Close() })
	defer hangUp.Stop()
	s.ws.Close(websocket.StatusCode(code), code.Reason())
}

func (s *session) serveFrames(message []byte) {
	empty := true
	for frame := range wire.Split(message) {
		empty = false
		if s.conn.Queued() > wire.QueueFrames/2 {
			s.flush()
		}
		if s.conn.Closing() {
			return
		}
		s.serveFrame(frame)
	}
	if empty {
		s.serveFrame(nil) // nothing at all is not a frame either
	}
	s.flush()
}

// end is the connection's last act, in the reader.
func (s *session) end() {
	defer s.h.addresses.give(s.address)
	s.beat.Stop()
	s.late.Stop()
	s.ws.CloseNow()
	s.h.config.Hub.Remove(s.conn)
	s.log.Info("socket closed", "code", int(s.conn.Code()), "reason", s.conn.Code().Reason())
}
