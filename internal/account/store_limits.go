package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// reached returns how long until the limit leaves room again; 0: it does now.
func (s store) reached(ctx context.Context, l limit) (wait time.Duration, err error) {
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

func (s store) insertAttempts(ctx context.Context, subjects []string) error {
	_, err := s.db.Exec(ctx, `
		insert into account.attempts (subject)
		select unnest($1::text[])`, subjects)
	if err != nil {
		return fmt.Errorf("note the attempt: %w", err)
	}
	return nil
}

// deleteExpired removes what is over and returns the sessions among it.
func (s store) deleteExpired(ctx context.Context) (sessions []int64, err error) {
	rows, err := s.db.Query(ctx, `
		with tickets as (
			delete from account.tickets
			 where expires_at <= now()),
		attempts as (
			delete from account.attempts
			 where at <= now() - $1::interval)
		delete from account.sessions
		 where expires_at <= now()
		returning id`, longestWindow)
	if err != nil {
		return nil, fmt.Errorf("delete what has expired: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
