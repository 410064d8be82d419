package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Queryer runs statements: a pool or a transaction.
type Queryer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Tx is a transaction. Services pass it to their store without importing pgx.
type Tx = pgx.Tx

// Beginner starts transactions: a pool, or a transaction for a savepoint in it.
type Beginner interface {
	Begin(ctx context.Context) (Tx, error)
}

// InTx runs fn in a transaction. It commits if fn returns nil, and rolls back if fn
// returns an error or panics. What must happen after the commit, such as a
// broadcast, is done after InTx has returned.
func InTx(ctx context.Context, db Beginner, fn func(tx Tx) error) error {
	tx, err := db.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// Not ctx: the transaction must be rolled back even if the caller's context has
	// ended. After a commit this does nothing.
	defer tx.Rollback(context.WithoutCancel(ctx))
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
