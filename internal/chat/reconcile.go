package chat

import (
	"context"
	"slices"
	"time"

	"hubbub/internal/hub"
	"hubbub/internal/loop"
)

// ReconcileEvery is how often a node compares its open rooms with the database.
const ReconcileEvery = 10 * time.Second

const (
	reconcileGrace = 500 * time.Millisecond // between a commit and its event: longer on a busy machine than one would think
	maxResent      = 50                     // changes a room; who lacks more sees a jump and asks for it
)

// Run compares what this node's connections listen to with the database, again
// and again until ctx ends: it evicts people who were removed, and tells the
// others what was missed. An event or an eviction may be lost between its commit
// and the hub, when the connection to the database breaks just then, or between
// nodes; a page where nothing else happens would not notice.
func (s *Service) Run(ctx context.Context, every time.Duration, guard loop.Guard) {
	loop.Run(ctx, loop.Config{Name: "chat-reconcile", Guard: guard, Period: every}, s.reconcile)
}

// reconcile costs one query, and none while nobody listens.
func (s *Service) reconcile(ctx context.Context) error {
	listeners := s.listeners()
	if len(listeners) == 0 {
		return nil
	}
	seqs, removed, err := seqsAndRemoved(ctx, s.db, listeners)
	if err != nil {
		return err
	}
	s.evictRemoved(ctx, removed)
	if len(s.ledger.behind(seqs)) == 0 {
		return nil
	}
	select {
	case <-time.After(reconcileGrace):
	case <-ctx.Done():
		return nil
	}
	for roomID, upto := range s.ledger.behind(seqs) {
		if err := s.resendMissed(ctx, roomID, upto, seqs[roomID]); err != nil {
			return err
		}
	}
	return nil
}

// listener is a person who hears of a room on this node.
type listener struct{ roomID, userID int64 }

// listeners are the people who have a room open or in a list on this node.
func (s *Service) listeners() []listener {
	people := s.hub.Followers(resource)
	for _, roomID := range s.ledger.retain(func() []string { return s.hub.Active(hubRoomPrefix) }) {
		people[roomID] = append(people[roomID], s.hub.Users(hubRoom(roomID))...)
	}
	var listeners []listener
	for roomID, users := range people {
		slices.Sort(users)
		for _, userID := range slices.Compact(users) {
			listeners = append(listeners, listener{roomID, userID})
		}
	}
	return listeners
}

// evict puts people out of rooms from which they were removed elsewhere, and
// tells their pages.
func (s *Service) evictRemoved(ctx context.Context, removed []listener) {
	for _, l := range removed {
		s.hub.Evict(l.userID, hubRoom(l.roomID), hub.Record(resource, l.roomID))
		s.publishMembership(ctx, hub.RemovedFrom, l.roomID, l.userID, nil, nil)
	}
}

// retell tells this node's connections of what changed in the room after upto,
// up to seq: a later change may be hidden from some of them.
func (s *Service) resendMissed(ctx context.Context, roomID, upto, seq int64) error {
	missed, err := changesAfter(ctx, s.db, roomID, max(upto, seq-maxResent), maxResent)
	if err != nil {
		return err
	}
	missed = slices.DeleteFunc(missed, func(m Message) bool { return m.Seq > seq })
	if missed, err = s.completeMessages(ctx, missed); err != nil {
		return err
	}
	for _, m := range missed {
		s.hub.BroadcastHere(ctx, m.missedEvent(upto), hubRoom(roomID))
	}
	s.ledger.recordUpTo(roomID, seq)
	return nil
}

// news is the event that tells of the message to somebody who has all up to a seq.
func (m Message) missedEvent(upto int64) hub.Event {
	switch {
	case m.Deleted():
		return newDeletedEvent(m)
	case m.CreatedSeq > upto:
		return newSentEvent(m)
	}
	return newUpdatedEvent(m)
}
