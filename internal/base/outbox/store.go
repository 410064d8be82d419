package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Table describes the table of an outbox to the statements of this package. The store
// of the feature that owns the table declares it.
type Table[E any] struct {
	Name    string // with its schema: "chat.alerts"
	Key     string // the column of the key; empty: no entry waits for another. An entry whose key is null waits for none
	Columns string // the columns that Scan reads, separated by commas
	Scan    func(row pgx.Row) (E, error)
}

// claimDue takes due entries. It is one statement, so the locks of "for update" end
// with it. An entry that another node claims at the same moment is skipped: either it
// is locked, or its due_at, which is read again after locking, is later by then.
const claimDue = `
	with due as (
	  select id as due_id, due_at as was_due
	    from TABLE as entry
	   where due_at <= coalesce($1::timestamptz, now()) HEAD
	   order by due_at, id
	   limit $2
	     for update skip locked
	), claimed as (
	  update TABLE as entry
	     set due_at = coalesce($1::timestamptz, now()) + $3::interval, attempts = entry.attempts + 1
	    from due
	   where entry.id = due.due_id
	  returning entry.*, due.was_due
	)
	select id, attempts, COLUMNS from claimed order by was_due, id`

// head restricts claimDue to the oldest entry of each key.
const head = `and not exists (select from TABLE as older where older.KEY = entry.KEY and older.id < entry.id)`

const deleteDone = `
	delete from TABLE as entry
	 using unnest($1::bigint[], $2::int[]) as done (id, attempts)
	 where entry.id = done.id and entry.attempts = done.attempts`

const postpone = `
	update TABLE as entry
	   set due_at = coalesce($1::timestamptz, now()) + retry.pause
	  from unnest($2::bigint[], $3::int[], $4::interval[]) as retry (id, attempts, pause)
	 where entry.id = retry.id and entry.attempts = retry.attempts`

// measureAll counts the entries. Its last column is for the entries that other nodes have
// claimed or postponed; those that are due already wait for an entry of their key.
const measureAll = `
	with entry as (
	  select coalesce($1::timestamptz, now()) - at as age, due_at - coalesce($1::timestamptz, now()) as due_in from TABLE
	)
	select count(*), coalesce(max(age), '0'), min(due_in) filter (where due_in > '0') from entry`

// sql returns a statement for the table. Its names are constants of the program.
func (t Table[E]) sql(statement string) string {
	if t.Key == "" {
		statement = strings.Replace(statement, "HEAD", "", 1)
	}
	return strings.NewReplacer("TABLE", t.Name, "KEY", t.Key, "COLUMNS", t.Columns).
		Replace(strings.Replace(statement, "HEAD", head, 1))
}

// now returns the time for the statements, or nil for the database's clock.
func (o *Outbox[E]) now() *time.Time {
	if o.Now == nil {
		return nil
	}
	return new(o.Now())
}

// claim takes a batch of due entries, in the order in which they are due.
func (o *Outbox[E]) claim(ctx context.Context) ([]claimed[E], error) {
	rows, err := o.db.Query(ctx, o.Table.sql(claimDue), o.now(), batchSize, lease)
	if err != nil {
		return nil, fmt.Errorf("claim entries of %s: %w", o.Table.Name, err)
	}
	batch, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c claimed[E], err error) {
		c.entry, err = o.Table.Scan(rowAfter{row, []any{&c.id, &c.attempts}})
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("claim entries of %s: %w", o.Table.Name, err)
	}
	return batch, nil
}

// rowAfter is a row whose first columns are scanned into first.
type rowAfter struct {
	pgx.CollectableRow
	first []any
}

func (r rowAfter) Scan(rest ...any) error {
	return r.CollectableRow.Scan(append(r.first, rest...)...)
}

// settle stores the results that are not stored yet. Those of claims that have ended in
// the meantime change nothing.
func (o *Outbox[E]) settle(ctx context.Context) error {
	var ids, againIDs []int64
	var attempts, againAttempts []int
	var pauses []time.Duration
	for _, r := range o.unsettled {
		if r.done {
			ids, attempts = append(ids, r.id), append(attempts, r.attempts)
		} else {
			againIDs, againAttempts = append(againIDs, r.id), append(againAttempts, r.attempts)
			pauses = append(pauses, r.pause)
		}
	}
	if len(ids) > 0 {
		if _, err := o.db.Exec(ctx, o.Table.sql(deleteDone), ids, attempts); err != nil {
			return fmt.Errorf("delete entries of %s: %w", o.Table.Name, err)
		}
	}
	if len(againIDs) > 0 {
		if _, err := o.db.Exec(ctx, o.Table.sql(postpone), o.now(), againIDs, againAttempts, pauses); err != nil {
			return fmt.Errorf("postpone entries of %s: %w", o.Table.Name, err)
		}
		o.plan(slices.Min(pauses))
	}
	o.unsettled = nil
	return nil
}

// plan lets Run look for due entries after the pause. It is called after the statement
// that postponed them or found them, so that they are due then.
func (o *Outbox[E]) plan(pause time.Duration) {
	if at := time.Now().Add(pause); o.nextAt.IsZero() || at.Before(o.nextAt) {
		o.nextAt = at
	}
}
