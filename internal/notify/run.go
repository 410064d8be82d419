package notify

import (
	"context"
	"errors"
	"sync"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
)

const (
	beat        = time.Second         // how late a node sends what happened on another
	sweepEvery  = time.Hour           // the deletion of old rows can wait
	keepRemoved = 30 * 24 * time.Hour // longer than any sender retries, so that its key is still found
)

// Run ends snoozes at their time and sends this node's connections what happened on
// other nodes, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() {
		loop.Run(ctx, loop.Config{Name: "notify-sweep", Guard: s.guard, Period: sweepEvery, AtOnce: true}, s.sweep)
	})
	loop.Run(ctx, loop.Config{
		Name: "notify", Guard: s.guard, Period: s.beat, Next: s.untilNextUnsnooze, Wake: s.wake, AtOnce: true,
	}, func(ctx context.Context) error { return errors.Join(s.unsnoozeDue(ctx), s.catchUp(ctx)) })
	running.Wait()
}

func (s *Service) sweep(ctx context.Context) error {
	return sweep(ctx, s.db, s.now().Add(-keepRemoved))
}

// untilNextUnsnooze returns how long Run may wait: until the next snooze ends, but at
// most a beat, because another node may store one that ends earlier.
func (s *Service) untilNextUnsnooze(ctx context.Context) time.Duration {
	due, err := nextUnsnooze(ctx, s.db)
	if err != nil || due == nil {
		return s.beat
	}
	return min(s.beat, max(due.Sub(s.now()), time.Millisecond))
}

// unsnoozeDue ends the snoozes whose time has come. If several nodes do so
// concurrently, one ends each snooze, and all send to their own connections.
func (s *Service) unsnoozeDue(ctx context.Context) error {
	now := s.now()
	users, err := usersToUnsnooze(ctx, s.db, now)
	if err != nil {
		return err
	}
	for _, userID := range users {
		err := s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
			done, err := unsnoozeDue(ctx, tx, userID, seq, now)
			if err != nil || !done {
				return orUnchanged(done, err)
			}
			return schedulePushes(ctx, tx, userID, seq, now)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
