package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// maxProbes is the number of connections that may run a statement whose last run could not get its lock. One would be
// too few: a lock on a single row would delay the same statement on all other rows.
const maxProbes = 2

// breaker is a circuit breaker for locked tables. After a statement timed out waiting for a lock, at most maxProbes
// connections run it until it gets its locks; further ones are refused at once. So a locked table occupies a few
// connections of the pool, not all. The breaker counts lock timeouts only: a statement without a lock is slow for some
// arguments only, and callers with these arguments must not block it for all others.
type breaker struct {
	mu   sync.Mutex
	open map[string]*probes // by SQL; only statements whose last run could not get its lock
}

// probes counts the connections that are running a statement.
type probes struct{ running int }

func newBreaker() *breaker { return &breaker{open: map[string]*probes{}} }

type probeKey struct{}

// probe describes one run of a statement, from TraceQueryStart to TraceQueryEnd.
type probe struct {
	sql     string
	of      *probes // nil: the breaker was closed for the statement when the run began
	refused bool
}

// TraceQueryStart implements pgx.QueryTracer. A refused statement gets an ended context, so pgx does not send it.
func (b *breaker) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	p := b.admit(data.SQL)
	ctx = context.WithValue(ctx, probeKey{}, p)
	if p.refused {
		ended, cancel := context.WithDeadline(ctx, time.Unix(0, 0))
		cancel()
		return ended
	}
	return ctx
}

func (b *breaker) admit(sql string) *probe {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.open[sql]
	if of == nil {
		return &probe{sql: sql}
	}
	if of.running >= maxProbes {
		return &probe{sql: sql, refused: true}
	}
	of.running++
	return &probe{sql: sql, of: of}
}

// TraceQueryEnd implements pgx.QueryTracer.
func (b *breaker) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	p, began := ctx.Value(probeKey{}).(*probe)
	if !began {
		return // pgx reports the end of each statement of a batch, but not its start
	}
	var pg *pgconn.PgError
	answered := data.Err == nil || errors.As(data.Err, &pg)
	lockTimeout := pg != nil && pg.Code == pgerrcode.LockNotAvailable
	if p.refused || p.of == nil && !lockTimeout {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.of != nil {
		p.of.running--
	}
	switch {
	case lockTimeout && b.open[p.sql] == nil:
		b.open[p.sql] = &probes{}
	case answered && !lockTimeout:
		delete(b.open, p.sql)
	}
}
