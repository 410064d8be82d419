package collab

import (
	"context"
	"time"

	"hubbub/internal/postgres"
	"hubbub/internal/wire"
)

// check looks after what is open here, and in lists: whether people may still
// be where they are, whether the log has more, and which channels are alive.
func (s *Service) check(ctx context.Context) error {
	lives := s.openDocuments()
	ids := make([]int64, 0, len(lives))
	var clients []clientKey
	for id, l := range lives {
		ids = append(ids, id)
		for _, ch := range l.open() {
			clients = append(clients, clientKey{id, int64(ch.client)})
		}
	}
	found, err := places(ctx, s.db, ids)
	if err != nil {
		return err
	}
	for id, l := range lives {
		if err := s.recheck(ctx, s.db, l); err != nil {
			return err
		}
		if l.lags(found[id]) {
			l.lookAgain()
		}
	}
	if err := s.takeOutOfLists(ctx, s.hub.Followers(Resource)); err != nil {
		return err
	}
	return noteHere(ctx, s.db, clients)
}

// lags tells whether the database has more than is known; a document that is in
// use just now looks by itself.
func (l *live) lags(p place) bool {
	if !l.turn.TryLock() {
		return false
	}
	defer l.turn.Unlock()
	return l.known != nil && p.seq > l.known.seq
}

// openDocuments lists them, and forgets those that nobody has used for long.
func (s *Service) openDocuments() map[int64]*live {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, open := s.now(), map[int64]*live{}
	for id, l := range s.lives {
		if l.idle(now) > keepUnused {
			delete(s.lives, id)
			continue
		}
		open[id] = l
	}
	return open
}

// keepUnused is how long a document stays open that nobody is in: people reload.
const keepUnused = time.Minute

// recheck compares what the people here may do with what they could: whoever
// may not read any more is put out, and others learn of their new role.
func (s *Service) recheck(ctx context.Context, db postgres.Queryer, l *live) error {
	channels := l.open()
	if len(channels) == 0 {
		return nil
	}
	ids := make([]int64, len(channels))
	for i, ch := range channels {
		ids[i] = ch.userID
	}
	now, err := roles(ctx, db, l.id, sortedUnique(ids))
	if err != nil {
		return err
	}
	place, err := places(ctx, db, []int64{l.id})
	if err != nil {
		return err
	}
	for _, ch := range channels {
		s.reconsider(ctx, ch, now[ch.userID], place)
	}
	return nil
}

func (s *Service) reconsider(ctx context.Context, ch *channel, role Role, found map[int64]place) {
	docID := ch.live.id
	p, exists := found[docID]
	switch {
	case !exists:
		s.putOut(ctx, ch, whyDeleted)
	case role == Nobody:
		s.putOut(ctx, ch, whyRevoked)
	case p.epoch != ch.epoch:
		s.putOut(ctx, ch, whyEpoch)
	case ch.becomes(role):
		s.hub.BroadcastHere(ctx, rights(docID, role), ch.conn.ID())
	}
}

// putOut closes the channel; what waits for it from the document is discarded.
func (s *Service) putOut(ctx context.Context, ch *channel, why string) {
	for _, room := range rooms(ch.live.id) {
		s.hub.Expel(ch.conn, room)
	}
	if ch.stock {
		ch.conn.Close(wire.CloseRestart) // it knows no other word for it
	}
	s.hub.BroadcastHere(ctx, gone(ch.live.id, why), ch.conn.ID())
}

// becomes reports whether the role is a new one.
func (ch *channel) becomes(role Role) bool {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	changed := ch.role != role
	ch.role = role
	return changed
}
