package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// waitTime returns how long until another attempt is within the limit; 0 if it is now.
func (s store) waitTime(ctx context.Context, l limit) (wait time.Duration, err error) {
	err = s.db.QueryRow(ctx, `
		select at + $2::interval - clock_timestamp()
		  from account.attempts
		 where subject = $1
		   and at > clock_timestamp() - $2::interval
		 order by at desc
		offset $3
		 limit 1`, l.subject, l.window, l.most-1).Scan(&wait)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("count attempts: %w", err)
	}
	return wait, nil
}

// lockAttempts serializes the transactions that count against one limit.
func (s store) lockAttempts(ctx context.Context, l limit) error {
	_, err := s.db.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 0))`, l.subject)
	if err != nil {
		return fmt.Errorf("lock attempts: %w", err)
	}
	return nil
}

// sessionAddresses returns the addresses from which the account with this email was signed in,
// for the hundred sessions used last.
func (s store) sessionAddresses(ctx context.Context, email string) ([]string, error) {
	rows, err := s.db.Query(ctx, `
		select s.address
		  from account.users u
		  join account.sessions s on s.user_id = u.id
		 where lower(u.email) = lower($1)
		   and s.expires_at > now()
		 order by s.last_seen_at desc
		 limit 100`, email)
	if err != nil {
		return nil, fmt.Errorf("find where the account is signed in: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func (s store) insertAttempts(ctx context.Context, subjects []string) error {
	_, err := s.db.Exec(ctx, `
		insert into account.attempts (subject)
		select unnest($1::text[])`, subjects)
	if err != nil {
		return fmt.Errorf("record the attempt: %w", err)
	}
	return nil
}

// deleteExpired deletes everything that has expired and returns the deleted sessions.
func (s store) deleteExpired(ctx context.Context) (sessions []int64, err error) {
	rows, err := s.db.Query(ctx, `
		with tickets as (
			delete from account.tickets
			 where expires_at <= now()),
		attempts as (
			delete from account.attempts
			 where at <= now() - $1::interval),
		tokens as (
			delete from account.tokens
			 where expires_at <= now())
		delete from account.sessions
		 where expires_at <= now()
		returning id`, longestWindow)
	if err != nil {
		return nil, fmt.Errorf("delete what has expired: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
