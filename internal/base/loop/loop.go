package loop

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstPause  = 100 * time.Millisecond // after a first failure; doubled by each further one
	lastPause   = 2 * time.Second        // short, so that users hardly wait when the database is back
	remindEvery = time.Minute            // between log lines of a failure that continues
)

// Wake makes a loop run a round before its period is over. Make one with NewWake.
type Wake chan struct{}

// NewWake returns a Wake for one loop.
func NewWake() Wake { return make(Wake, 1) }

// Signal starts a round as soon as no round is running. It never blocks. Several
// signals before that round count as one; a signal during a round starts another
// round.
func (w Wake) Signal() {
	select {
	case w <- struct{}{}:
	default:
	}
}

// Config describes a loop.
type Config struct {
	Name   string // for the log and for counting panics: "chat-alerts"
	Guard  Guard
	Period time.Duration // between the starts of two rounds; 0: only Wake starts them
	Wake   Wake          // nil: only the period starts rounds
	AtOnce bool          // the first round runs at once instead of after the period
	// Next, if set, is called after each successful round and returns how long
	// the loop waits, instead of the rest of the period.
	Next func(context.Context) time.Duration
}

// Run calls round repeatedly until ctx ends, and returns after the last round. An
// error of a round during which ctx ended is not logged.
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
			on = Sleep(ctx, jittered(l.pause))
		default:
			l.noteSuccess()
			on = l.wait(ctx, rest)
		}
	}
}

type runner struct {
	Config
	round func(context.Context) error

	pause    time.Duration // before the next attempt; 0: the last round succeeded
	failures int           // since the last success
	logged   string        // the failure that was logged last
	loggedAt time.Time
	repeated int // how often the same failure occurred after loggedAt
}

// try runs a round and returns how long to wait after it.
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

// wait waits for rest to pass or for a signal. It reports false if ctx has ended.
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
		l.Guard.Logger().Warn("background loop failed, retrying", "loop", l.Name, "repeated", l.repeated, "error", err)
		l.logged, l.loggedAt, l.repeated = text, time.Now(), 0
		return
	}
	l.repeated++
}

func (l *runner) noteSuccess() {
	if l.failures > 0 {
		l.Guard.Logger().Info("background loop recovered", "loop", l.Name, "failures", l.failures)
	}
	l.pause, l.failures, l.logged, l.repeated = 0, 0, "", 0
}

// jittered returns d ± 50 %, so that loops that failed together do not retry
// together.
func jittered(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// Sleep waits for d. It reports false if ctx ends first.
func Sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
