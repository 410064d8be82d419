package postgres

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// limits bounds what one pool may take of the server and of the time of its callers. The server enforces the first
// three, this process the other two.
type limits struct {
	conns     int32
	statement time.Duration // for one statement
	lock      time.Duration // for one lock that a statement waits for
	idle      time.Duration // between two statements of a transaction

	acquire time.Duration // for a connection from the pool
	silence time.Duration // for the server to answer anything: longer than statement, so that only a frozen server meets it
}

// requestLimits make a request fail within seconds, whatever holds the database up. A request waits less for a lock
// than for a statement: while a table is locked, the connections of those that wait for it are missed by all others.
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

// backgroundLimits leave maintenance jobs the time that they need. Nobody waits for them.
func backgroundLimits() limits {
	return limits{
		conns:     8, // some jobs hold a transaction while they call a feature that needs another connection
		statement: time.Minute,
		lock:      10 * time.Second,
		idle:      time.Minute,
		acquire:   30 * time.Second,
		silence:   65 * time.Second,
	}
}

// newPool opens a pool on the database of the URL under the limits.
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

// limitSilence closes connections whose server stays silent while it owes an answer. Neither statement_timeout nor a
// closed connection ends the wait for a server that is frozen.
func (l limits) limitSilence(config *pgx.ConnConfig) {
	dial := config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &impatientConn{conn, l.silence}, nil
	}
}

// impatientConn closes itself when a Read takes longer than patience. It sets no deadline: pgx sets those, to end a
// Read when the caller's context ends.
type impatientConn struct {
	net.Conn
	patience time.Duration
}

func (c *impatientConn) Read(b []byte) (int, error) {
	timer := time.AfterFunc(c.patience, func() { c.Close() })
	defer timer.Stop()
	return c.Conn.Read(b)
}

// guard is a pool's tracer. pgx lets a tracer change the context of what it traces; the guard uses this to bound the
// wait for a connection, and to refuse statements that the breaker holds back.
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
