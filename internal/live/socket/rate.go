package socket

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"hubbub/internal/live/wire"
)

// rateLimit limits a connection's frames and counts its refusals. Only the reader
// uses it.
type rateLimit struct {
	limiter  *rate.Limiter // nil: no limit
	refusals []time.Time   // a ring of the latest refusals; nil before the first
	next     int
}

func newRateLimit(perSecond float64, burst int) rateLimit {
	if perSecond == 0 {
		return rateLimit{}
	}
	return rateLimit{limiter: rate.NewLimiter(rate.Limit(perSecond), burst)}
}

// allow takes a token and reports whether there was one.
func (l *rateLimit) allow() bool { return l.limiter == nil || l.limiter.Allow() }

// wait waits for a token and takes it. It returns an error if ctx ends first.
func (l *rateLimit) wait(ctx context.Context) error {
	if l.limiter == nil {
		return nil
	}
	return l.limiter.Wait(ctx)
}

// retryAfter returns the time in which one token is added.
func (l *rateLimit) retryAfter() time.Duration {
	return time.Duration(float64(time.Second) / float64(l.limiter.Limit()))
}

// refuse records a refusal. began is true if there was no other within the
// wire.RefusalWindow before it; flooding is true if it is the wire.MaxRefusals'th
// within the window.
func (l *rateLimit) refuse(now time.Time) (began, flooding bool) {
	if l.refusals == nil {
		l.refusals = make([]time.Time, wire.MaxRefusals)
	}
	newest := l.refusals[(l.next+len(l.refusals)-1)%len(l.refusals)]
	l.refusals[l.next] = now
	l.next = (l.next + 1) % len(l.refusals)
	oldest := l.refusals[l.next]
	return now.Sub(newest) > wire.RefusalWindow, !oldest.IsZero() && now.Sub(oldest) <= wire.RefusalWindow
}
