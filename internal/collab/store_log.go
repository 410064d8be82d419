package collab

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/budget"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
)

// content is a document as stored: the newest snapshot, if there is one, and the updates
// after it.
type content struct {
	seq, snapshotSeq int64
	epoch            int
	state            string
	updates          [][]byte
}

// errTooLarge is the fault, with status 413, for documents that cost too much to read:
// they were stored before there were limits.
func errTooLarge() error {
	return fault.TooLarge("This document is too large to open. You can export its text or delete it.").WithCause(yjs.ErrBudget)
}

// isTooLarge reports whether reading a document costs more than its budget. A retry
// would fail, too.
func isTooLarge(err error) bool { return errors.Is(err, yjs.ErrBudget) }

// readContent reads a document in one statement, so that no compaction changes it in
// between. The error is 404 if there is no such document, and 413 if it is too large;
// then the content has everything but the updates.
func readContent(ctx context.Context, db postgres.Queryer, docID int64) (c content, err error) {
	rows, err := db.Query(ctx, `
		with snapshot as (
		  select seq, bytes from collab.snapshots where doc_id = $1 order by seq desc limit 1
		)
		select d.seq, d.epoch, d.state, coalesce((select seq from snapshot), 0), d.snapshot_bytes + d.tail_bytes, l.bytes
		  from collab.documents d
		  left join lateral (
		       select seq, bytes from snapshot
		        union all
		       select seq, bytes from collab.updates
		        where doc_id = $1 and seq > coalesce((select seq from snapshot), 0)
		       ) l on d.snapshot_bytes + d.tail_bytes <= $2
		 where d.id = $1
		 order by l.seq`, docID, budget.DocumentState.Bytes)
	if err != nil {
		return c, fmt.Errorf("read the document: %w", err)
	}
	var bytes []byte
	size, found := 0, false
	_, err = pgx.ForEachRow(rows, []any{&c.seq, &c.epoch, &c.state, &c.snapshotSeq, &size, &bytes}, func() error {
		if found = true; bytes != nil {
			c.updates = append(c.updates, bytes)
		}
		bytes = nil
		return nil
	})
	switch {
	case err == nil && !found:
		return c, fault.NotFound()
	case err == nil && size > budget.DocumentState.Bytes:
		return c, errTooLarge()
	}
	return c, wrap("read the document", err)
}

// readTail reads the updates after a seq, oldest first, and the seq of the first one.
func readTail(ctx context.Context, db postgres.Queryer, docID, after int64) (first int64, updates [][]byte, err error) {
	rows, err := db.Query(ctx, `
		select seq, bytes from collab.updates where doc_id = $1 and seq > $2 order by seq`, docID, after)
	if err != nil {
		return 0, nil, fmt.Errorf("read the log: %w", err)
	}
	var seq int64
	var bytes []byte
	_, err = pgx.ForEachRow(rows, []any{&seq, &bytes}, func() error {
		if updates = append(updates, bytes); first == 0 {
			first = seq
		}
		bytes = nil
		return nil
	})
	return first, updates, wrap("read the log", err)
}

// lockedDocument is what a transaction reads when it has locked a document.
type lockedDocument struct {
	seq   int64
	epoch int
	state string
	roles map[int64]Role
}

// lockDocument locks the document until the transaction ends, and then reads the users'
// roles. It sees every change of a role that was committed before, and none can be
// committed while the lock is held. The error is 404 if there is no such document.
func lockDocument(ctx context.Context, tx pgx.Tx, docID int64, userIDs []int64) (h lockedDocument, err error) {
	batch := &pgx.Batch{}
	batch.Queue(`select seq, epoch, state from collab.documents where id = $1 for no key update`, docID)
	batch.Queue(rolesQuery, docID, userIDs)
	results := tx.SendBatch(ctx, batch)
	defer results.Close()
	if err := results.QueryRow().Scan(&h.seq, &h.epoch, &h.state); err != nil {
		return h, orNotFound("lock the document", err)
	}
	rows, err := results.Query()
	if err != nil {
		return h, fmt.Errorf("read the roles: %w", err)
	}
	h.roles, err = collectRoles(rows)
	return h, err
}

// rolesQuery selects the role of each of the users $2 in the document $1. It has no row
// for a user who may not read it.
const rolesQuery = `
	select u.id, coalesce(m.role, 'viewer')
	  from collab.documents d
	  join unnest($2::bigint[]) u (id) on true
	  left join collab.members m on m.doc_id = d.id and m.user_id = u.id
	 where d.id = $1 and (m.role is not null or d.visibility = 'everyone')`

// subscriber is a user with a connection on this node that is subscribed to a document.
type subscriber struct{ docID, userID int64 }

// subscribersWithoutRights returns those of the users, given by document, who may not
// read the document, or whose document does not exist.
func subscribersWithoutRights(
	ctx context.Context, db postgres.Queryer, subscribed map[int64][]int64,
) ([]subscriber, error) {
	var docs, users []int64
	for docID, userIDs := range subscribed {
		for _, userID := range userIDs {
			docs, users = append(docs, docID), append(users, userID)
		}
	}
	if len(docs) == 0 {
		return nil, nil
	}
	rows, err := db.Query(ctx, `
		select f.doc_id, f.user_id
		  from unnest($1::bigint[], $2::bigint[]) f (doc_id, user_id)
		  left join collab.documents d on d.id = f.doc_id
		  left join collab.members m on m.doc_id = f.doc_id and m.user_id = f.user_id
		 where d.id is null or m.role is null and d.visibility <> 'everyone'`, docs, users)
	if err != nil {
		return nil, fmt.Errorf("read who may not read: %w", err)
	}
	lost, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f subscriber, err error) {
		return f, row.Scan(&f.docID, &f.userID)
	})
	return lost, wrap("read who may not read", err)
}

func roles(ctx context.Context, db postgres.Queryer, docID int64, userIDs []int64) (map[int64]Role, error) {
	rows, err := db.Query(ctx, rolesQuery, docID, userIDs)
	if err != nil {
		return nil, fmt.Errorf("read the roles: %w", err)
	}
	return collectRoles(rows)
}

func collectRoles(rows pgx.Rows) (map[int64]Role, error) {
	found := map[int64]Role{}
	var userID int64
	var role Role
	_, err := pgx.ForEachRow(rows, []any{&userID, &role}, func() error {
		found[userID] = role
		return nil
	})
	return found, wrap("read the roles", err)
}

// entry is an update to append to the log.
type entry struct {
	userID int64
	bytes  []byte
}

// backlog is how much of a log is not compacted: the updates after the newest
// snapshot, and the bytes of that snapshot.
type backlog struct {
	rows            int
	bytes, snapshot int64
}

// appendLog appends the entries after the seq. The caller has locked the document.
func appendLog(ctx context.Context, tx pgx.Tx, docID, seq int64, entries []entry) (d backlog, err error) {
	var seqs, users []int64
	var bytes [][]byte
	size := 0
	for i, e := range entries {
		seqs, users, bytes = append(seqs, seq+int64(i)+1), append(users, e.userID), append(bytes, e.bytes)
		size += len(e.bytes)
	}
	err = tx.QueryRow(ctx, `
		with added as (
		  insert into collab.updates (doc_id, seq, user_id, bytes)
		  select $1, * from unnest($2::bigint[], $3::bigint[], $4::bytea[])
		)
		update collab.documents
		   set seq = seq + $5, tail_rows = tail_rows + $5, tail_bytes = tail_bytes + $6,
		       updated_at = `+thisMoment+`, updated_by = $7
		 where id = $1
		returning tail_rows, tail_bytes, snapshot_bytes`,
		docID, seqs, users, bytes, len(entries), size, users[len(users)-1]).Scan(&d.rows, &d.bytes, &d.snapshot)
	return d, wrap("append to the log", err)
}

// clientOwners returns the users who own the Yjs clients, by client; a client without an
// owner is left out.
func clientOwners(ctx context.Context, db postgres.Queryer, docID int64, clients []int64) (map[uint64]int64, error) {
	rows, err := db.Query(ctx, `
		select client, user_id from collab.clients where doc_id = $1 and client = any($2)`, docID, clients)
	if err != nil {
		return nil, fmt.Errorf("read the owners of the clients: %w", err)
	}
	found := map[uint64]int64{}
	var client, userID int64
	_, err = pgx.ForEachRow(rows, []any{&client, &userID}, func() error {
		found[uint64(client)] = userID
		return nil
	})
	return found, wrap("read the owners of the clients", err)
}

// claimClients makes the user the owner of Yjs clients that have none. The caller has
// locked the document.
func claimClients(ctx context.Context, tx pgx.Tx, docID, userID int64, clients []int64) error {
	_, err := tx.Exec(ctx, `
		insert into collab.clients (doc_id, client, user_id)
		select $1, client, $2 from unnest($3::bigint[]) client`, docID, userID, clients)
	return wrap("claim the clients", err)
}

// newClient assigns the user an unused Yjs client. It is stored as connected if here, and
// as the one for edits without an editor if plain. The error is 404 if there is no
// such document.
func newClient(ctx context.Context, db postgres.Queryer, docID, userID int64, here, plain bool) (client int64, err error) {
	for err = pgx.ErrNoRows; errors.Is(err, pgx.ErrNoRows); { // no row: the number is in use
		err = db.QueryRow(ctx, `
			with next as (
			  update collab.documents set next_client = next_client + 1 where id = $1 returning next_client - 1 as client
			)
			insert into collab.clients (doc_id, client, user_id, seen_at, plain)
			select $1, client, $2, case when $3 then now() end, $4 from next
			    on conflict (doc_id, client) do nothing
			returning client`, docID, userID, here, plain).Scan(&client)
		if errors.Is(err, pgx.ErrNoRows) {
			if exists, missing := readSeq(ctx, db, docID); missing != nil || exists < 0 {
				return 0, missing
			}
		}
	}
	return client, wrap("assign a client", err)
}

// readSeq returns the seq of a document. The error is 404 if there is no such document.
func readSeq(ctx context.Context, db postgres.Queryer, docID int64) (seq int64, err error) {
	err = db.QueryRow(ctx, `select seq from collab.documents where id = $1`, docID).Scan(&seq)
	return seq, orNotFound("read the document's seq", err)
}

// plainClient returns the Yjs client for the user's edits without an editor, or 0 if there
// is none yet.
func plainClient(ctx context.Context, tx pgx.Tx, docID, userID int64) (client int64, err error) {
	err = tx.QueryRow(ctx, `
		select client from collab.clients where doc_id = $1 and user_id = $2 and plain`, docID, userID).Scan(&client)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return client, wrap("find the user's client", err)
}

// logHead is the end of a document's log.
type logHead struct {
	seq   int64
	epoch int
}

func logHeads(ctx context.Context, db postgres.Queryer, docIDs []int64) (map[int64]logHead, error) {
	rows, err := db.Query(ctx, `select id, seq, epoch from collab.documents where id = any($1)`, docIDs)
	if err != nil {
		return nil, fmt.Errorf("read the heads of the logs: %w", err)
	}
	found := map[int64]logHead{}
	var id int64
	var p logHead
	_, err = pgx.ForEachRow(rows, []any{&id, &p.seq, &p.epoch}, func() error {
		found[id] = p
		return nil
	})
	return found, wrap("read the heads of the logs", err)
}

func orNotFound(doing string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.NotFound()
	}
	return wrap(doing, err)
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// clearDocument starts a new epoch of the document, with no content.
func clearDocument(ctx context.Context, tx pgx.Tx, docID int64) error {
	batch := &pgx.Batch{}
	for _, table := range []string{"updates", "snapshots", "versions", "threads"} {
		batch.Queue(`delete from collab.`+table+` where doc_id = $1`, docID)
	}
	batch.Queue(`
		update collab.documents
		   set epoch = epoch + 1, tail_rows = 0, tail_bytes = 0, snapshot_bytes = 0, state = 'ok',
		       text = '', text_seq = 0, version_seq = 0
		 where id = $1`, docID)
	return wrap("clear the document", tx.SendBatch(ctx, batch).Close())
}
