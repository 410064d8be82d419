package app

import (
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/socket"
)

// limitAddresses runs before authentication, so that a request that it refuses with
// 429 costs no query. An address has one bucket for requests without a credential
// and one for requests with a credential. limitCallers puts the token of a valid
// credential back, so only invalid ones use up the second bucket. Virtual requests
// are not counted: the socket has its own limit.
func (a *App) limitAddresses(limits *rateLimits) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if socket.IsVirtual(c.Request()) || limits.take(a.addressSubject(c), time.Now()) {
				return next(c)
			}
			return fault.RateLimited(time.Second)
		}
	}
}

// limitCallers runs after authentication: a caller has the same rate by HTTP as by a
// socket, however many users share the address.
func (a *App) limitCallers(limits *rateLimits) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			caller, ok := account.CallerFrom(c.Request().Context())
			if !ok || socket.IsVirtual(c.Request()) {
				return next(c)
			}
			limits.putBack(a.addressSubject(c))
			if !limits.take("user "+strconv.FormatInt(caller.ID, 10), time.Now()) {
				return fault.RateLimited(time.Second)
			}
			return next(c)
		}
	}
}

// limitProbes limits the rate of an address on /readyz, which queries the database.
func limitProbes(limits *rateLimits) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !limits.take("probes "+account.Network(c.RealIP()), time.Now()) {
				return fault.RateLimited(time.Second)
			}
			return next(c)
		}
	}
}

func (a *App) addressSubject(c echo.Context) string {
	if a.account.HasCredential(c.Request()) {
		return "credentials " + account.Network(c.RealIP())
	}
	return "anonymous " + account.Network(c.RealIP())
}

// rateLimits has a token bucket for each subject. It is not rate.Limiter of
// golang.org/x/time, which cannot put a token back.
type rateLimits struct {
	rate float64 // tokens a second; a bucket holds twice as many. 0: no limit

	mu      sync.Mutex
	buckets map[string]*bucket
	swept   time.Time
}

type bucket struct {
	tokens float64
	at     time.Time // when tokens was computed
}

const sweepBuckets = time.Minute // an unused bucket is full again after 2 s

func newRateLimits(rate int) *rateLimits {
	return &rateLimits{rate: float64(rate), buckets: map[string]*bucket{}}
}

// take takes a token from the subject's bucket and reports whether there was one.
func (l *rateLimits) take(subject string, now time.Time) bool {
	if l.rate == 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	b := l.buckets[subject]
	if b == nil {
		b = &bucket{tokens: 2 * l.rate, at: now}
		l.buckets[subject] = b
	}
	b.tokens = min(2*l.rate, b.tokens+l.rate*now.Sub(b.at).Seconds())
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// putBack undoes a take.
func (l *rateLimits) putBack(subject string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[subject]; b != nil {
		b.tokens++
	}
}

func (l *rateLimits) sweep(now time.Time) {
	if now.Sub(l.swept) < sweepBuckets {
		return
	}
	l.swept = now
	for subject, b := range l.buckets {
		if now.Sub(b.at) > sweepBuckets {
			delete(l.buckets, subject)
		}
	}
}
