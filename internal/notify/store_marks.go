package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/postgres"
)

// markRead says whether the notification was unread. One that slept wakes.
func markRead(ctx context.Context, tx pgx.Tx, userID, id, seq int64, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $3, change = 'read', read_at = $4, snoozed_until = null
		 where id = $2 and user_id = $1 and removed_at is null and read_at is null`, userID, id, seq, now)
	return done.RowsAffected() > 0, wrap("mark as read", err)
}

// markAllRead leaves out those that sleep: they come back. It reports whether
// there was one to read.
func markAllRead(ctx context.Context, tx pgx.Tx, userID, seq int64, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $2, change = 'read', read_at = $3
		 where user_id = $1 and`+open, userID, seq, now)
	if err != nil || done.RowsAffected() == 0 {
		return false, wrap("mark all as read", err)
	}
	_, err = tx.Exec(ctx, `update notify.people set all_read_seq = $2 where user_id = $1`, userID, seq)
	return true, wrap("mark all as read", err)
}

// hasUnread says whether markTopicRead has something to do.
func hasUnread(ctx context.Context, db postgres.Queryer, userID int64, topic string, upto int64) (has bool, err error) {
	err = db.QueryRow(ctx, `
		select exists (
		  select from notify.notifications
		   where user_id = $1 and topic = $2 and topic_seq <= $3 and read_at is null and removed_at is null)`, userID, topic, upto).Scan(&has)
	return has, wrap("look for what is unread", err)
}

func markTopicRead(ctx context.Context, tx pgx.Tx, userID int64, topic string, upto, seq int64, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $4, change = 'read', read_at = $5, snoozed_until = null
		 where user_id = $1 and topic = $2 and topic_seq <= $3 and read_at is null and removed_at is null`, userID, topic, upto, seq, now)
	return done.RowsAffected() > 0, wrap("mark a topic as read", err)
}

// snooze says whether the notification is there. It is unread when it wakes, and
// stands alone: more of its group may have come meanwhile.
func snooze(ctx context.Context, tx pgx.Tx, userID, id, seq int64, until time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $3, change = 'snoozed', snoozed_until = $4, read_at = null, group_key = null
		 where id = $2 and user_id = $1 and removed_at is null`, userID, id, seq, until)
	return done.RowsAffected() > 0, wrap("snooze", err)
}

// wake says whether the notification slept.
func wake(ctx context.Context, tx pgx.Tx, userID, id, seq int64) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $3, change = 'woken', snoozed_until = null
		 where id = $2 and user_id = $1 and snoozed_until is not null`, userID, id, seq)
	return done.RowsAffected() > 0, wrap("wake", err)
}

// wakeDue wakes what has slept long enough. Of several nodes that try at once
// one finds something.
func wakeDue(ctx context.Context, tx pgx.Tx, userID, seq int64, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		update notify.notifications
		   set seq = $2, change = 'woken', snoozed_until = null
		 where user_id = $1 and snoozed_until <= $3`, userID, seq, now)
	return done.RowsAffected() > 0, wrap("wake what is due", err)
}

// sleepersDue are the people for whom something has slept long enough.
func sleepersDue(ctx context.Context, db postgres.Queryer, now time.Time) ([]int64, error) {
	rows, err := db.Query(ctx, `
		select distinct user_id from notify.notifications where snoozed_until <= $1 order by user_id limit 1000`, now)
	if err != nil {
		return nil, fmt.Errorf("look for what is due: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return people, wrap("look for what is due", err)
}

// nextDue is when the next wakes; nil: all are awake.
func nextDue(ctx context.Context, db postgres.Queryer) (due *time.Time, err error) {
	err = db.QueryRow(ctx, `select min(snoozed_until) from notify.notifications where snoozed_until is not null`).Scan(&due)
	return due, wrap("look for what is due next", err)
}

// remove leaves the notification's place and keys, and nothing of what it said.
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
	return true, wrap("remove what it told of", err)
}

// sweep forgets what was removed before.
func sweep(ctx context.Context, db postgres.Queryer, before time.Time) error {
	_, err := db.Exec(ctx, `delete from notify.notifications where removed_at < $1`, before)
	return wrap("forget what was removed", err)
}
