package collab

import (
	"context"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

// Erase removes everything but the current content of a document: deleted text, versions
// and comments. A password that was pasted by mistake may remain in the log and in
// versions after it was deleted. Erase is the only operation that replaces a document:
// it starts a new epoch, and evicts every channel, whose client then has to open the
// document again. For owners.
func (s *Service) Erase(ctx context.Context, userID, docID int64) error {
	l := s.openLive(docID)
	if err := l.erase(ctx, userID); err != nil {
		return err
	}
	s.publishRightsChange(ctx, docID)
	s.hub.Broadcast(ctx, newLoggedEvent(1), hub.To(logRoom(docID)))
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
			return fault.Forbidden("Only owners can do that.")
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

// outdated reports whether the channel joined in another epoch.
func (ch *channel) outdated(epoch int) bool { return ch.epoch != epoch }
