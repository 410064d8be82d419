package chat

import (
	"context"
	"sync"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
)

// typists records which users are typing in which rooms, over all their connections. An entry that is not renewed
// within typingExpiry counts no longer: a tab may close while its user types.
type typists struct {
	mu sync.Mutex
	at map[typist]map[string]time.Time // connection → time of its last typing event
}

type typist struct{ room, user int64 }

func newTypists() *typists { return &typists{at: map[typist]map[string]time.Time{}} }

// set records whether the user types on the connection, and reports whether they were typing before and are now, on any
// connection.
func (ts *typists) set(who typist, conn string, typing bool, now time.Time) (before, after bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	conns := ts.at[who]
	for id, last := range conns {
		if now.Sub(last) >= typingExpiry {
			delete(conns, id)
		}
	}
	before = len(conns) > 0
	switch {
	case typing && conns == nil:
		ts.at[who] = map[string]time.Time{conn: now}
		return before, true
	case typing:
		conns[conn] = now
	default:
		delete(conns, conn)
	}
	if len(conns) == 0 {
		delete(ts.at, who)
	}
	return before, len(conns) > 0
}

// isTyping reports whether the user is recorded as typing. The record may have expired.
func (ts *typists) isTyping(who typist) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return len(ts.at[who]) > 0
}

// forget deletes the user's record and reports whether there was one.
func (ts *typists) forget(who typist) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	defer delete(ts.at, who)
	return len(ts.at[who]) > 0
}

// Typing sends to the room whether the user is typing. The connection must have joined the room. True is sent each
// time, for clients that have joined since.
func (s *Service) Typing(ctx context.Context, conn *hub.Conn, who account.User, roomID int64, isTyping bool) error {
	if !s.hub.In(conn, hubRoom(roomID)) {
		if _, err := access(ctx, s.db, who.ID, roomID); err != nil {
			return err
		}
		return fault.Forbidden("Join the room before you type in it.")
	}
	if isTyping || s.typing.isTyping(typist{roomID, who.ID}) {
		user := s.people.ProfilesOf(ctx, []account.User{who})[0]
		s.setTyping(ctx, conn, Typing{UserID: who.ID, RoomID: roomID, IsTyping: isTyping, User: user})
	}
	return nil
}

// stopTyping ends typing on a connection that has sent a message.
func (s *Service) stopTyping(ctx context.Context, conn *hub.Conn, roomID int64) {
	if id := conn.UserID(); s.typing.isTyping(typist{roomID, id}) {
		s.setTyping(ctx, conn, Typing{UserID: id, RoomID: roomID, User: s.profile(ctx, id)})
	}
}

// setTyping records whether the user types on the connection, and sends the event to the room: true each time, false
// when the user has stopped on their last connection. It does neither if the room does not see that the user is there.
func (s *Service) setTyping(ctx context.Context, conn *hub.Conn, t Typing) {
	announced, unlock := s.visits.lock(t.UserID)
	defer unlock()
	if !announced[t.UserID][t.RoomID] {
		return
	}
	before, after := s.typing.set(typist{t.RoomID, t.UserID}, conn.ID(), t.IsTyping, time.Now())
	if t.IsTyping || before && !after {
		t.IsTyping = after
		s.broadcastTyping(ctx, t, conn)
	}
}
