package search

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/wire"
)

const savedColumns = `id, user_id, query, kinds, notify, created_at`

// savedOf returns a user's saved searches, the newest first.
func savedOf(ctx context.Context, db postgres.Queryer, userID int64) ([]Saved, error) {
	return manySaved(ctx, db, `select `+savedColumns+` from search.saved where user_id = $1 order by id desc`, userID)
}

// notifying returns the saved searches of all users that want notifications.
func notifying(ctx context.Context, db postgres.Queryer) ([]Saved, error) {
	return manySaved(ctx, db, `select `+savedColumns+` from search.saved where notify order by id`)
}

func manySaved(ctx context.Context, db postgres.Queryer, sql string, args ...any) ([]Saved, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read saved searches: %w", err)
	}
	saved, err := pgx.CollectRows(rows, scanSaved)
	if err != nil {
		return nil, fmt.Errorf("read saved searches: %w", err)
	}
	return append([]Saved{}, saved...), nil
}

func scanSaved(row pgx.CollectableRow) (s Saved, err error) {
	var created time.Time
	err = row.Scan(&s.ID, &s.UserID, &s.Query, &s.Kinds, &s.Notify, &created)
	s.CreatedAt = wire.Time(created)
	return s, err
}

// keepSaved inserts the search, or updates notify if there is the same one.
func keepSaved(ctx context.Context, tx pgx.Tx, s Saved) (Saved, error) {
	rows, err := tx.Query(ctx, `
		insert into search.saved as s (user_id, query, kinds, notify)
		values ($1, $2, coalesce($3::text[], '{}'), $4)
		    on conflict on constraint one_saved_search_of_a_kind do update set notify = excluded.notify
		returning `+savedColumns, s.UserID, s.Query, s.Kinds, s.Notify)
	if err != nil {
		return s, fmt.Errorf("save the search: %w", err)
	}
	s, err = pgx.CollectExactlyOneRow(rows, scanSaved)
	if err != nil {
		return s, fmt.Errorf("save the search: %w", err)
	}
	var n int
	if err := tx.QueryRow(ctx, `select count(*) from search.saved where user_id = $1`, s.UserID).Scan(&n); err != nil {
		return s, fmt.Errorf("count saved searches: %w", err)
	}
	if n > maxSaved {
		return s, fault.Conflict(fmt.Sprintf("You can have at most %d saved searches. Delete one first.", maxSaved))
	}
	return s, nil
}

func deleteSaved(ctx context.Context, db postgres.Queryer, userID, id int64) error {
	tag, err := db.Exec(ctx, `delete from search.saved where user_id = $1 and id = $2`, userID, id)
	if err != nil {
		return fmt.Errorf("delete the saved search: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.NotFound()
	}
	return nil
}

// newResultsAmong returns which of the entries each query finds now and did not find before.
func (s statements) newResultsAmong(ctx context.Context, db postgres.Queryer, reqs []parsedRequest, keys []key, befores []*string) ([][]Result, error) {
	found := make([][]Result, len(reqs))
	err := runQuery(ctx, db, func(rows pgx.Rows) error {
		return eachResult(rows, reqs, func(n int, r Result, _ string) { found[n] = append(found[n], r) })
	}, s.newlyFound, append(requestColumns(reqs), keyColumns(keys, befores)...)...)
	if err != nil {
		return nil, fmt.Errorf("find new results of saved searches: %w", err)
	}
	return found, nil
}

// savedByID returns a saved search, or false if there is none with the id.
func savedByID(ctx context.Context, db postgres.Queryer, id int64) (Saved, bool, error) {
	saved, err := manySaved(ctx, db, `select `+savedColumns+` from search.saved where id = $1`, id)
	if err != nil || len(saved) == 0 {
		return Saved{}, false, err
	}
	return saved[0], true, nil
}

// findingTable is the transactional outbox of findings.
var findingTable = outbox.Table[finding]{
	Name: "search.findings", Columns: "saved_id, kind, entry_id",
	Scan: func(row pgx.Row) (f finding, err error) { return f, row.Scan(&f.savedID, &f.key.kind, &f.key.id) },
}

// insertFindings adds findings to the outbox, except those that are in it.
func insertFindings(ctx context.Context, tx pgx.Tx, findings []finding) error {
	if len(findings) == 0 {
		return nil
	}
	var saved []int64
	var keys []key
	for _, f := range findings {
		saved, keys = append(saved, f.savedID), append(keys, f.key)
	}
	_, err := tx.Exec(ctx, `
		insert into search.findings (saved_id, kind, entry_id)
		select saved, kind, id from unnest($1::bigint[], $2::text[], $3::bigint[]) as f (saved, kind, id)
		    on conflict on constraint one_finding_of_an_entry do nothing`,
		append([]any{saved}, keyColumns(keys, nil)[:2]...)...)
	if err != nil {
		return fmt.Errorf("store findings: %w", err)
	}
	return nil
}
