package collab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/budget"
	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/wire"
)

// Only one node at a time runs a maintenance job on a document: it holds an advisory lock
// whose keys are one of these and the document's id.
const (
	lockCompact int32 = 0x636f6c01 + iota // "col", 1
	lockText
	lockVersion
)

// tryJobLock takes a job's lock until the transaction ends. It reports false if another
// node has it.
func tryJobLock(ctx context.Context, tx pgx.Tx, job int32, docID int64) (locked bool, err error) {
	err = tx.QueryRow(ctx, `
		select pg_try_advisory_xact_lock($1::integer, ($2::bigint % 2147483647)::integer)`, job, docID).Scan(&locked)
	return locked, wrap("lock a maintenance job", err)
}

// storeSnapshot stores a snapshot, and deletes what is older than the previous one. The
// document is locked only from here on, while its counts are updated.
func storeSnapshot(ctx context.Context, tx pgx.Tx, docID int64, c content, compacted, sv []byte, state string) error {
	batch := &pgx.Batch{}
	batch.Queue(`select from collab.documents where id = $1 for no key update`, docID)
	batch.Queue(`insert into collab.snapshots (doc_id, seq, bytes, sv) values ($1, $2, $3, $4)`, docID, c.seq, compacted, sv)
	batch.Queue(`delete from collab.updates where doc_id = $1 and seq <= $2`, docID, c.snapshotSeq)
	batch.Queue(`delete from collab.snapshots where doc_id = $1 and seq < $2`, docID, c.snapshotSeq)
	batch.Queue(`
		update collab.documents d
		   set tail_rows = t.rows, tail_bytes = t.bytes, snapshot_bytes = $3, state = $4
		  from (select count(*) as rows, coalesce(sum(length(bytes)), 0) as bytes
		          from collab.updates
		         where doc_id = $1 and seq > $2) t
		 where d.id = $1`, docID, c.seq, len(compacted), state)
	return wrap("store the snapshot", tx.SendBatch(ctx, batch).Close())
}

// pruneClients deletes Yjs clients that never wrote and were neither assigned nor connected
// in the last 90 days: until then a page may still have unsent edits of theirs.
// Clients that wrote are never deleted. It does nothing if the log has updates after
// seq. The caller has locked the document.
func pruneClients(ctx context.Context, tx pgx.Tx, docID, seq int64, wrote yjs.StateVector) error {
	clients := make([]int64, 0, len(wrote))
	for client := range wrote {
		clients = append(clients, int64(client))
	}
	_, err := tx.Exec(ctx, `
		delete from collab.clients
		 where doc_id = $1 and client <> all($2) and not plain
		   and greatest(seen_at, since) < now() - interval '90 days'
		   and not exists (select from collab.updates where doc_id = $1 and seq > $3)`, docID, clients, seq)
	return wrap("delete old clients", err)
}

func setState(ctx context.Context, tx pgx.Tx, docID int64, state string) error {
	_, err := tx.Exec(ctx, `update collab.documents set state = $2 where id = $1`, docID, state)
	return wrap("set the document's state", err)
}

// staleTexts returns documents that changed since their text was read for search, if the
// last change was before settled, or the last reading before overdue.
func staleTexts(ctx context.Context, db postgres.Queryer, settled, overdue time.Time) ([]int64, error) {
	return ids(ctx, db, `
		select id from collab.documents
		 where text_seq < seq and (updated_at < $1 or text_at < $2)
		 order by text_at
		 limit $3`, settled, overdue, maintenanceBatch)
}

// dueForVersion returns documents that changed since their last version, if the last
// change was before idle, or the last version before busy.
func dueForVersion(ctx context.Context, db postgres.Queryer, idle, busy time.Time) ([]int64, error) {
	return ids(ctx, db, `
		select id from collab.documents
		 where version_seq < seq and (updated_at < $1 or version_at < $2)
		 order by version_at
		 limit $3`, idle, busy, maintenanceBatch)
}

func ids(ctx context.Context, db postgres.Queryer, sql string, args ...any) ([]int64, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("find documents: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return found, wrap("find documents", err)
}

// storeText stores the text as of a seq; with nil it stores only the seq.
func storeText(ctx context.Context, tx pgx.Tx, docID, seq int64, text *string) error {
	_, err := tx.Exec(ctx, `
		update collab.documents
		   set text = coalesce($3, text), text_seq = $2, text_at = now()
		 where id = $1 and text_seq < $2`, docID, seq, text)
	return wrap("store the text", err)
}

// readEntry reads the document as it is indexed.
func readEntry(ctx context.Context, tx pgx.Tx, docID int64) (d documentEntry, err error) {
	var updated time.Time
	err = tx.QueryRow(ctx, `
		select id, title, text, updated_at, visibility = 'everyone',
		       array(select user_id from collab.members where doc_id = d.id order by user_id)
		  from collab.documents d
		 where id = $1`, docID).Scan(&d.ID, &d.Title, &d.text, &updated, &d.everyone, &d.members)
	d.UpdatedAt = wire.Time(updated)
	return d, orNotFound("read the search entry", err)
}

// versionRow is a version with its content.
type versionRow struct {
	Version
	Text    string
	authors []int64
	bytes   []byte
}

// insertVersion stores a version and returns its id, or 0 if it is an automatic one and
// nothing has changed since the last version.
func insertVersion(ctx context.Context, tx pgx.Tx, docID int64, c content, kind, name, text string, bytes []byte, byUser int64) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		with document as (
		  update collab.documents
		     set version_seq = $2, version_at = now()
		   where id = $1 and ($4 <> 'auto' or version_seq < $2)
		  returning id
		)
		insert into collab.versions (doc_id, seq, epoch, kind, name, authors, bytes, text)
		select $1, $2, $3, $4, $5,
		       array(select distinct user_id
		               from collab.updates
		              where doc_id = $1 and seq <= $2
		                and seq > coalesce((select max(seq) from collab.versions where doc_id = $1), 0)
		              union select $8::bigint where $8 <> 0),
		       $6, $7
		  from document
		returning id`, docID, c.seq, c.epoch, kind, name, bytes, text, byUser).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, wrap("store the version", err)
}

// markVersioned marks the document as if it had a version as of the seq.
func markVersioned(ctx context.Context, tx pgx.Tx, docID, seq int64) error {
	_, err := tx.Exec(ctx, `
		update collab.documents set version_seq = greatest(version_seq, $2), version_at = now() where id = $1`, docID, seq)
	return wrap("skip a version", err)
}

func versionsOf(ctx context.Context, db postgres.Queryer, docID int64) ([]versionRow, error) {
	rows, err := db.Query(ctx, `
		select id, kind, name, authors, created_at from collab.versions where doc_id = $1 order by id desc limit 500`, docID)
	if err != nil {
		return nil, fmt.Errorf("read the versions: %w", err)
	}
	versions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v versionRow, err error) {
		return v, row.Scan(&v.ID, &v.Kind, &v.Name, &v.authors, (*time.Time)(&v.CreatedAt))
	})
	return versions, wrap("read the versions", err)
}

// versionOf reads a version; its bytes are nil if they exceed the budget.
func versionOf(ctx context.Context, db postgres.Queryer, docID, id int64) (v versionRow, err error) {
	err = db.QueryRow(ctx, `
		select id, kind, name, authors, created_at, text, case when length(bytes) <= $3 then bytes end
		  from collab.versions
		 where doc_id = $1 and id = $2`, docID, id, budget.DocumentState.Bytes).
		Scan(&v.ID, &v.Kind, &v.Name, &v.authors, (*time.Time)(&v.CreatedAt), &v.Text, &v.bytes)
	return v, orNotFound("read the version", err)
}

// pruneVersions deletes automatic versions. It keeps all of the last day, the last of
// each hour of a week, and the last of each day of 90 days.
func pruneVersions(ctx context.Context, db postgres.Queryer, docID int64) error {
	_, err := db.Exec(ctx, `
		delete from collab.versions v
		 using (select id, created_at,
		               row_number() over (partition by date_trunc('hour', created_at) order by id desc) as of_hour,
		               row_number() over (partition by date_trunc('day', created_at) order by id desc) as of_day
		          from collab.versions
		         where doc_id = $1 and kind = 'auto') a
		 where v.id = a.id and a.created_at < now() - interval '1 day'
		   and (a.of_hour > 1 or a.created_at < now() - interval '7 days' and a.of_day > 1
		        or a.created_at < now() - interval '90 days')`, docID)
	return wrap("delete old versions", err)
}
