package hub

import (
	"maps"
	"slices"
	"time"

	"hubbub/internal/live/bus"
	"hubbub/internal/live/wire"
)

// endedTTL is how long the hub remembers that a session ended. A handshake that
// was authorised just before the end is then still refused; a handshake takes
// milliseconds.
const endedTTL = time.Minute

// sweepPause is the least time between two sweeps, for many sessions that expire
// one after another.
const sweepPause = 500 * time.Millisecond

// CloseSession closes the session's connections on every node. The code for a
// session that was signed out or revoked is wire.CloseSignedOut.
func (h *Hub) CloseSession(session string, code wire.CloseCode) {
	h.closeSession(session, code)
	h.config.Bus.Publish(bus.Message{Kind: bus.SessionEnded, Session: session, Code: int(code)})
}

// Sessions returns the sessions that connections on this node were opened with,
// each once, in no particular order. Connections without a session are left out.
func (h *Hub) Sessions() []string {
	open := map[string]bool{}
	for _, c := range h.connections() {
		if c.who.Session != "" {
			open[c.who.Session] = true
		}
	}
	return slices.Collect(maps.Keys(open))
}

func (h *Hub) closeSession(session string, code wire.CloseCode) {
	if session == "" {
		return
	}
	h.rememberEnded(session)
	for _, c := range h.connections() {
		if c.who.Session == session {
			c.Close(code)
		}
	}
}

func (h *Hub) rememberEnded(session string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	for old, at := range h.ended {
		if now.Sub(at) > endedTTL {
			delete(h.ended, old)
		}
	}
	h.ended[session] = now
}

// expireAt schedules a sweep for t at the latest; a zero t needs none. The
// caller holds the hub's lock.
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

// closeExpired closes the connections that have expired and schedules the next
// sweep.
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
