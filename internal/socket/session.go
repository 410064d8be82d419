package socket

import (
	"bytes"
	"context"
	"io"
	"log/slog"
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
		// A context that ends would close the connection without a close frame.
		kind, message, err := s.ws.Reader(context.Background())
		if err != nil {
			s.cancel() // before Close, so that nobody tries to say goodbye
			s.conn.Close(codeOf(err))
			return
		}
		s.guarded("socket-message", func() { s.receive(kind, message) })
		io.Copy(io.Discard, message)
	}
}

// codeOf tells a peer that said goodbye from a line that broke.
func codeOf(err error) wire.CloseCode {
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
		return wire.CloseNormal
	}
	return wire.CloseAbnormal
}

func (s *session) receive(kind websocket.MessageType, message io.Reader) {
	switch {
	case s.conn.Closing():
	case s.dialect != nil:
		s.receiveForeign(kind, message)
	case kind == websocket.MessageText:
		s.receiveText(message)
	case s.h.config.Binary == nil:
		s.conn.Close(wire.CloseUnsupported)
	default:
		s.receiveBinary(message)
	}
}

// messages holds buffers for one text message each.
var messages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (s *session) receiveText(r io.Reader) {
	message := messages.Get().(*bytes.Buffer)
	defer messages.Put(message)
	message.Reset()
	if _, err := message.ReadFrom(io.LimitReader(r, wire.MaxText+1)); err != nil {
		return // the next Reader says why
	}
	if message.Len() > wire.MaxText {
		s.conn.Close(wire.CloseTooBig)
		return
	}
	s.serveFrames(message.Bytes())
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

func (s *session) receiveBinary(r io.Reader) {
	s.takeBinary(r, s.h.config.Binary)
}

func (s *session) takeBinary(r io.Reader, take func(*hub.Conn, []byte)) {
	// Refusing would lose a document's update, so a flood is slowed down.
	if s.rate.wait(s.ctx) != nil {
		return
	}
	if message, err := io.ReadAll(r); err == nil {
		take(s.conn, message)
	} else if websocketTooBig(err) {
		s.conn.Close(wire.CloseTooBig)
	}
}

// end is the connection's last act, in the reader.
func (s *session) end() {
	defer s.h.addresses.give(s.address)
	s.beat.Stop()
	s.ws.CloseNow()
	s.h.config.Hub.Remove(s.conn)
	s.log.Info("socket closed", "code", int(s.conn.Code()), "reason", s.conn.Code().Reason())
}
