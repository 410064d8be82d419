package collab

import (
	"context"

	"hubbub/internal/fault"
	"hubbub/internal/postgres"
)

// Erase makes a document forget all that does not stand in it now: what was
// deleted, its versions, its comments. A log that only grows keeps a password
// that somebody pasted and took out again; this is the one operation that
// replaces a document. Whoever has it open is put out, and opens it anew under
// the next epoch. For owners.
func (s *Service) Erase(ctx context.Context, userID, docID int64) error {
	l := s.openLive(docID)
	if err := l.erase(ctx, userID); err != nil {
		return err
	}
	s.publishRightsChange(ctx, docID)
	s.hub.Broadcast(ctx, newLoggedEvent(1), nil, logRoom(docID))
	s.maintenance.wake.Signal()
	return nil
}

func (l *live) erase(ctx context.Context, userID int64) error {
	if err := l.turn.LockWithin(ctx); err != nil {
		return err
	}
	defer l.turn.Unlock()
	l.summary = nil
	return l.s.locked(ctx, l.id, userID, func(tx postgres.Tx, role Role) error {
		if role != Owner {
			return fault.Forbidden("Only the document's owners may do that.")
		}
		c, err := readContent(ctx, tx, l.id)
		if err != nil {
			return err
		}
		nodes, err := readTree(ctx, c.updates...)
		if err != nil {
			return err
		}
		if err := clearDocument(ctx, tx, l.id); err != nil {
			return err
		}
		_, err = appendLog(ctx, tx, l.id, c.seq, []entry{{userID, seedOf(nodes)}})
		return err
	})
}

// outdated tells whether the channel belongs to an epoch that is over.
func (ch *channel) outdated(epoch int) bool { return ch.epoch != epoch }
