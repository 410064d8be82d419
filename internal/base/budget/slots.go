package budget

import (
	"context"
	"runtime"
)

// Slots is a semaphore for costly work of one kind.
type Slots chan struct{}

// HalfTheCores returns as many slots as half the cores, but at least one. The rest
// of the cores, or on one core a share of it, remains for other work.
func HalfTheCores() Slots { return make(Slots, max(1, runtime.GOMAXPROCS(0)/2)) }

// Take waits for a slot and takes it until the caller calls release. It returns
// the error of ctx if ctx ends first.
func (s Slots) Take(ctx context.Context) (release func(), err error) {
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
