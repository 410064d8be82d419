package notify

import (
	"context"
	"errors"
	"sync"
	"time"

	"hubbub/internal/loop"
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
	var running sync.WaitGroup
	running.Go(func() {
		loop.Run(ctx, loop.Config{Name: "notify-sweep", Guard: s.guard, Period: sweepEvery, AtOnce: true}, s.sweep)
	})
	loop.Run(ctx, loop.Config{
		Name: "notify", Guard: s.guard, Period: s.beat, Next: s.untilDue, Wake: s.stirred, AtOnce: true,
	}, func(ctx context.Context) error { return errors.Join(s.wakeDue(ctx), s.catchUp(ctx)) })
	running.Wait()
}

func (s *Service) sweep(ctx context.Context) error { return sweep(ctx, s.db, s.now().Add(-forgetting)) }

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
