package search

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/postgres"
)

// changes is what happened between two snapshots.
type changes struct {
	upto    string // the later one
	keys    []key
	befores []*string // the words of each before; nil: it was not there
	users   []int64   // who was given or lost a scope
}

// snapshot is which transactions are done now.
func snapshot(ctx context.Context, db postgres.Queryer) (upto string, err error) {
	err = db.QueryRow(ctx, `select pg_current_snapshot()::text`).Scan(&upto)
	if err != nil {
		return "", fmt.Errorf("take a snapshot: %w", err)
	}
	return upto, nil
}

// changesSince reads what was committed since the snapshot: what this statement
// sees and that one did not. So a transaction that began early and was committed
// late is read, once, and none has to be waited for.
func changesSince(ctx context.Context, db postgres.Queryer, since string) (changes, error) {
	var c changes
	rows, err := db.Query(ctx, `
		select pg_current_snapshot()::text, c.kinds, c.ids, c.befores::text[], c.users
		  from (select) as once
		  left join search.changes c on c.xid >= pg_snapshot_xmin($1::pg_snapshot) and not pg_visible_in_snapshot(c.xid, $1::pg_snapshot)`, since)
	if err != nil {
		return c, fmt.Errorf("read changes: %w", err)
	}
	var (
		kinds      []Kind
		ids, users []int64
		befores    []*string
	)
	_, err = pgx.ForEachRow(rows, []any{&c.upto, &kinds, &ids, &befores, &users}, func() error {
		for i := range ids {
			c.keys, c.befores = append(c.keys, key{kinds[i], ids[i]}), append(c.befores, befores[i])
		}
		c.users = append(c.users, users...)
		return nil
	})
	if err != nil {
		return c, fmt.Errorf("read changes: %w", err)
	}
	return c, nil
}

// indexedOf reads the words of entries; those that are gone are left out.
func indexedOf(ctx context.Context, db postgres.Queryer, keys []key) ([]indexed, error) {
	rows, err := db.Query(ctx, `
		select kind, id, tsvector_to_array(words), coalesce(name, '')
		  from unnest($1::text[], $2::bigint[]) as i (kind, id)
		  join search.entries using (kind, id)`, apart(keys, nil)[:2]...)
	if err != nil {
		return nil, fmt.Errorf("read changed words: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e indexed, err error) {
		return e, row.Scan(&e.kind, &e.id, &e.words, &e.name)
	})
	if err != nil {
		return nil, fmt.Errorf("read changed words: %w", err)
	}
	return entries, nil
}

// forgetChanges deletes what every node has seen long ago, and the saved
// searches too.
func forgetChanges(ctx context.Context, db postgres.Queryer, before time.Duration) error {
	_, err := db.Exec(ctx, `
		delete from search.changes
		 where at < now() - $1::interval
		   and pg_visible_in_snapshot(xid, (select upto from search.told))`, before)
	if err != nil {
		return fmt.Errorf("forget old changes: %w", err)
	}
	return nil
}

// lockTold returns up to where the saved searches were told of changes; ok is
// false when another node is at it.
func lockTold(ctx context.Context, tx pgx.Tx) (upto string, ok bool, err error) {
	err = tx.QueryRow(ctx, `
		select case when pg_snapshot_xmax(upto) > pg_snapshot_xmax(pg_current_snapshot())
		            then pg_current_snapshot() -- of another cluster, which this one was restored from
		            else upto
		       end::text
		  from search.told
		   for update skip locked`).Scan(&upto)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("take turns to tell saved searches: %w", err)
	}
	return upto, true, nil
}

func setTold(ctx context.Context, tx pgx.Tx, upto string) error {
	if _, err := tx.Exec(ctx, `update search.told set upto = $1::pg_snapshot`, upto); err != nil {
		return fmt.Errorf("note what saved searches were told: %w", err)
	}
	return nil
}
