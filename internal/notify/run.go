package notify

import (
	"context"
	"errors"
	"time"

	"hubbub/internal/postgres"
)

const (
	beat       = time.Second         // how late a node hears of what happened on another
	sweepEvery = time.Hour           // what was removed can wait
	forgetting = 30 * 24 * time.Hour // after it was removed: longer than anybody tries to send one again
)

// Run wakes what has slept long enough, at its time, and tells this node's
// connections of what happened on others, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	swept := time.Time{}
	for {
		s.complain(ctx, "waking and catching up", errors.Join(s.wakeDue(ctx), s.catchUp(ctx)))
		if s.now().Sub(swept) > sweepEvery {
			swept = s.now()
			s.complain(ctx, "sweeping", sweep(ctx, s.db, swept.Add(-forgetting)))
		}
		next := time.NewTimer(s.untilDue(ctx))
		select {
		case <-next.C:
		case <-s.stirred:
		case <-ctx.Done():
		}
		next.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// stir lets Run look again, for something may be due sooner. It never blocks:
// one token is enough.
func (s *Service) stir() {
	select {
	case s.stirred <- struct{}{}:
	default:
	}
}

// untilDue is how long Run may rest: until the next wakes, or a beat, for
// another node may have put something to sleep for a shorter time.
func (s *Service) untilDue(ctx context.Context) time.Duration {
	due, err := nextDue(ctx, s.db)
	if err != nil || due == nil {
		return s.beat
	}
	return min(s.beat, max(due.Sub(s.now()), time.Millisecond))
}

// wakeDue wakes what has slept long enough. Of nodes that do so at once, one
// wakes each, and all tell their own connections.
func (s *Service) wakeDue(ctx context.Context) error {
	now := s.now()
	people, err := sleepersDue(ctx, s.db, now)
	if err != nil {
		return err
	}
	for _, userID := range people {
		err := s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
			done, err := wakeDue(ctx, tx, userID, seq, now)
			if err != nil || !done {
				return unless(done, err)
			}
			return duePushes(ctx, tx, userID, seq, now)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
