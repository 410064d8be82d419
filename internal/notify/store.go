package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/wire"
)

// isUnread is the condition for a notification that counts as unread.
const isUnread = ` shown and removed_at is null and read_at is null and snoozed_until is null`

// noticeColumns are read by scanNotice.
const noticeColumns = `id, type, title, message, url, data, read_at is not null, snoozed_until, created_at, actors`

// nextSeq increments and returns the user's seq. It locks the user's row, so that
// other changes of their notifications wait until the transaction ends. The error
// is 404 if there is no such user.
func nextSeq(ctx context.Context, tx pgx.Tx, userID int64) (seq int64, err error) {
	err = tx.QueryRow(ctx, `
		insert into notify.people as p (user_id, seq)
		values ($1, 1)
		on conflict (user_id) do update set seq = p.seq + 1
		returning seq`, userID).Scan(&seq)
	if postgres.Violates(err, "people_user_id_fkey") {
		return 0, fault.NotFound()
	}
	return seq, wrap("take the user's next seq", err)
}

// storeUnread counts what is unread after the change with the seq, and stores the
// count with the user and with the notifications that changed. It counts to
// maxUnread at most, so that the cost of a change does not grow with what the user
// leaves unread.
func storeUnread(ctx context.Context, tx pgx.Tx, userID, seq int64) error {
	_, err := tx.Exec(ctx, `
		with counted as (
		  select count(*) as unread
		    from (select from notify.notifications where user_id = $1 and`+isUnread+` limit $3) unread
		), person as (
		  update notify.people p set unread = counted.unread from counted where p.user_id = $1 returning p.unread
		)
		update notify.notifications n
		   set unread_after = person.unread
		  from person
		 where n.user_id = $1 and n.seq = $2`, userID, seq, maxUnread)
	return wrap("count what is unread", err)
}

// userState is the state of a user's notifications.
type userState struct {
	seq        int64 // of the latest change
	allReadSeq int64 // of the latest "mark all as read"
	unread     int
}

// userStateOf returns the user's state, or the zero value if the user never had a
// notification.
func userStateOf(ctx context.Context, db postgres.Queryer, userID int64) (s userState, err error) {
	err = db.QueryRow(ctx, `select seq, all_read_seq, unread from notify.people where user_id = $1`, userID).
		Scan(&s.seq, &s.allReadSeq, &s.unread)
	if errors.Is(err, pgx.ErrNoRows) {
		return userState{}, nil
	}
	return s, wrap("count what is unread", err)
}

// seqsOf returns the latest seqs of those of the users who have notifications.
func seqsOf(ctx context.Context, db postgres.Queryer, userIDs []int64) (map[int64]int64, error) {
	rows, err := db.Query(ctx, `select user_id, seq from notify.people where user_id = any ($1)`, userIDs)
	if err != nil {
		return nil, fmt.Errorf("read the latest seqs: %w", err)
	}
	seqs := map[int64]int64{}
	var userID, seq int64
	_, err = pgx.ForEachRow(rows, []any{&userID, &seq}, func() error {
		seqs[userID] = seq
		return nil
	})
	return seqs, wrap("read the latest seqs", err)
}

// changesSince returns the user's notifications that changed after the seq after and
// up to now.seq, by seq; without those that "mark all as read" changed, for which
// there is one event. If there are more than maxChanges, it returns the latest.
func changesSince(ctx context.Context, db postgres.Queryer, userID, after int64, now userState) ([]noticeChange, error) {
	rows, err := db.Query(ctx, `
		select * from (
		  select `+noticeColumns+`, seq, created_seq, change, unread_after, shown
		    from notify.notifications
		   where user_id = $1 and seq > $2 and seq <= $3 and (seq <> $4 or change <> 'read')
		   order by seq desc, id desc
		   limit $5) latest
		 order by seq, id`, userID, after, now.seq, now.allReadSeq, maxChanges)
	if err != nil {
		return nil, fmt.Errorf("read what changed: %w", err)
	}
	changes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ch noticeChange, err error) {
		ch.Notice, err = scanNotice(row, &ch.seq, &ch.createdSeq, &ch.kind, &ch.unread, &ch.shown)
		return ch, err
	})
	return changes, wrap("read what changed", err)
}

// noticesOf returns the user's notifications, newest first.
func noticesOf(ctx context.Context, db postgres.Queryer, userID int64, f Filter) ([]Notice, error) {
	where := ` and snoozed_until is null`
	if f.Snoozed {
		where = ` and snoozed_until is not null`
	}
	if f.Unread {
		where += ` and read_at is null`
	}
	rows, err := db.Query(ctx, `
		select `+noticeColumns+`
		  from notify.notifications
		 where user_id = $1 and shown and removed_at is null and id > $2 and ($3::bigint = 0 or id < $3)`+where+`
		 order by id desc
		 limit $4`, userID, f.After, f.Before, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("read notifications: %w", err)
	}
	notices, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Notice, error) { return scanNotice(row) })
	return notices, wrap("read notifications", err)
}

// noticeOf returns one of the user's own notifications, or 404 if there is none.
func noticeOf(ctx context.Context, db postgres.Queryer, userID, id int64) (Notice, error) {
	n, err := scanNotice(db.QueryRow(ctx, `
		select `+noticeColumns+`
		  from notify.notifications
		 where id = $2 and user_id = $1 and removed_at is null`, userID, id))
	return n, orNotFound("read the notification", err)
}

// whyOf returns why the user got one of their own notifications, or 404 if there is
// none.
func whyOf(ctx context.Context, db postgres.Queryer, userID, id int64) (w Why, err error) {
	err = db.QueryRow(ctx, `
		select why from notify.notifications where id = $2 and user_id = $1 and removed_at is null`, userID, id).Scan(&w)
	return w, orNotFound("read why", err)
}

// scanNotice reads a row of noticeColumns. Of the actors it sets the ids only.
func scanNotice(row pgx.Row, more ...any) (n Notice, err error) {
	var created time.Time
	var snoozed *time.Time
	var actors []int64
	err = row.Scan(append([]any{&n.ID, &n.Type, &n.Title, &n.Message, &n.URL, &n.Data, &n.Read, &snoozed, &created, &actors}, more...)...)
	n.Body, n.SnoozedUntil, n.CreatedAt = n.Message, wire.TimeOrNil(snoozed), wire.Time(created)
	for _, id := range actors {
		n.Actors = append(n.Actors, account.Profile{ID: id})
	}
	return n, err
}

// preferencesOf returns the user's preferences, or the defaults.
func preferencesOf(ctx context.Context, db postgres.Queryer, userID int64) (Preferences, error) {
	p := defaultPreferences()
	var chosen map[Type]Channels
	var from, to, zone *string
	err := db.QueryRow(ctx, `
		select types, quiet_from, quiet_to, time_zone from notify.preferences where user_id = $1`, userID).
		Scan(&chosen, &from, &to, &zone)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, nil
	}
	maps.Copy(p.Types, chosen)
	if from != nil {
		p.QuietHours = &QuietHours{From: *from, To: *to, TimeZone: *zone}
	}
	return p, wrap("read the preferences", err)
}

func savePreferences(ctx context.Context, db postgres.Queryer, userID int64, p Preferences) error {
	types, err := json.Marshal(p.Types)
	if err != nil {
		return err
	}
	q := p.QuietHours
	if q == nil {
		q = &QuietHours{}
	}
	_, err = db.Exec(ctx, `
		insert into notify.preferences (user_id, types, quiet_from, quiet_to, time_zone)
		values ($1, $2, nullif($3, ''), nullif($4, ''), nullif($5, ''))
		on conflict (user_id) do update
		   set types = excluded.types, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, time_zone = excluded.time_zone`,
		userID, types, q.From, q.To, q.TimeZone)
	return wrap("store the preferences", err)
}

// orNotFound returns 404 for pgx.ErrNoRows, and other errors as wrap does.
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
