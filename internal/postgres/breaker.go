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

// maxProbes is how many connections may run a statement whose last run could not get its lock. With one, a lock on
// a single row would hold up the same statement on all other rows more than it must.
const maxProbes = 2

// breaker is a circuit breaker for locked tables. Once a statement has waited for a lock in vain, at most maxProbes
// connections run it until it gets its locks; more are refused at once. So a locked table costs the pool a few connections,
// not all of them. It counts lock timeouts only: a statement that is slow by itself is slow for some arguments, and
// those who send them must not close it to all others.
type breaker struct {
	mu   sync.Mutex
	open map[string]*probes // by SQL; a statement that is well has no entry
}

// probes counts the connections that run a statement now.
type probes struct{ running int }

func newBreaker() *breaker { return &breaker{open: map[string]*probes{}} }

type probeKey struct{}

// probe says what a connection is about to run, from TraceQueryStart to TraceQueryEnd.
type probe struct {
	sql     string
	of      *probes // nil: the statement was well when it began
	refused bool
}

// TraceQueryStart implements pgx.QueryTracer. A refused statement gets a context that has ended, and is not sent.
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
		return // pgx also reports each result of a batch, whose begin it does not
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
