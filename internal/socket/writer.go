package socket

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/coder/websocket"

	"hubbub/internal/hub"
	"hubbub/internal/wire"
)

// maxJoined is the bytes after which a joined message is sent, so that a
// client starts to read a long backlog before all of it is there.
const maxJoined = 64 << 10

// write is the writer's life: it alone sends messages and close frames.
func (s *session) write() {
	defer s.ws.CloseNow()
	if s.send(s.connected()) != nil {
		return
	}
	var frames []*hub.Frame
	var code wire.CloseCode
	for code == 0 {
		select {
		case <-s.conn.Wake():
		case <-s.ctx.Done():
			return
		}
		frames, code = s.conn.Take(frames)
		if s.sendFrames(frames) != nil {
			s.conn.Close(wire.CloseAbnormal)
			return
		}
		s.tellReader()
	}
	s.cancel()
	s.ws.Close(websocket.StatusCode(code), code.Reason())
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

// sendFrames sends the frames in as few messages as the limit allows.
func (s *session) sendFrames(frames []*hub.Frame) error {
	if len(frames) == 1 {
		return s.send(frames[0].Bytes)
	}
	buffer := joined.Get().(*[]byte)
	defer joined.Put(buffer)
	message := (*buffer)[:0]
	for i, frame := range frames {
		message = append(message, frame.Bytes...)
		if last := i == len(frames)-1; !last && len(message) < maxJoined {
			message = append(message, '\n')
			continue
		}
		if err := s.send(message); err != nil {
			return err
		}
		message = message[:0]
	}
	*buffer = message
	return nil
}

// send has no deadline of its own: the connection under it has one, and a
// context's would cost more than the write.
func (s *session) send(message []byte) error {
	err := s.ws.Write(context.Background(), websocket.MessageText, message)
	s.lastSent.Store(time.Now().UnixNano())
	return err
}

func (s *session) tellReader() {
	select {
	case s.drained <- struct{}{}:
	default:
	}
}

func websocketTooBig(err error) bool { return errors.Is(err, websocket.ErrMessageTooBig) }
