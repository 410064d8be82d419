package postgres

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// limits of one pool. The server enforces the three after conns, this process the last two.
type limits struct {
	conns     int32
	statement time.Duration // for one statement
	lock      time.Duration // for a statement to get one lock
	idle      time.Duration // between two statements of a transaction

	acquire time.Duration // for a wait for a connection from the pool
	silence time.Duration // until the server's next bytes: longer than statement, so that only a frozen server exceeds it
}

// requestLimits let a request fail within seconds, whatever delays the database. A request waits for a lock for a
// shorter time than for a statement, because while a table is locked, the waiting statements occupy connections that
// all other requests need.
func requestLimits(conns int32) limits {
	return limits{
		conns:     conns,
		statement: 5 * time.Second,
		lock:      2 * time.Second,
		idle:      time.Minute,
		acquire:   3 * time.Second,
		silence:   6 * time.Second,
	}
}

// backgroundLimits give maintenance jobs the time that they need, since no user waits for them.
func backgroundLimits() limits {
	return limits{
		conns:     8, // about one for each loop that is at work
		statement: time.Minute,
		lock:      10 * time.Second,
		idle:      time.Minute,
		acquire:   30 * time.Second,
		silence:   65 * time.Second,
	}
}

// newPool returns a pool for the database of the URL under the limits.
func (l limits) newPool(ctx context.Context, url string, health *diskHealth) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = l.conns
	config.HealthCheckPeriod = healthCheck
	config.PingTimeout = connectTimeout
	config.ConnConfig.ConnectTimeout = connectTimeout
	config.ConnConfig.RuntimeParams["statement_timeout"] = milliseconds(l.statement)
	config.ConnConfig.RuntimeParams["lock_timeout"] = milliseconds(l.lock)
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = milliseconds(l.idle)
	config.ConnConfig.Tracer = &guard{acquire: l.acquire, breaker: newBreaker()}
	l.limitSilence(config.ConnConfig)
	health.watch(config.ConnConfig)
	return pgxpool.NewWithConfig(ctx, config)
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// limitSilence closes a connection if the server sends nothing for l.silence while it owes an answer. A frozen server
// neither enforces statement_timeout nor closes the connection.
func (l limits) limitSilence(config *pgx.ConnConfig) {
	dial := config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &readTimeoutConn{conn, l.silence}, nil
	}
}

// readTimeoutConn closes itself when a Read takes longer than timeout. It does not use the connection's deadline: pgx
// sets that, to end a Read when the caller's context ends.
type readTimeoutConn struct {
	net.Conn
	timeout time.Duration
}

func (c *readTimeoutConn) Read(b []byte) (int, error) {
	timer := time.AfterFunc(c.timeout, func() { c.Close() })
	defer timer.Stop()
	return c.Conn.Read(b)
}

// guard is a pool's tracer. pgx uses the context that a tracer returns; the guard returns one with a deadline for the
// wait for a connection, and an ended one for statements that the breaker refuses.
type guard struct {
	acquire time.Duration
	*breaker
}

type cancelKey struct{}

// TraceAcquireStart implements pgxpool.AcquireTracer.
func (g *guard) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	ctx, cancel := context.WithTimeout(ctx, g.acquire)
	return context.WithValue(ctx, cancelKey{}, cancel)
}

// TraceAcquireEnd implements pgxpool.AcquireTracer.
func (g *guard) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	ctx.Value(cancelKey{}).(context.CancelFunc)()
}
