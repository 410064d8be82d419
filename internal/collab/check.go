package collab

import (
	"context"
	"time"

	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// check compares what is open and subscribed on this node with the database: it
// evicts channels and subscribers without rights, reads logs that have new updates,
// and stores that its channels are alive.
func (s *Service) check(ctx context.Context) error {
	docs := s.sweepLiveDocs()
	ids := make([]int64, 0, len(docs))
	var clients []clientKey
	for id, l := range docs {
		ids = append(ids, id)
		for _, ch := range l.openChannels() {
			clients = append(clients, clientKey{id, int64(ch.client)})
		}
	}
	found, err := logHeads(ctx, s.db, ids)
	if err != nil {
		return err
	}
	for id, l := range docs {
		if err := s.recheck(ctx, s.db, l); err != nil {
			return err
		}
		if l.isBehind(found[id]) {
			l.checkLog()
		}
	}
	if err := s.unsubscribeWithoutRights(ctx, s.hub.Subscribers(Resource)); err != nil {
		return err
	}
	return noteHere(ctx, s.db, clients)
}

// isBehind reports whether the log is longer than the summary. It is false while the
// turn is held, because the holder checks that itself.
func (l *live) isBehind(p logHead) bool {
	if !l.turn.TryLock() {
		return false
	}
	defer l.turn.Unlock()
	return l.summary != nil && p.seq > l.summary.seq
}

// sweepLiveDocs returns the open documents, and closes those that were not used for keepUnused.
func (s *Service) sweepLiveDocs() map[int64]*live {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, open := s.now(), map[int64]*live{}
	for id, l := range s.liveDocs {
		if l.idleTime(now) > keepUnused {
			delete(s.liveDocs, id)
			continue
		}
		open[id] = l
	}
	return open
}

// keepUnused is how long a document without channels stays open: pages are reloaded.
const keepUnused = time.Minute

// recheck reads the roles of the users who have the document open here. It evicts
// channels whose user may not read it any more, and sends changed roles to the others.
func (s *Service) recheck(ctx context.Context, db postgres.Queryer, l *live) error {
	channels := l.openChannels()
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
	place, err := logHeads(ctx, db, []int64{l.id})
	if err != nil {
		return err
	}
	for _, ch := range channels {
		s.applyRole(ctx, ch, now[ch.userID], place)
	}
	return nil
}

func (s *Service) applyRole(ctx context.Context, ch *channel, role Role, found map[int64]logHead) {
	docID := ch.live.id
	p, exists := found[docID]
	switch {
	case !exists:
		s.evict(ctx, ch, whyDeleted)
	case role == Nobody:
		s.evict(ctx, ch, whyRevoked)
	case p.epoch != ch.epoch:
		s.evict(ctx, ch, whyEpoch)
	case ch.setRole(role):
		s.hub.Broadcast(ctx, newRoleEvent(docID, role), hub.To(ch.conn.ID()).Here())
	}
}

// evict takes the channel out of the document's rooms, discards what is queued for it
// from them, and sends documentGone.
func (s *Service) evict(ctx context.Context, ch *channel, why string) {
	for _, room := range rooms(ch.live.id) {
		s.hub.Expel(ch.conn, room)
	}
	if ch.stock {
		ch.conn.Close(wire.CloseRestart) // y-websocket has no message for it
	}
	s.hub.Broadcast(ctx, newGoneEvent(ch.live.id, why), hub.To(ch.conn.ID()).Here())
}

// setRole reports whether the role has changed.
func (ch *channel) setRole(role Role) bool {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	changed := ch.role != role
	ch.role = role
	return changed
}
