package chat

import (
	"context"
	"time"

	"hubbub/internal/hub"
	"hubbub/internal/loop"
)

// ReconcileEvery is how often a node compares its open rooms with the database.
const ReconcileEvery = 10 * time.Second

const (
	reconcileGrace = 500 * time.Millisecond // between a commit and its event: longer on a busy machine than one would think
	maxRetold      = 50                     // changes a room; who lacks more sees a jump and asks for it
)

// Run compares the rooms that somebody has open on this node with the database,
// again and again until ctx ends, and tells what was missed. An event may be
// lost between its commit and the hub, when the connection to the database
// breaks just then, or between nodes; a page where nothing else happens would
// not notice.
func (s *Service) Run(ctx context.Context, every time.Duration, guard loop.Guard) {
	loop.Run(ctx, loop.Config{Name: "chat-reconcile", Guard: guard, Period: every}, s.reconcile)
}

// reconcile costs one query, and none while no room is open.
func (s *Service) reconcile(ctx context.Context) error {
	open := s.ledger.keep(func() []string { return s.hub.Active(channelPrefix) })
	if len(open) == 0 {
		return nil
	}
	seqs, err := seqsOf(ctx, s.db, open)
	if err != nil || len(s.ledger.behind(seqs)) == 0 {
		return err
	}
	select {
	case <-time.After(reconcileGrace):
	case <-ctx.Done():
		return nil
	}
	for roomID, upto := range s.ledger.behind(seqs) {
		if err := s.retell(ctx, roomID, upto, seqs[roomID]); err != nil {
			return err
		}
	}
	return nil
}

// retell tells this node's connections of what changed in the room after upto.
func (s *Service) retell(ctx context.Context, roomID, upto, seq int64) error {
	missed, err := changesAfter(ctx, s.db, roomID, max(upto, seq-maxRetold), maxRetold)
	if err != nil {
		return err
	}
	if missed, err = s.withTheirPeople(ctx, missed); err != nil {
		return err
	}
	for _, m := range missed {
		s.hub.BroadcastHere(ctx, m.news(upto), channel(roomID))
	}
	s.ledger.catchUp(roomID, seq)
	return nil
}

// news is the event that tells of the message to somebody who has all up to a seq.
func (m Message) news(upto int64) hub.Event {
	switch {
	case m.Deleted():
		return deleted(m)
	case m.CreatedSeq > upto:
		return sent(m)
	}
	return changed(m)
}
