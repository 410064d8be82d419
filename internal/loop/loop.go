package loop

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstPause  = 100 * time.Millisecond // after a failure; then twice as long each time
	lastPause   = 2 * time.Second        // people should hardly notice when the database is back
	remindEvery = time.Minute            // of a failure that lasts
)

// Wake asks a loop to run a round now. Make one with NewWake.
type Wake chan struct{}

// NewWake returns a Wake for one loop.
func NewWake() Wake { return make(Wake, 1) }

// Signal starts a round as soon as the loop is free. It never blocks. Signals
// that come before that round are one signal; one that comes during a round
// starts another.
func (w Wake) Signal() {
	select {
	case w <- struct{}{}:
	default:
	}
}

// Config describes a loop.
type Config struct {
	Name   string // in the log, and where its panics are counted: "chat-alerts"
	Guard  Guard
	Period time.Duration // between the starts of two rounds; 0: only Wake starts them
	Wake   Wake          // nil: only the period starts rounds
	AtOnce bool          // the first round does not wait
	// Next, if set, returns after each round how long the loop waits, in place
	// of the rest of the period.
	Next func(context.Context) time.Duration
}

// Run calls round until ctx ends, and returns when the last round has. The error
// of a round that the end of ctx has cut short is not logged.
func Run(ctx context.Context, c Config, round func(context.Context) error) {
	l := &runner{Config: c, round: round}
	on := c.AtOnce || l.wait(ctx, c.Period)
	for on && ctx.Err() == nil {
		rest, err := l.try(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			l.noteFailure(err)
			on = sleep(ctx, jittered(l.pause))
		default:
			l.noteSuccess()
			on = l.wait(ctx, rest)
		}
	}
}

type runner struct {
	Config
	round func(context.Context) error

	pause    time.Duration // before the next try; 0: the last round succeeded
	failures int           // since the last success
	logged   string        // the failure that was logged last
	loggedAt time.Time
	again    int // how often the same failure came since then
}

// try runs a round and returns how long to rest after it.
func (l *runner) try(ctx context.Context) (rest time.Duration, err error) {
	began := time.Now()
	err = l.Guard.Try(l.Name, func() error {
		if err := l.round(ctx); err != nil {
			return err
		}
		if l.Next != nil {
			rest = l.Next(ctx)
		} else {
			rest = l.Period - time.Since(began)
		}
		return nil
	})
	return rest, err
}

// wait returns after the rest, or at a signal; false: ctx has ended.
func (l *runner) wait(ctx context.Context, rest time.Duration) bool {
	var due <-chan time.Time
	if l.Period > 0 {
		t := time.NewTimer(rest)
		defer t.Stop()
		due = t.C
	}
	select {
	case <-due:
	case <-l.Wake:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

func (l *runner) noteFailure(err error) {
	l.failures++
	l.pause = min(max(2*l.pause, firstPause), lastPause)
	if text := err.Error(); text != l.logged || time.Since(l.loggedAt) >= remindEvery {
		l.Guard.Logger().Warn("a background loop failed, it tries again", "loop", l.Name, "again", l.again, "error", err)
		l.logged, l.loggedAt, l.again = text, time.Now(), 0
		return
	}
	l.again++
}

func (l *runner) noteSuccess() {
	if l.failures > 0 {
		l.Guard.Logger().Info("a background loop works again", "loop", l.Name, "failures", l.failures)
	}
	l.pause, l.failures, l.logged, l.again = 0, 0, "", 0
}

// jittered is d ± 50 %, so that loops which failed together do not try together.
func jittered(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// sleep reports false if ctx ends meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
