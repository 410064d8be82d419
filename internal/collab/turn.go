package collab

import (
	"context"
	"fmt"
	"time"
)

// turnPatience is how long a request waits for the lock. Each holder before it runs
// at least one transaction, and several may wait for the same row.
const turnPatience = 5 * time.Second

// turn is a mutex that is held during transactions, so requests wait for it with a
// timeout. Create it with newTurn.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// Lock waits without a timeout.
func (t turn) Lock() { t <- struct{}{} }

// LockWithin returns an error if the context or turnPatience ends before it has the lock.
func (t turn) LockWithin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the document's lock: %w", ctx.Err())
	}
}

// TryLock reports whether it has the lock.
func (t turn) TryLock() bool {
	select {
	case t <- struct{}{}:
		return true
	default:
		return false
	}
}

// Unlock releases the lock.
func (t turn) Unlock() { <-t }
