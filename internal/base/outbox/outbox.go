package outbox

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
)

const (
	batchSize     = 50              // entries a claim; other nodes can claim the next ones at the same time
	lease         = 5 * time.Second // how long a claim is valid, and so how long entries of a crashed node wait
	leaseMargin   = time.Second     // before the end of the lease Do must return; usually an entry takes milliseconds
	settleTimeout = 2 * time.Second // for the last statement of a node that stops
	pollInterval  = 5 * time.Second // between two looks for entries without a signal

	firstPause = 500 * time.Millisecond // after the first failure of an entry; doubled by each further one
	lastPause  = 5 * time.Minute        // the longest pause, before jitter
)

// Config describes an outbox of entries of type E.
type Config[E any] struct {
	Name  string   // for metrics, for the log and for counting panics: "chat-alerts"
	Table Table[E] // the feature's table
	// Do does what the entry asks for. It must return soon after its context ends, and
	// it may be called again with an entry that it has done already.
	Do   func(ctx context.Context, entry E) error
	Wake loop.Wake        // signalled when an entry was committed; nil: entries wait for the poll
	Now  func() time.Time // the time by which entries are due; nil: the database's clock
}

// Outbox works off the entries of one table. Its methods are safe for concurrent use.
type Outbox[E any] struct {
	Config[E]
	db *postgres.DB

	mu         sync.Mutex // held while entries are worked off
	unsettled  []result   // results that the database does not have yet
	nextAt     time.Time  // when the next entry is due, as far as this node knows; zero: not known
	measuredAt time.Time

	pending, done, failed atomic.Int64
	oldest                atomic.Int64 // nanoseconds, at measuredAt
}

// claimed is an entry that this node has claimed. The number of attempts identifies the
// claim: if the lease ends, and another node claims the entry, it differs.
type claimed[E any] struct {
	id       int64
	attempts int
	entry    E
}

// result is the end of a claim: the entry is done, or due again after the pause.
type result struct {
	id       int64
	attempts int
	done     bool
	pause    time.Duration
}

// New returns an outbox on the database. It does nothing before Run or Work.
func New[E any](db *postgres.DB, c Config[E]) *Outbox[E] {
	return &Outbox[E]{Config: c, db: db}
}

// Run works off entries until ctx ends.
func (o *Outbox[E]) Run(ctx context.Context, guard loop.Guard) {
	loop.Run(ctx, loop.Config{
		Name: o.Name, Guard: guard, Period: pollInterval, Wake: o.Wake, AtOnce: true, Next: o.untilNext,
	}, func(ctx context.Context) error { return o.Work(ctx, guard) })
}

// untilNext returns how long Run may wait without a signal.
func (o *Outbox[E]) untilNext(context.Context) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.nextAt.IsZero() {
		return pollInterval
	}
	return min(max(time.Until(o.nextAt), 0), pollInterval)
}

// Work works off all entries that are due, and those that become due in the meantime.
// An entry that fails is logged and no error of Work.
func (o *Outbox[E]) Work(ctx context.Context, guard loop.Guard) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !time.Now().Before(o.nextAt) {
		o.nextAt, o.measuredAt = time.Time{}, time.Time{} // find out the next one
	}
	for {
		n, err := o.workBatch(ctx, guard)
		if err != nil {
			return err
		}
		if n == 0 {
			return o.measure(ctx)
		}
	}
}

// workBatch claims a batch of entries, does them and returns their number. If the
// results cannot be stored, it keeps them for the next call.
func (o *Outbox[E]) workBatch(ctx context.Context, guard loop.Guard) (n int, err error) {
	if err := o.settle(ctx); err != nil {
		return 0, err
	}
	began := time.Now() // before the lease begins, so that this node sees it end first
	batch, err := o.claim(ctx)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	o.doAll(ctx, guard, batch, began.Add(lease-leaseMargin))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	return len(batch), o.settle(ctx)
}

// doAll calls Do for the entries in their order, and adds the results to unsettled.
// Entries that were not begun or interrupted when ctx ended, or not begun at the
// deadline, are due again at once.
func (o *Outbox[E]) doAll(ctx context.Context, guard loop.Guard, batch []claimed[E], deadline time.Time) {
	doing, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	for _, c := range batch {
		r := result{id: c.id, attempts: c.attempts}
		if doing.Err() == nil {
			err := guard.Try(o.Name, func() error { return o.Do(doing, c.entry) })
			switch {
			case err == nil:
				r.done = true
				o.done.Add(1)
			case ctx.Err() == nil:
				r.pause = pauseAfter(c.attempts)
				o.noteFailure(ctx, guard, r, err)
			}
		}
		o.unsettled = append(o.unsettled, r)
	}
}

func (o *Outbox[E]) noteFailure(ctx context.Context, guard loop.Guard, r result, err error) {
	o.failed.Add(1)
	guard.Logger().WarnContext(ctx, "an entry of the outbox failed; it is retried",
		"outbox", o.Name, "entry", r.id, "attempts", r.attempts, "pause", r.pause, "error", err)
}

// pauseAfter returns the pause after the failed attempt with this number, counted from 1.
func pauseAfter(attempts int) time.Duration {
	pause := firstPause
	for range attempts - 1 {
		if pause *= 2; pause >= lastPause {
			pause = lastPause
			break
		}
	}
	return pause/2 + rand.N(pause) // ± 50 %, so that entries that failed together are not retried together
}
