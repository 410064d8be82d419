package hub

import (
	"time"

	"hubbub/internal/bus"
	"hubbub/internal/wire"
)

// remembered is how long an ended session is known, so that a handshake which
// was authorised just before the end does not outlive it. Handshakes take
// milliseconds.
const remembered = time.Minute

// sweepPause keeps sweeps apart when many sessions expire one after another.
const sweepPause = 500 * time.Millisecond

// CloseSession closes the session's connections on every node, with 4401 when
// it was signed out or revoked.
func (h *Hub) CloseSession(session string, code wire.CloseCode) {
	h.closeSession(session, code)
	h.config.Bus.Publish(bus.Message{Kind: bus.SessionEnded, Session: session, Code: int(code)})
}

func (h *Hub) closeSession(session string, code wire.CloseCode) {
	if session == "" {
		return
	}
	h.remember(session)
	for _, c := range h.connections() {
		if c.who.Session == session {
			c.Close(code)
		}
	}
}

func (h *Hub) remember(session string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	for old, at := range h.ended {
		if now.Sub(at) > remembered {
			delete(h.ended, old)
		}
	}
	h.ended[session] = now
}

// expireAt makes sure that a sweep comes at that time. The hub's lock is held.
func (h *Hub) expireAt(t time.Time) {
	if t.IsZero() || !h.nextDue.IsZero() && !t.Before(h.nextDue) {
		return
	}
	h.nextDue = t
	wait := max(time.Until(t), 0)
	if h.sweep == nil {
		h.sweep = time.AfterFunc(wait, func() { h.guarded("hub-expiry", h.closeExpired) })
		return
	}
	h.sweep.Reset(wait)
}

// closeExpired closes whose time has come and plans the next sweep.
func (h *Hub) closeExpired() {
	h.mu.Lock()
	h.nextDue = time.Time{}
	h.mu.Unlock()
	now := time.Now()
	var next time.Time
	for _, c := range h.connections() {
		switch expires := c.who.Expires; {
		case expires.IsZero():
		case !expires.After(now):
			c.Close(wire.CloseSignedOut)
		case next.IsZero() || expires.Before(next):
			next = expires
		}
	}
	h.planSweep(now, next)
}

func (h *Hub) planSweep(now, next time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing || next.IsZero() {
		return
	}
	if earliest := now.Add(sweepPause); next.Before(earliest) {
		next = earliest
	}
	h.expireAt(next)
}
