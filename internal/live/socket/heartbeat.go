package socket

import (
	"context"
	"time"

	"hubbub/internal/live/wire"
)

var heartbeat = wire.AppendEvent(nil, wire.Event{Name: "heartbeat"})

// tick is called by the connection's timer, in a goroutine that ends when the
// ping is answered or has failed.
func (s *session) tick() {
	if s.ctx.Err() != nil {
		return
	}
	silent := time.Since(time.Unix(0, s.lastSent.Load()))
	if silent >= s.h.config.Heartbeat {
		s.queueHeartbeat()
		silent = 0
	}
	s.heartbeatTimer.Reset(s.h.config.Heartbeat - silent)
	s.ping()
}

func (s *session) queueHeartbeat() {
	if s.dialect != nil {
		s.conn.ReplyBinary(s.dialect.Alive)
		return
	}
	s.conn.Reply(heartbeat)
}

// ping drops the peer if it does not answer in time. A peer to which nothing can
// be written is left to the write deadline. While a request is served the reader
// reads no answer, so a missing one is ignored.
func (s *session) ping() {
	if !s.pinging.CompareAndSwap(false, true) {
		return
	}
	defer s.pinging.Store(false)
	ctx, cancel := context.WithTimeout(context.Background(), s.h.config.PongWait)
	defer cancel()
	if s.ws.Ping(ctx) != nil && ctx.Err() != nil && !s.serving.Load() {
		s.log.Info("ping unanswered")
		s.ws.CloseNow() // the reader then gets an error and ends
	}
}
