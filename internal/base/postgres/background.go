package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

type backgroundKey struct{}

// InBackground returns a context for work that no request waits for: loops, outboxes, maintenance. Its statements use
// connections of their own, apart from those of requests, and may take longer.
func InBackground(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

// poolFor returns the pool for background work if the context comes from InBackground, or else that for requests.
func (db *DB) poolFor(ctx context.Context) *pgxpool.Pool {
	if ctx.Value(backgroundKey{}) != nil {
		return db.background
	}
	return db.Pool
}

// Exec runs a statement that returns no rows.
func (db *DB) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return db.poolFor(ctx).Exec(ctx, sql, args...)
}

// Query runs a statement that returns rows. The rows hold a connection until they are closed.
func (db *DB) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return db.poolFor(ctx).Query(ctx, sql, args...)
}

// QueryRow runs a statement that returns one row. The row holds a connection until it is scanned.
func (db *DB) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return db.poolFor(ctx).QueryRow(ctx, sql, args...)
}

// SendBatch runs several statements in one round trip. The results hold a connection until they are closed.
func (db *DB) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return db.poolFor(ctx).SendBatch(ctx, b)
}

// Begin starts a transaction, which holds a connection until it ends.
func (db *DB) Begin(ctx context.Context) (Tx, error) { return db.poolFor(ctx).Begin(ctx) }
