package collab

import (
	"context"
	"fmt"
	"time"
)

// turnPatience is how long a request waits for its turn. Each turn before it is a
// transaction or more, and several may have met the same lock.
const turnPatience = 5 * time.Second

// turn is a lock for which a request does not wait for ever: it is held over
// transactions. Make one with newTurn.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// Lock waits as long as it takes.
func (t turn) Lock() { t <- struct{}{} }

// LockWithin returns an error when the context ends first, or turnPatience.
func (t turn) LockWithin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the document's turn: %w", ctx.Err())
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

// Unlock lets the next one go on.
func (t turn) Unlock() { <-t }
