package collab

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/account"
	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/wire"
)

// threadsOf reads a document's threads, the oldest first; with only, just that one.
func threadsOf(ctx context.Context, db postgres.Queryer, docID, only int64) ([]Thread, error) {
	rows, err := db.Query(ctx, `
		select t.id, t.anchor, t.quote, t.resolved_at, t.resolved_by, c.id, c.author_id, c.text, c.created_at
		  from collab.threads t
		  join collab.comments c on c.thread_id = t.id
		 where t.doc_id = $1 and ($2::bigint = 0 or t.id = $2)
		 order by t.id, c.id`, docID, only)
	if err != nil {
		return nil, fmt.Errorf("read the comments: %w", err)
	}
	threads := []Thread{}
	t, c := Thread{DocID: docID}, Comment{}
	var resolvedAt *time.Time
	var resolvedBy *int64
	var createdAt time.Time
	_, err = pgx.ForEachRow(rows, []any{&t.ID, &t.Anchor, &t.Quote, &resolvedAt, &resolvedBy, &c.ID, &c.Author.ID, &c.Text, &createdAt}, func() error {
		if last := len(threads) - 1; last < 0 || threads[last].ID != t.ID {
			t.ResolvedAt, t.ResolvedBy, t.Comments = wire.TimeOrNil(resolvedAt), nil, nil
			if resolvedBy != nil {
				t.ResolvedBy = &account.Profile{ID: *resolvedBy}
			}
			threads = append(threads, t)
		}
		c.CreatedAt = wire.Time(createdAt)
		last := &threads[len(threads)-1]
		last.Comments = append(last.Comments, c)
		t.Anchor, resolvedAt, resolvedBy = Anchor{}, nil, nil
		return nil
	})
	return threads, wrap("read the comments", err)
}

func insertThread(ctx context.Context, tx pgx.Tx, docID, userID int64, at Anchor, quote string) (id int64, err error) {
	anchor, err := json.Marshal(at)
	if err != nil {
		return 0, fmt.Errorf("encode the anchor: %w", err)
	}
	err = tx.QueryRow(ctx, `
		insert into collab.threads (doc_id, anchor, quote, created_by) values ($1, $2, $3, $4) returning id`,
		docID, anchor, quote, userID).Scan(&id)
	return id, wrap("insert the thread", err)
}

// threadOf locks a thread until the transaction ends, and returns the user who started it
// and whether it is resolved. The error is 404 if the document has no such thread.
func threadOf(ctx context.Context, tx pgx.Tx, docID, id int64) (authorID int64, resolved bool, err error) {
	err = tx.QueryRow(ctx, `
		select created_by, resolved_at is not null
		  from collab.threads
		 where doc_id = $1 and id = $2
		   for update`, docID, id).Scan(&authorID, &resolved)
	return authorID, resolved, orNotFound("read the thread", err)
}

// resolveThread resolves a thread as the user by, or reopens it if by is 0.
func resolveThread(ctx context.Context, tx pgx.Tx, id, by int64) error {
	_, err := tx.Exec(ctx, `
		update collab.threads
		   set resolved_by = nullif($2::bigint, 0), resolved_at = case when $2::bigint <> 0 then now() end
		 where id = $1`, id, by)
	return wrap("resolve the thread", err)
}

// insertComment stores a comment with its alerts, the entries of the transactional outbox:
// one for each user who is mentioned or has commented in the thread, if that user may
// read the document and is not the author.
func insertComment(ctx context.Context, tx pgx.Tx, docID, threadID, authorID int64, text string, named []int64) error {
	_, err := tx.Exec(ctx, `
		with comment as (
		  insert into collab.comments (thread_id, author_id, text) values ($2, $3, $4) returning id
		), concerned as (
		  select unnest($5::bigint[]) as user_id, true as mentioned
		   union all
		  select author_id, false from collab.comments where thread_id = $2
		)
		insert into collab.alerts (comment_id, user_id, mentioned)
		select comment.id, c.user_id, bool_or(c.mentioned)
		  from concerned c
		  join collab.documents d on d.id = $1
		  left join collab.members m on m.doc_id = d.id and m.user_id = c.user_id, comment
		 where c.user_id <> $3 and (m.role is not null or d.visibility = 'everyone')
		 group by comment.id, c.user_id`, docID, threadID, authorID, text, named)
	return wrap("store the comment", err)
}

func deleteThread(ctx context.Context, tx pgx.Tx, id int64) error {
	_, err := tx.Exec(ctx, `delete from collab.threads where id = $1`, id)
	return wrap("delete the thread", err)
}

// alertTable is the transactional outbox of alerts.
var alertTable = outbox.Table[alertEntry]{
	Name: "collab.alerts", Columns: "comment_id, user_id, mentioned",
	Scan: func(row pgx.Row) (e alertEntry, err error) {
		return e, row.Scan(&e.commentID, &e.userID, &e.mentioned)
	},
}

// alertOf reads the alert of an entry; 404 if its comment does not exist.
func alertOf(ctx context.Context, db postgres.Queryer, e alertEntry) (Alert, error) {
	a := Alert{CommentID: e.commentID, UserID: e.userID, Mentioned: e.mentioned}
	err := db.QueryRow(ctx, `
		select t.id, d.id, c.author_id, d.title, c.text, c.created_at
		  from collab.comments c
		  join collab.threads t on t.id = c.thread_id
		  join collab.documents d on d.id = t.doc_id
		 where c.id = $1`, e.commentID).Scan(&a.ThreadID, &a.DocID, &a.AuthorID, &a.Title, &a.Text, &a.At)
	return a, orNotFound("read the alert", err)
}
