package chat

import (
	"context"
	"sync"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
)

// typists knows who is typing where, over all connections of a person. What is
// not said again within typingExpiry is forgotten: a tab may die in mid-word.
type typists struct {
	mu sync.Mutex
	at map[typist]map[string]time.Time // connection → when it last said so
}

type typist struct{ room, user int64 }

func newTypists() *typists { return &typists{at: map[typist]map[string]time.Time{}} }

// set notes what the connection said and reports whether the person is typing,
// on any connection, before and after.
func (ts *typists) set(who typist, conn string, typing bool, now time.Time) (before, after bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	conns := ts.at[who]
	for id, said := range conns {
		if now.Sub(said) >= typingExpiry {
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

// on says whether the person types, as far as was said.
func (ts *typists) isTyping(who typist) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return len(ts.at[who]) > 0
}

// forget lets the person stop on all connections, and returns whether they typed.
func (ts *typists) forget(who typist) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	defer delete(ts.at, who)
	return len(ts.at[who]) > 0
}

// Typing tells the room whether the person is typing. The connection must have
// joined it. True is passed on each time, so that those who came late see it too.
func (s *Service) Typing(ctx context.Context, conn *hub.Conn, who account.User, roomID int64, isTyping bool) error {
	if !s.hub.In(conn, hubRoom(roomID)) {
		if _, err := access(ctx, s.db, who.ID, roomID); err != nil {
			return err
		}
		return fault.Forbidden("Join the room before typing in it.")
	}
	if isTyping || s.typing.isTyping(typist{roomID, who.ID}) {
		s.setTyping(ctx, conn, Typing{UserID: who.ID, RoomID: roomID, IsTyping: isTyping, User: s.people.ProfilesOf(ctx, []account.User{who})[0]})
	}
	return nil
}

// stopTyping says false for a connection that sent.
func (s *Service) stopTyping(ctx context.Context, conn *hub.Conn, roomID int64) {
	if id := conn.UserID(); s.typing.isTyping(typist{roomID, id}) {
		s.setTyping(ctx, conn, Typing{UserID: id, RoomID: roomID, User: s.profile(ctx, id)})
	}
}

// types notes what the connection says and tells the room, if it knows that the
// person is there.
func (s *Service) setTyping(ctx context.Context, conn *hub.Conn, t Typing) {
	told, unlock := s.visits.lock(t.UserID)
	defer unlock()
	if !told[t.UserID][t.RoomID] {
		return
	}
	before, after := s.typing.set(typist{t.RoomID, t.UserID}, conn.ID(), t.IsTyping, time.Now())
	if t.IsTyping || before && !after {
		t.IsTyping = after
		s.broadcastTyping(ctx, t, conn)
	}
}
