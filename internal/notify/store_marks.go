package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/postgres"
)

// markRead marks a notification as read, and ends its snooze. It reports whether
// the user has it and it was unread.
func markRead(ctx context.Context, tx pgx.Tx, userID, id, seq int64, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $3, change = 'read', read_at = $4, snoozed_until = null
		 where id = $2 and user_id = $1 and removed_at is null and read_at is null`, userID, id, seq, now)
	return done.RowsAffected() > 0, wrap("mark as read", err)
}

// markAllRead marks the user's notifications as read, except for the snoozed. It
// reports whether any was unread.
func markAllRead(ctx context.Context, tx pgx.Tx, userID, seq int64, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $2, change = 'read', read_at = $3
		 where user_id = $1 and`+isUnread, userID, seq, now)
	if err != nil || done.RowsAffected() == 0 {
		return false, wrap("mark all as read", err)
	}
	_, err = tx.Exec(ctx, `update notify.people set all_read_seq = $2 where user_id = $1`, userID, seq)
	return true, wrap("mark all as read", err)
}

// hasUnreadOfTopic reports whether markTopicRead has something to do.
func hasUnreadOfTopic(ctx context.Context, db postgres.Queryer, userID int64, topic string, maxSeq int64) (has bool, err error) {
	err = db.QueryRow(ctx, `
		select exists (
		  select from notify.notifications
		   where user_id = $1 and topic = $2 and topic_seq <= $3 and read_at is null and removed_at is null)`, userID, topic, maxSeq).Scan(&has)
	return has, wrap("look for what is unread", err)
}

// markTopicRead marks the user's notifications of a topic as read, up to the TopicSeq
// maxSeq, and ends their snoozes. It reports whether any was unread.
func markTopicRead(ctx context.Context, tx pgx.Tx, userID int64, topic string, maxSeq, seq int64, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $4, change = 'read', read_at = $5, snoozed_until = null
		 where user_id = $1 and topic = $2 and topic_seq <= $3 and read_at is null and removed_at is null`, userID, topic, maxSeq, seq, now)
	return done.RowsAffected() > 0, wrap("mark a topic as read", err)
}

// snooze hides a notification until a time, and reports whether the user has it. It
// makes the notification unread, and takes it out of its group, which may have
// another unread one by then.
func snooze(ctx context.Context, tx pgx.Tx, userID, id, seq int64, until time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $3, change = 'snoozed', snoozed_until = $4, read_at = null, group_key = null
		 where id = $2 and user_id = $1 and removed_at is null`, userID, id, seq, until)
	return done.RowsAffected() > 0, wrap("snooze", err)
}

// unsnooze ends a notification's snooze, and reports whether it was snoozed.
func unsnooze(ctx context.Context, tx pgx.Tx, userID, id, seq int64) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $3, change = 'woken', snoozed_until = null
		 where id = $2 and user_id = $1 and snoozed_until is not null`, userID, id, seq)
	return done.RowsAffected() > 0, wrap("unsnooze", err)
}

// unsnoozeDue ends the user's snoozes whose time has come, and reports whether there
// were any. Of concurrent calls one finds them.
func unsnoozeDue(ctx context.Context, tx pgx.Tx, userID, seq int64, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $2, change = 'woken', snoozed_until = null
		 where user_id = $1 and snoozed_until <= $3`, userID, seq, now)
	return done.RowsAffected() > 0, wrap("unsnooze what is due", err)
}

// usersToUnsnooze returns users with a snooze whose time has come, at most 1000.
func usersToUnsnooze(ctx context.Context, db postgres.Queryer, now time.Time) ([]int64, error) {
	rows, err := db.Query(ctx, `
		select distinct user_id from notify.notifications where snoozed_until <= $1 order by user_id limit 1000`, now)
	if err != nil {
		return nil, fmt.Errorf("find snoozes that are due: %w", err)
	}
	users, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return users, wrap("find snoozes that are due", err)
}

// nextUnsnooze returns when the next snooze ends, or nil if nothing is snoozed.
func nextUnsnooze(ctx context.Context, db postgres.Queryer) (due *time.Time, err error) {
	err = db.QueryRow(ctx, `select min(snoozed_until) from notify.notifications where snoozed_until is not null`).Scan(&due)
	return due, wrap("find the next snooze that ends", err)
}

// remove deletes the text of a notification and of its causes, but keeps their rows
// until sweep, so that the keys are not accepted again. It reports whether the user
// has it.
func remove(ctx context.Context, tx pgx.Tx, userID, id, seq int64, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $3, change = 'removed', removed_at = $4, title = '', message = '', url = '', data = '{}', snoozed_until = null
		 where id = $2 and user_id = $1 and removed_at is null`, userID, id, seq, now)
	if err != nil || done.RowsAffected() == 0 {
		return false, wrap("remove the notification", err)
	}
	_, err = tx.Exec(ctx, `
		update notify.causes
		   set withdrawn = true, title = '', titles = '', message = '', url = '', data = '{}'
		 where notification_id = $1`, id)
	return true, wrap("remove the causes", err)
}

// sweep deletes notifications that were removed before a time.
func sweep(ctx context.Context, db postgres.Queryer, before time.Time) error {
	_, err := db.Exec(ctx, `delete from notify.notifications where removed_at < $1`, before)
	return wrap("delete removed notifications", err)
}
