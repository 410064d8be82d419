package socket

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/coder/websocket"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// maxJoined is the size in bytes from which a joined message is sent, so that a
// client can process the start of a long backlog while the rest arrives.
const maxJoined = 64 << 10

// write is the loop of the writer: it sends what the hub has queued. The reader
// flushes the replies to the message it has served itself, which saves a switch
// of goroutines.
func (s *session) write() {
	for {
		select {
		case <-s.conn.Wake():
			s.guarded("socket-writer", s.flush)
		case <-s.ctx.Done():
			return
		}
	}
}

// flush sends all queued frames, and then the close frame if the connection has a
// close code. The session's context ends with the close frame, or when sending
// fails.
func (s *session) flush() {
	s.out.Lock()
	defer s.out.Unlock()
	frames, code := s.conn.Take(s.spare)
	if s.dialect != nil {
		frames = s.dialect.translate(frames)
	}
	defer s.reuse(frames)
	if s.ctx.Err() != nil {
		return
	}
	if err := s.sendFrames(frames); err != nil {
		s.conn.Close(codeOfWrite(err))
		s.cancel()
		s.ws.CloseNow()
		return
	}
	if code != 0 {
		s.cancel()
		s.closeWith(code)
	}
}

// maxSpare is the largest capacity, in frames, of a list that is kept for reuse.
const maxSpare = 32

// reuse clears the list and keeps it for the next Take.
func (s *session) reuse(frames []*hub.Frame) {
	clear(frames) // so that the frames can be freed before the next Take
	s.spare = frames[:0]
	if cap(frames) > maxSpare {
		s.spare = nil
	}
}

// sendConnected sends the connected event. It runs before the reader and the
// writer start, so that this event is the first.
func (s *session) sendConnected() {
	if s.send(false, s.newConnectedEvent()) != nil {
		s.cancel()
		s.ws.CloseNow() // the reader then gets an error and ends
	}
}

func (s *session) newConnectedEvent() []byte {
	data, _ := json.Marshal(struct {
		ConnectionID string `json:"connectionId"`
		UserID       *int64 `json:"userId"`
		HeartbeatMs  int64  `json:"heartbeatMs"`
		Protocol     int    `json:"protocol"`
	}{s.conn.ID(), userID(s.conn), s.h.config.Heartbeat.Milliseconds(), wire.Version})
	return wire.AppendEvent(nil, wire.Event{Name: "connected", Data: data})
}

// userID returns the connection's user, or nil if it is anonymous.
func userID(c *hub.Conn) *int64 {
	if id := c.UserID(); id != 0 {
		return &id
	}
	return nil
}

// joined is a pool of buffers for joined messages.
var joined = sync.Pool{New: func() any { return new([]byte) }}

// sendFrames sends the frames in as few messages as maxJoined allows. A binary
// frame is a message by itself.
func (s *session) sendFrames(frames []*hub.Frame) error {
	if len(frames) == 1 {
		return s.send(frames[0].Binary, frames[0].Bytes)
	}
	buffer := joined.Get().(*[]byte)
	defer joined.Put(buffer)
	message := (*buffer)[:0]
	for i, frame := range frames {
		if frame.Binary {
			if err := s.send(true, frame.Bytes); err != nil {
				return err
			}
			continue
		}
		message = append(message, frame.Bytes...)
		if last := i == len(frames)-1 || frames[i+1].Binary; !last && len(message) < maxJoined {
			message = append(message, '\n')
			continue
		}
		if err := s.send(false, message); err != nil {
			return err
		}
		message = message[:0]
	}
	*buffer = message
	return nil
}

// send sends one message. It passes no deadline: outConn has one, and a context
// with a deadline would cost more than the write.
func (s *session) send(binary bool, message []byte) error {
	kind := websocket.MessageText
	if binary {
		kind = websocket.MessageBinary
	}
	s.netConn.hold()
	err := s.ws.Write(context.Background(), kind, message)
	err = cmp.Or(err, s.netConn.release())
	s.lastSent.Store(time.Now().UnixNano())
	return err
}

// codeOfWrite returns the close code for a failed write. It is for the statistics
// only: a close frame can no longer be sent.
func codeOfWrite(err error) wire.CloseCode {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return wire.CloseTooSlow
	}
	return wire.CloseAbnormal
}
