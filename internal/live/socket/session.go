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

	"hubbub/internal/base/loop"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// session is one WebSocket connection: its reader, its writer, and the state that
// they share.
type session struct {
	h         *Handler
	ws        *websocket.Conn
	netConn   *outConn // the network connection under ws
	conn      *hub.Conn
	log       *slog.Logger
	guard     loop.Guard
	address   string
	handshake handshake
	rate      rateLimit
	dialect   *Dialect // nil: the socket carries frames

	ctx    context.Context // of virtual requests; ends with the connection
	cancel context.CancelFunc

	out   sync.Mutex   // held while the reader or the writer sends
	spare []*hub.Frame // for the next Take

	messageTimer *time.Timer // runs while a message arrives, and closes the connection

	heartbeatTimer *time.Timer
	lastSent       atomic.Int64 // Unix nanoseconds
	pinging        atomic.Bool
	serving        atomic.Bool // the reader is in the router, so it reads no pongs
}

func (h *Handler) start(
	ws *websocket.Conn, netConn *outConn, r *http.Request, who hub.Identity, base context.Context,
	address string, dialect *Dialect,
) {
	conn := h.config.Hub.Open(who)
	s := &session{
		h: h, ws: ws, netConn: netConn, conn: conn, address: address, dialect: dialect,
		log:       h.config.Log.With("connection", conn.ID(), "user", who.UserID),
		guard:     h.config.Guard.With("connection", conn.ID(), "user", who.UserID),
		handshake: newHandshake(r),
		rate:      newRateLimit(h.config.Rate, h.config.Burst),
	}
	s.ctx, s.cancel = context.WithCancel(virtualContext(base, conn))
	s.log.Info("socket opened", "session", who.Session)
	s.guarded("socket-greeting", s.greet)
	s.messageTimer = time.AfterFunc(time.Hour, s.closeLate)
	s.messageTimer.Stop()
	// An hour, so that tick does not run before the field is set.
	s.heartbeatTimer = time.AfterFunc(time.Hour, func() { s.guarded("socket-heartbeat", s.tick) })
	s.heartbeatTimer.Reset(h.config.Heartbeat)
	go s.guarded("socket-reader", s.read)
	go s.write()
}

// guarded calls do. A panic in it is logged and counted, and closes the
// connection with 1011; the writer sends the close frame. If the connection is
// closing already, the network connection is closed and nothing more is sent.
func (s *session) guarded(where string, do func()) {
	if s.guard.Do(where, do) == nil {
		return
	}
	if s.conn.Closing() {
		s.cancel()
		s.ws.CloseNow() // the reader then gets an error and ends
		return
	}
	s.conn.Close(wire.CloseInternal)
}

// read is the loop of the reader. It reads until the network connection ends,
// also after Close was called, because it has to read the peer's close frame.
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

// readMessage waits for a message and serves it. The message's time limit starts
// when its first frame's header has arrived. A peer that stops within that header
// is dropped because it does not answer a ping.
func (s *session) readMessage() error {
	// If this context ended, the library would close without a close frame.
	kind, message, err := s.ws.Reader(context.Background())
	if err != nil {
		return err
	}
	s.messageTimer.Reset(s.h.config.MessageWait)
	defer s.messageTimer.Stop()
	s.guarded("socket-message", func() { s.receive(kind, message) })
	_, err = io.Copy(io.Discard, message)
	return err
}

// closeLate closes the network connection because a message has not arrived in time.
func (s *session) closeLate() {
	s.log.Info("message took too long to arrive")
	s.netConn.Close() // the reader then gets an error and ends
}

// codeOf returns the close code for the error that ended the reading. To a peer
// that broke the protocol it sends the close frame, unless the library has.
func (s *session) codeOf(err error) wire.CloseCode {
	var lost *net.OpError
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
		return wire.CloseNormal
	case -1: // the error is not a close frame
		if s.conn.Closing() || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
			errors.Is(err, net.ErrClosed) || errors.As(err, &lost) {
			return wire.CloseAbnormal
		}
		s.closeWith(wire.CloseProtocol)
		return wire.CloseProtocol
	}
	return wire.CloseAbnormal
}

// closeWait is how long the peer may take to answer a close frame. The library
// waits the same time, but not if the peer is in the middle of a message.
const closeWait = 5 * time.Second

// closeWith sends the close frame and waits for the peer's, at most for closeWait.
func (s *session) closeWith(code wire.CloseCode) {
	cutOff := time.AfterFunc(closeWait, func() { s.netConn.Close() })
	defer cutOff.Stop()
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
		s.serveFrame(nil) // so that a message without a frame is refused
	}
	s.flush()
}

// end runs last, in the reader: it removes the connection from the hub.
func (s *session) end() {
	defer s.h.addresses.release(s.address)
	s.heartbeatTimer.Stop()
	s.messageTimer.Stop()
	s.ws.CloseNow()
	s.h.config.Hub.Remove(s.conn)
	s.log.Info("socket closed", "code", int(s.conn.Code()), "reason", s.conn.Code().Reason())
}
