package search

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
)

// changes is what was committed between two snapshots.
type changes struct {
	watermark string // the later snapshot
	keys      []key
	befores   []*string // the words of each before the change; nil if there was no entry
	users     []int64   // users who were granted or lost a scope
}

// snapshot returns the current snapshot: which transactions have ended.
func snapshot(ctx context.Context, db postgres.Queryer) (watermark string, err error) {
	err = db.QueryRow(ctx, `select pg_current_snapshot()::text`).Scan(&watermark)
	if err != nil {
		return "", fmt.Errorf("take a snapshot: %w", err)
	}
	return watermark, nil
}

// changesSince reads what was committed since the snapshot: what this statement sees and that
// snapshot did not. A transaction that began early and committed late is thus read exactly
// once, and none has to be waited for.
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
		kinds      []index.Kind
		ids, users []int64
		befores    []*string
	)
	_, err = pgx.ForEachRow(rows, []any{&c.watermark, &kinds, &ids, &befores, &users}, func() error {
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

// indexedEntries reads the words of entries; deleted entries are left out.
func indexedEntries(ctx context.Context, db postgres.Queryer, keys []key) ([]indexedEntry, error) {
	rows, err := db.Query(ctx, `
		select kind, id, tsvector_to_array(words), coalesce(name, '')
		  from unnest($1::text[], $2::bigint[]) as i (kind, id)
		  join search.entries using (kind, id)`, keyColumns(keys, nil)[:2]...)
	if err != nil {
		return nil, fmt.Errorf("read changed words: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e indexedEntry, err error) {
		return e, row.Scan(&e.kind, &e.id, &e.words, &e.name)
	})
	if err != nil {
		return nil, fmt.Errorf("read changed words: %w", err)
	}
	return entries, nil
}

// deleteChanges deletes changes older than that, which every node has long processed, if they
// are below the watermark of saved searches, too.
func deleteChanges(ctx context.Context, db postgres.Queryer, before time.Duration) error {
	_, err := db.Exec(ctx, `
		delete from search.changes
		 where at < now() - $1::interval
		   and pg_visible_in_snapshot(xid, (select upto from search.told))`, before)
	if err != nil {
		return fmt.Errorf("delete old changes: %w", err)
	}
	return nil
}

// lockSavedWatermark returns the watermark of saved searches and locks it until the
// transaction ends; ok is false if another node holds the lock.
func lockSavedWatermark(ctx context.Context, tx pgx.Tx) (watermark string, ok bool, err error) {
	err = tx.QueryRow(ctx, `
		select case when pg_snapshot_xmax(upto) > pg_snapshot_xmax(pg_current_snapshot())
		            then pg_current_snapshot() -- of another cluster, which this one was restored from
		            else upto
		       end::text
		  from search.told
		   for update skip locked`).Scan(&watermark)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("lock the watermark of saved searches: %w", err)
	}
	return watermark, true, nil
}

func setSavedWatermark(ctx context.Context, tx pgx.Tx, watermark string) error {
	if _, err := tx.Exec(ctx, `update search.told set upto = $1::pg_snapshot`, watermark); err != nil {
		return fmt.Errorf("store the watermark of saved searches: %w", err)
	}
	return nil
}
