package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"hubbub/internal/base/postgres"
	"hubbub/internal/testkit"

	"github.com/jackc/pgx/v5"
)

func numbers(t *testing.T) *postgres.DB {
	t.Helper()
	db := testkit.Database(t)
	execute(t, db, `create table numbers (n int constraint numbers_pk primary key, constraint small check (n < 10))`)
	return db
}

func insert(ctx context.Context, q postgres.Queryer, n int) error {
	_, err := q.Exec(ctx, `insert into numbers values ($1)`, n)
	return err
}

func count(t *testing.T, q postgres.Queryer) (n int) {
	t.Helper()
	if err := q.QueryRow(t.Context(), `select count(*) from numbers`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInTxCommitsOrRollsBack(t *testing.T) {
	db, ctx := numbers(t), t.Context()
	err := postgres.InTx(ctx, db, func(tx pgx.Tx) error { return errors.Join(insert(ctx, tx, 1), insert(ctx, tx, 2)) })
	if err != nil || count(t, db) != 2 {
		t.Fatalf("%d rows, %v", count(t, db), err)
	}
	failed := errors.New("second thoughts")
	err = postgres.InTx(ctx, db, func(tx pgx.Tx) error { return errors.Join(insert(ctx, tx, 3), failed) })
	if !errors.Is(err, failed) || count(t, db) != 2 {
		t.Fatalf("%d rows, %v", count(t, db), err)
	}
}

func TestInTxRollsBackAfterAPanicOrCancellation(t *testing.T) {
	db := numbers(t)
	func() {
		defer func() { recover() }()
		postgres.InTx(t.Context(), db, func(tx pgx.Tx) error { panic("oh") })
	}()
	ctx, cancel := context.WithCancel(t.Context())
	err := postgres.InTx(ctx, db, func(tx pgx.Tx) error {
		defer cancel()
		return insert(ctx, tx, 1)
	})
	if !errors.Is(err, context.Canceled) || postgres.Unavailable(err) || count(t, db) != 0 {
		t.Errorf("%d rows, %v", count(t, db), err)
	}
	testkit.Eventually(t, "all connections to be back", 5*time.Second, func() bool { return db.Stat().AcquiredConns() == 0 })
}

func TestViolatesMatchesTheConstraint(t *testing.T) {
	db, ctx := numbers(t), t.Context()
	insert(ctx, db, 1)
	twice, large := insert(ctx, db, 1), insert(ctx, db, 10)
	if !postgres.Violates(twice, "numbers_pk") || postgres.Violates(twice, "small") || !postgres.Violates(large, "small") {
		t.Errorf("twice: %v, large: %v", twice, large)
	}
	if postgres.Violates(nil, "small") || postgres.Unavailable(twice) || postgres.Unavailable(nil) {
		t.Error("a violation is reported as unavailable, or nil as an error")
	}
}

func TestUnavailableWhenNoServerListens(t *testing.T) {
	db, err := postgres.Connect(t.Context(), postgres.Config{URL: "postgres://hubbub@127.0.0.1:1/hubbub"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Ready(t.Context()); !postgres.Unavailable(err) {
		t.Errorf("no server listens, yet: %v", err)
	}
}

func TestUnavailableWhenTheConnectionIsLost(t *testing.T) {
	db, ctx := numbers(t), t.Context()
	err := postgres.InTx(ctx, db, func(tx pgx.Tx) error {
		execute(t, db, `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
		return insert(ctx, tx, 1)
	})
	if !postgres.Unavailable(err) {
		t.Errorf("the connection was cut, yet: %v", err)
	}
	testkit.Eventually(t, "a good connection", 5*time.Second, func() bool { return db.Ready(ctx) == nil })
}
