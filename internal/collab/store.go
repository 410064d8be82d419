package collab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/wire"
)

// documentColumns begins each query that scanDocument reads: select, from and joins. $1 is
// the reader.
const documentColumns = `
	select d.id, d.title, d.visibility, coalesce(m.role, 'viewer'), d.created_at, d.updated_at, d.updated_by,
	       left(d.text, 1300), d.state
	  from collab.documents d
	  left join collab.members m on m.doc_id = d.id and m.user_id = $1`

const readable = ` where (m.role is not null or d.visibility = 'everyone')`

// thisMoment is the time of a change, truncated to milliseconds, because clients get it
// so. A Place made of it must not lie between two documents of one millisecond.
const thisMoment = `date_trunc('milliseconds', now())`

// The states of a document.
const (
	stateOK     = "ok"
	stateFull   = "full"
	stateBroken = "broken"
)

func scanDocument(row pgx.Row, more ...any) (d Document, err error) {
	var created, updated time.Time
	var text, state string
	err = row.Scan(append([]any{&d.ID, &d.Title, &d.Visibility, &d.Role, &created, &updated, &d.UpdatedBy.ID, &text, &state}, more...)...)
	d.CreatedAt, d.UpdatedAt, d.Excerpt, d.Full = wire.Time(created), wire.Time(updated), excerpt(text), state == stateFull
	return d, err
}

// documentsOf lists the documents that the user may read, the latest change first. The
// last word of the query is a prefix, because it may still be being typed.
func documentsOf(ctx context.Context, db postgres.Queryer, userID int64, f Filter) ([]Document, error) {
	rows, err := db.Query(ctx, documentColumns+readable+`
		   and ($2 = '' or d.text_tsv @@ (nullif(websearch_to_tsquery('simple', $2)::text, '') || ':*')::tsquery
		        or position(lower($2) in lower(d.title)) > 0)
		   and ($4::bigint = 0 or (d.updated_at, d.id) < ($3::timestamptz, $4))
		 order by d.updated_at desc, d.id desc
		 limit $5`, userID, f.Query, f.Before.At, f.Before.ID, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list the documents: %w", err)
	}
	documents, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Document, error) { return scanDocument(row) })
	return documents, wrap("list the documents", err)
}

// documentsByID returns those of the documents that the user may read.
func documentsByID(ctx context.Context, db postgres.Queryer, userID int64, ids []int64) ([]Document, error) {
	rows, err := db.Query(ctx, documentColumns+readable+` and d.id = any($2)`, userID, ids)
	if err != nil {
		return nil, fmt.Errorf("read the documents: %w", err)
	}
	documents, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Document, error) { return scanDocument(row) })
	return documents, wrap("read the documents", err)
}

// documentFor returns a document; the error is 404 if the user may not read it.
func documentFor(ctx context.Context, db postgres.Queryer, userID, docID int64) (Document, error) {
	d, err := scanDocument(db.QueryRow(ctx, documentColumns+readable+` and d.id = $2`, userID, docID))
	return d, orNotFound("read the document", err)
}

// documentNow returns a document regardless of rights, in order to publish it.
func documentNow(ctx context.Context, db postgres.Queryer, docID int64) (Document, error) {
	d, err := scanDocument(db.QueryRow(ctx, documentColumns+` where d.id = $2`, 0, docID))
	return d, orNotFound("read the document", err)
}

// editionFor returns what a join is checked against; the error is 404 if the user may not
// read the document.
func editionFor(ctx context.Context, db postgres.Queryer, docID, userID int64) (e edition, err error) {
	err = db.QueryRow(ctx, `
		select coalesce(m.role, 'viewer'), d.schema, d.epoch, d.snapshot_bytes + d.tail_bytes
		  from collab.documents d
		  left join collab.members m on m.doc_id = d.id and m.user_id = $2
		 where d.id = $1 and (m.role is not null or d.visibility = 'everyone')`, docID, userID).
		Scan(&e.role, &e.schema, &e.epoch, &e.bytes)
	return e, orNotFound("read the document's edition", err)
}

func insertDocument(ctx context.Context, tx pgx.Tx, title string, v Visibility, userID int64) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		with document as (
		  insert into collab.documents (title, visibility, created_by, updated_by, schema, updated_at)
		  values ($1, $2, $3, $3, $4, `+thisMoment+`)
		  returning id
		), member as (
		  insert into collab.members (doc_id, user_id, role) select id, $3, 'owner' from document
		)
		select id from document`, title, v, userID, Schema).Scan(&id)
	return id, wrap("insert the document", err)
}

// changeDocument sets what is not nil in the draft, and returns the visibility before. It
// reports false if nothing has changed.
func changeDocument(ctx context.Context, tx pgx.Tx, docID int64, d Draft) (was Visibility, changed bool, err error) {
	err = tx.QueryRow(ctx, `
		update collab.documents d
		   set title = coalesce($2, d.title), visibility = coalesce($3, d.visibility)
		  from collab.documents was
		 where d.id = $1 and was.id = d.id
		   and (d.title, d.visibility) is distinct from (coalesce($2, d.title), coalesce($3, d.visibility))
		returning was.visibility`, docID, d.Title, d.Visibility).Scan(&was)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	return was, err == nil, wrap("change the document", err)
}

func deleteDocument(ctx context.Context, tx pgx.Tx, docID int64) error {
	_, err := tx.Exec(ctx, `delete from collab.documents where id = $1`, docID)
	return wrap("delete the document", err)
}

// textOf returns the stored text, the seq that it is as of, and the document's seq.
func textOf(ctx context.Context, db postgres.Queryer, docID int64) (text string, textSeq, seq int64, err error) {
	err = db.QueryRow(ctx, `select text, text_seq, seq from collab.documents where id = $1`, docID).Scan(&text, &textSeq, &seq)
	return text, textSeq, seq, orNotFound("read the document's text", err)
}

// membersOf returns the members, the longest-standing first, with nothing but their ids
// in User.
func membersOf(ctx context.Context, db postgres.Queryer, docID int64) ([]Member, error) {
	rows, err := db.Query(ctx, `
		select user_id, role from collab.members where doc_id = $1 order by since, user_id`, docID)
	if err != nil {
		return nil, fmt.Errorf("read the members: %w", err)
	}
	members, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Member, err error) {
		return m, row.Scan(&m.User.ID, &m.Role)
	})
	return members, wrap("read the members", err)
}

// setMember shares the document, and reports false if the user had the role already.
// The error is 404 if there is no such user.
func setMember(ctx context.Context, tx pgx.Tx, docID, userID int64, role Role) (bool, error) {
	tag, err := tx.Exec(ctx, `
		insert into collab.members as m (doc_id, user_id, role) values ($1, $2, $3)
		    on conflict (doc_id, user_id) do update set role = excluded.role
		 where m.role <> excluded.role`, docID, userID, role)
	if postgres.Violates(err, "members_user_id_fkey") {
		return false, fault.NotFound()
	}
	return tag.RowsAffected() > 0, wrap("share the document", err)
}

// removeMember reports false if the user was not a member.
func removeMember(ctx context.Context, tx pgx.Tx, docID, userID int64) (bool, error) {
	tag, err := tx.Exec(ctx, `delete from collab.members where doc_id = $1 and user_id = $2`, docID, userID)
	return tag.RowsAffected() > 0, wrap("remove the member", err)
}

// hereFor is how long a Yjs client counts as connected after noteHere. It ends the
// clients of a node that died.
const hereFor = `interval '30 seconds'`

// clientsHere returns the Yjs clients that have the document open, with nothing but the
// id in User.
func clientsHere(ctx context.Context, db postgres.Queryer, docID int64) ([]Collaborator, error) {
	rows, err := db.Query(ctx, `
		select client, user_id from collab.clients
		 where doc_id = $1 and seen_at > now() - `+hereFor+`
		 order by client`, docID)
	if err != nil {
		return nil, fmt.Errorf("read the connected clients: %w", err)
	}
	here, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Collaborator, err error) {
		return c, row.Scan(&c.Client, &c.User.ID)
	})
	return here, wrap("read the connected clients", err)
}

// peopleHere returns the ids of the users who have the documents open, by document.
func peopleHere(ctx context.Context, db postgres.Queryer, docIDs []int64) (map[int64][]int64, error) {
	rows, err := db.Query(ctx, `
		select doc_id, user_id from collab.clients
		 where doc_id = any($1) and seen_at > now() - `+hereFor+`
		 group by doc_id, user_id
		 order by min(client)`, docIDs)
	if err != nil {
		return nil, fmt.Errorf("read the connected users: %w", err)
	}
	here := map[int64][]int64{}
	var docID, userID int64
	_, err = pgx.ForEachRow(rows, []any{&docID, &userID}, func() error {
		here[docID] = append(here[docID], userID)
		return nil
	})
	return here, wrap("read the connected users", err)
}

type clientKey struct{ docID, client int64 }

// noteHere stores that the clients are still connected, for hereFor.
func noteHere(ctx context.Context, db postgres.Queryer, clients []clientKey) error {
	if len(clients) == 0 {
		return nil
	}
	var docs, ids []int64
	for _, c := range clients {
		docs, ids = append(docs, c.docID), append(ids, c.client)
	}
	_, err := db.Exec(ctx, `
		update collab.clients c
		   set seen_at = now()
		  from unnest($1::bigint[], $2::bigint[]) here (doc_id, client)
		 where c.doc_id = here.doc_id and c.client = here.client and c.seen_at is not null`, docs, ids)
	return wrap("store the connected clients", err)
}

// noteLeft stores that the clients are not connected any more.
func noteLeft(ctx context.Context, db postgres.Queryer, docID int64, clients []uint64) error {
	ids := make([]int64, len(clients))
	for i, c := range clients {
		ids[i] = int64(c)
	}
	_, err := db.Exec(ctx, `
		update collab.clients set seen_at = null where doc_id = $1 and client = any($2)`, docID, ids)
	return wrap("store that clients have left", err)
}

// lastAuthor returns the user who changed the document last.
func lastAuthor(ctx context.Context, db postgres.Queryer, docID int64) (userID int64, err error) {
	err = db.QueryRow(ctx, `select updated_by from collab.documents where id = $1`, docID).Scan(&userID)
	return userID, orNotFound("read the last author", err)
}
