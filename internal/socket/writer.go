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

	"hubbub/internal/hub"
	"hubbub/internal/wire"
)

// maxJoined is the bytes after which a joined message is sent, so that a
// client starts to read a long backlog before all of it is there.
const maxJoined = 64 << 10

// write is the writer's life: it sends what the hub has queued. The reader
// sends the replies to what it has just served by itself, which spares a
// change of goroutines.
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

// flush sends all that is queued, then the close frame if it is time. When
// that is done, or nothing can be sent, the session's context ends.
func (s *session) flush() {
	s.out.Lock()
	defer s.out.Unlock()
	frames, code := s.conn.Take(s.spare)
	if s.dialect != nil {
		frames = s.dialect.translate(frames)
	}
	defer s.keep(frames)
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
		s.goodbye(code)
	}
}

// maxSpare is the frames that a silent connection keeps room for.
const maxSpare = 32

// keep empties the list for the next Take.
func (s *session) keep(frames []*hub.Frame) {
	clear(frames) // they may be large, and the next Take far away
	s.spare = frames[:0]
	if cap(frames) > maxSpare {
		s.spare = nil
	}
}

// introduce sends the connected event: before the reader and the writer start,
// so that it is the first.
func (s *session) introduce() {
	if s.send(false, s.connected()) != nil {
		s.cancel()
		s.ws.CloseNow() // the reader finds out
	}
}

func (s *session) connected() []byte {
	data, _ := json.Marshal(struct {
		ConnectionID string `json:"connectionId"`
		UserID       *int64 `json:"userId"`
		HeartbeatMs  int64  `json:"heartbeatMs"`
		Protocol     int    `json:"protocol"`
	}{s.conn.ID(), userID(s.conn), s.h.config.Heartbeat.Milliseconds(), wire.Version})
	return wire.AppendEvent(nil, wire.Event{Name: "connected", Data: data})
}

// userID is null for anonymous connections.
func userID(c *hub.Conn) *int64 {
	if id := c.UserID(); id != 0 {
		return &id
	}
	return nil
}

// joined holds buffers for joined messages.
var joined = sync.Pool{New: func() any { return new([]byte) }}

// sendFrames sends the frames in as few messages as the limit allows; a binary
// one is a message by itself.
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

// send has no deadline of its own: the connection under it has one, and a
// context's would cost more than the write.
func (s *session) send(binary bool, message []byte) error {
	kind := websocket.MessageText
	if binary {
		kind = websocket.MessageBinary
	}
	s.line.hold()
	err := s.ws.Write(context.Background(), kind, message)
	err = cmp.Or(err, s.line.release())
	s.lastSent.Store(time.Now().UnixNano())
	return err
}

// codeOfWrite is for the statistics: no close frame gets through any more.
func codeOfWrite(err error) wire.CloseCode {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return wire.CloseTooSlow
	}
	return wire.CloseAbnormal
}
