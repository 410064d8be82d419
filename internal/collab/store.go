package collab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/fault"
	"hubbub/internal/postgres"
	"hubbub/internal/wire"
)

// documentColumns are read by scanDocument; $1 is the reader.
const documentColumns = `
	select d.id, d.title, d.visibility, coalesce(m.role, 'viewer'), d.created_at, d.updated_at, d.updated_by,
	       left(d.text, 1300), d.state
	  from collab.documents d
	  left join collab.members m on m.doc_id = d.id and m.user_id = $1`

const readable = ` where (m.role is not null or d.visibility = 'everyone')`

// thisMoment is the time of a change, in milliseconds as clients read it: they make
// a Place of it, which must not lie between two documents of one millisecond.
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

// documentsOf lists what the person may read, the latest change first. A word of
// the query that is still being typed is found by how it begins.
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

// documentsByID finds those that the person may read.
func documentsByID(ctx context.Context, db postgres.Queryer, userID int64, ids []int64) ([]Document, error) {
	rows, err := db.Query(ctx, documentColumns+readable+` and d.id = any($2)`, userID, ids)
	if err != nil {
		return nil, fmt.Errorf("read the documents: %w", err)
	}
	documents, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Document, error) { return scanDocument(row) })
	return documents, wrap("read the documents", err)
}

// documentFor finds one that the person may read; 404 otherwise.
func documentFor(ctx context.Context, db postgres.Queryer, userID, docID int64) (Document, error) {
	d, err := scanDocument(db.QueryRow(ctx, documentColumns+readable+` and d.id = $2`, userID, docID))
	return d, orNotFound("read the document", err)
}

// documentNow finds one whoever may read it, to tell all those.
func documentNow(ctx context.Context, db postgres.Queryer, docID int64) (Document, error) {
	d, err := scanDocument(db.QueryRow(ctx, documentColumns+` where d.id = $2`, 0, docID))
	return d, orNotFound("read the document", err)
}

// editionFor finds what a document asks of the person's editor; 404 when they
// may not read it.
func editionFor(ctx context.Context, db postgres.Queryer, docID, userID int64) (e edition, err error) {
	err = db.QueryRow(ctx, `
		select coalesce(m.role, 'viewer'), d.schema, d.epoch, d.snapshot_bytes + d.tail_bytes
		  from collab.documents d
		  left join collab.members m on m.doc_id = d.id and m.user_id = $2
		 where d.id = $1 and (m.role is not null or d.visibility = 'everyone')`, docID, userID).
		Scan(&e.role, &e.schema, &e.epoch, &e.bytes)
	return e, orNotFound("read what the document asks", err)
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
	return id, wrap("make the document", err)
}

// changeDocument sets what is not nil, and returns who could read it before;
// false: nothing is different.
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

// textOf is the document's text as of textSeq, and its seq.
func textOf(ctx context.Context, db postgres.Queryer, docID int64) (text string, textSeq, seq int64, err error) {
	err = db.QueryRow(ctx, `select text, text_seq, seq from collab.documents where id = $1`, docID).Scan(&text, &textSeq, &seq)
	return text, textSeq, seq, orNotFound("read the document's text", err)
}

// Members, by when they came.

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

// setMember shares the document, and reports false if they had the role
// already; 404 when there is no such person.
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

// removeMember reports false when they were none.
func removeMember(ctx context.Context, tx pgx.Tx, docID, userID int64) (bool, error) {
	tag, err := tx.Exec(ctx, `delete from collab.members where doc_id = $1 and user_id = $2`, docID, userID)
	return tag.RowsAffected() > 0, wrap("take the document back", err)
}

// Who is here. A node that dies leaves its clients behind; they are here no
// more when nobody has said so for a while.

const hereFor = `interval '30 seconds'`

func clientsHere(ctx context.Context, db postgres.Queryer, docID int64) ([]Collaborator, error) {
	rows, err := db.Query(ctx, `
		select client, user_id from collab.clients
		 where doc_id = $1 and seen_at > now() - `+hereFor+`
		 order by client`, docID)
	if err != nil {
		return nil, fmt.Errorf("read who is here: %w", err)
	}
	here, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Collaborator, err error) {
		return c, row.Scan(&c.Client, &c.User.ID)
	})
	return here, wrap("read who is here", err)
}

// peopleHere are the people who have the documents open, by document.
func peopleHere(ctx context.Context, db postgres.Queryer, docIDs []int64) (map[int64][]int64, error) {
	rows, err := db.Query(ctx, `
		select doc_id, user_id from collab.clients
		 where doc_id = any($1) and seen_at > now() - `+hereFor+`
		 group by doc_id, user_id
		 order by min(client)`, docIDs)
	if err != nil {
		return nil, fmt.Errorf("read who is here: %w", err)
	}
	here := map[int64][]int64{}
	var docID, userID int64
	_, err = pgx.ForEachRow(rows, []any{&docID, &userID}, func() error {
		here[docID] = append(here[docID], userID)
		return nil
	})
	return here, wrap("read who is here", err)
}

type clientKey struct{ docID, client int64 }

// noteHere says that the clients are still here.
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
	return wrap("say who is here", err)
}

func noteLeft(ctx context.Context, db postgres.Queryer, docID int64, clients []uint64) error {
	ids := make([]int64, len(clients))
	for i, c := range clients {
		ids[i] = int64(c)
	}
	_, err := db.Exec(ctx, `
		update collab.clients set seen_at = null where doc_id = $1 and client = any($2)`, docID, ids)
	return wrap("say who has left", err)
}

// lastAuthor is who changed the document last.
func lastAuthor(ctx context.Context, db postgres.Queryer, docID int64) (userID int64, err error) {
	err = db.QueryRow(ctx, `select updated_by from collab.documents where id = $1`, docID).Scan(&userID)
	return userID, orNotFound("read who wrote last", err)
}
