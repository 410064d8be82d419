package collab

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// lockEmpty locks out other nodes that seed until the transaction ends, and reports whether
// there is no document yet.
func lockEmpty(ctx context.Context, tx pgx.Tx) (empty bool, err error) {
	if _, err := tx.Exec(ctx, `lock table collab.documents in share row exclusive mode`); err != nil {
		return false, wrap("lock the documents", err)
	}
	err = tx.QueryRow(ctx, `select not exists (select from collab.documents)`).Scan(&empty)
	return empty, wrap("look for documents", err)
}

// dateDocument sets how long ago the document was made and changed. It marks the document
// as having a current version, so that no automatic one is made.
func dateDocument(ctx context.Context, tx pgx.Tx, docID int64, made, changed time.Duration) error {
	_, err := tx.Exec(ctx, `
		update collab.documents
		   set created_at = now() - $2::interval, updated_at = `+thisMoment+` - $3::interval,
		       version_at = now() - $3::interval, version_seq = seq
		 where id = $1`, docID, made, changed)
	return wrap("date the document", err)
}

// insertVersionBefore stores a version as if it was made some time ago.
func insertVersionBefore(ctx context.Context, tx pgx.Tx, docID int64, kind, name string, authors []int64, bytes []byte, text string, ago time.Duration) error {
	_, err := tx.Exec(ctx, `
		insert into collab.versions (doc_id, seq, epoch, kind, name, authors, bytes, text, created_at)
		values ($1, 0, 1, $2, $3, $4, $5, $6, now() - $7::interval)`, docID, kind, name, authors, bytes, text, ago)
	return wrap("store the version", err)
}

// insertCommentBefore stores a comment as if it was made some time ago. It notifies no
// user.
func insertCommentBefore(
	ctx context.Context, tx pgx.Tx, threadID, authorID int64, text string, ago time.Duration,
) error {
	_, err := tx.Exec(ctx, `
		insert into collab.comments (thread_id, author_id, text, created_at)
		values ($1, $2, $3, now() - $4::interval)`, threadID, authorID, text, ago)
	return wrap("store the comment", err)
}

// dateThread sets how long ago a thread was started and, if it is resolved, resolved.
func dateThread(ctx context.Context, tx pgx.Tx, threadID int64, begun, resolved time.Duration) error {
	_, err := tx.Exec(ctx, `
		update collab.threads
		   set created_at = now() - $2::interval,
		       resolved_at = case when resolved_at is not null then now() - $3::interval end
		 where id = $1`, threadID, begun, resolved)
	return wrap("date the thread", err)
}
