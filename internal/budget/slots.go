package budget

import (
	"context"
	"runtime"
)

// Slots bound how many costly pieces of work of one kind run at once.
type Slots chan struct{}

// HalfTheCores leaves the other half, or on one core the scheduler's share, to
// everything else.
func HalfTheCores() Slots { return make(Slots, max(1, runtime.GOMAXPROCS(0)/2)) }

// Take waits for a slot; the caller calls release. It returns the error of ctx if
// that ends first.
func (s Slots) Take(ctx context.Context) (release func(), err error) {
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
