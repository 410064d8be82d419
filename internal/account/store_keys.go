package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// found is a person and the session or token that led to them.
type found struct {
	user    User
	id      int64     // of the session or token
	expires time.Time // zero: never
	touch   bool      // last seen more than a minute ago
}

func (s store) insertSession(ctx context.Context, userID int64, hash []byte, from Client) (found, error) {
	var f found
	err := s.db.QueryRow(ctx, `
		insert into account.sessions (user_id, hash, user_agent, address, expires_at)
		values ($1, $2, $3, $4, now() + $5::interval)
		returning id, expires_at`, userID, hash, from.UserAgent, from.Address, sessionLife).Scan(&f.id, &f.expires)
	if err != nil {
		return found{}, fmt.Errorf("begin the session: %w", err)
	}
	return f, nil
}

// session finds a session that is not over; false: there is none.
func (s store) session(ctx context.Context, hash []byte) (found, bool, error) {
	var f found
	var err error
	f.user, err = scanUser(s.db.QueryRow(ctx, `
		select `+userColumns+`, s.id, s.expires_at, s.last_seen_at < now() - $2::interval
		  from account.sessions s
		  join account.users u on u.id = s.user_id
		 where s.hash = $1
		   and s.expires_at > now()`, hash, touchEvery), &f.id, &f.expires, &f.touch)
	return foundOrNot(f, "find the session", err)
}

// touchSession moves the session's end, and returns it; of several at once one
// does, and the others get the zero time.
func (s store) touchSession(ctx context.Context, id int64) (expires time.Time, err error) {
	err = s.db.QueryRow(ctx, `
		with touched as (
			update account.sessions
			   set last_seen_at = now(), expires_at = now() + $3::interval
			 where id = $1
			   and last_seen_at < now() - $2::interval
			returning user_id, expires_at),
		seen as (
			update account.users u
			   set last_seen_at = now()
			  from touched t
			 where u.id = t.user_id)
		select expires_at
		  from touched`, id, touchEvery, sessionLife).Scan(&expires)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, fmt.Errorf("touch the session: %w", err)
	}
	return expires, nil
}

// sessions lists a person's sessions that are not over, the last used first.
func (s store) sessions(ctx context.Context, userID int64) ([]Session, error) {
	rows, err := s.db.Query(ctx, `
		select id, user_agent, address, created_at, last_seen_at
		  from account.sessions
		 where user_id = $1
		   and expires_at > now()
		 order by last_seen_at desc, id desc`, userID)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Session])
}

// standing returns which of the sessions and tokens there are, and not over.
func (s store) standing(ctx context.Context, sessions, tokens []int64) (sessionsLeft, tokensLeft []int64, err error) {
	err = s.db.QueryRow(ctx, `
		select array(select id from account.sessions where id = any ($1) and expires_at > now()),
		       array(select id from account.tokens where id = any ($2) and (expires_at is null or expires_at > now()))`, sessions, tokens).Scan(&sessionsLeft, &tokensLeft)
	if err != nil {
		return nil, nil, fmt.Errorf("look which sessions stand: %w", err)
	}
	return sessionsLeft, tokensLeft, nil
}

// deleteSession says whether it was there, and theirs.
func (s store) deleteSession(ctx context.Context, userID, id int64) (bool, error) {
	tag, err := s.db.Exec(ctx, `
		delete from account.sessions
		 where id = $2
		   and user_id = $1`, userID, id)
	if err != nil {
		return false, fmt.Errorf("end the session: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// deleteSessionsBut ends all of a person's sessions but one, and returns which.
func (s store) deleteSessionsBut(ctx context.Context, userID, keep int64) ([]int64, error) {
	rows, err := s.db.Query(ctx, `
		delete from account.sessions
		 where user_id = $1
		   and id <> $2
		returning id`, userID, keep)
	if err != nil {
		return nil, fmt.Errorf("end the other sessions: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// lockUser lets transactions that add to what a person has take turns.
func (s store) lockUser(ctx context.Context, userID int64) error {
	_, err := s.db.Exec(ctx, `
		select
		  from account.users
		 where id = $1
		   for no key update`, userID)
	if err != nil {
		return fmt.Errorf("lock the person: %w", err)
	}
	return nil
}

// insertToken adds a token, unless the person has mostTokens: room is false.
// Call it under the person's lock.
func (s store) insertToken(ctx context.Context, userID int64, name string, hash []byte, expires *time.Time) (t Token, room bool, err error) {
	t = Token{Name: name, ExpiresAt: expires}
	err = s.db.QueryRow(ctx, `
		insert into account.tokens (user_id, name, hash, expires_at)
		select $1, $2, $3, $4
		 where (select count(*) from account.tokens where user_id = $1 and (expires_at is null or expires_at > now())) < $5
		returning id, created_at`, userID, name, hash, expires, mostTokens).Scan(&t.ID, &t.CreatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Token{}, false, nil
	}
	if err != nil {
		return Token{}, false, fmt.Errorf("make the token: %w", err)
	}
	return t, true, nil
}

// token finds a token that has not expired; false: there is none.
func (s store) token(ctx context.Context, hash []byte) (found, bool, error) {
	var f found
	var err error
	var expires *time.Time
	f.user, err = scanUser(s.db.QueryRow(ctx, `
		select `+userColumns+`, t.id, t.expires_at, coalesce(t.last_used_at < now() - $2::interval, true)
		  from account.tokens t
		  join account.users u on u.id = t.user_id
		 where t.hash = $1
		   and (t.expires_at is null or t.expires_at > now())`, hash, touchEvery), &f.id, &expires, &f.touch)
	if expires != nil {
		f.expires = *expires
	}
	return foundOrNot(f, "find the token", err)
}

func (s store) touchToken(ctx context.Context, id int64) error {
	_, err := s.db.Exec(ctx, `
		update account.tokens
		   set last_used_at = now()
		 where id = $1
		   and coalesce(last_used_at < now() - $2::interval, true)`, id, touchEvery)
	if err != nil {
		return fmt.Errorf("touch the token: %w", err)
	}
	return nil
}

// tokens lists a person's tokens, the newest first.
func (s store) tokens(ctx context.Context, userID int64) ([]Token, error) {
	rows, err := s.db.Query(ctx, `
		select id, name, created_at, last_used_at, expires_at
		  from account.tokens
		 where user_id = $1
		   and (expires_at is null or expires_at > now())
		 order by id desc`, userID)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Token])
}

// deleteTokens revokes all of a person's tokens, and returns which.
func (s store) deleteTokens(ctx context.Context, userID int64) ([]int64, error) {
	rows, err := s.db.Query(ctx, `
		delete from account.tokens
		 where user_id = $1
		returning id`, userID)
	if err != nil {
		return nil, fmt.Errorf("revoke the tokens: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// deleteToken says whether it was there, and theirs.
func (s store) deleteToken(ctx context.Context, userID, id int64) (bool, error) {
	tag, err := s.db.Exec(ctx, `
		delete from account.tokens
		 where id = $2
		   and user_id = $1`, userID, id)
	if err != nil {
		return false, fmt.Errorf("revoke the token: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// insertTicket makes a ticket that goes with the session or the token. False:
// that has ended meanwhile.
func (s store) insertTicket(ctx context.Context, hash []byte, sessionID, tokenID int64) (expires time.Time, ok bool, err error) {
	err = s.db.QueryRow(ctx, `
		insert into account.tickets (hash, user_id, session_id, token_id, expires_at)
		select $1, k.user_id, k.session_id, k.token_id, now() + $4::interval
		  from (select user_id, id as session_id, null::bigint as token_id from account.sessions where id = $2
		        union all
		        select user_id, null, id from account.tokens where id = $3) k
		returning expires_at`, hash, sessionID, tokenID, ticketLife).Scan(&expires)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("make the ticket: %w", err)
	}
	return expires, true, nil
}

// takeTicket uses a ticket up. False: there is none, or it or its session is
// over. Exactly one of two that use it at once gets it.
func (s store) takeTicket(ctx context.Context, hash []byte) (f found, isToken, ok bool, err error) {
	var expires *time.Time
	f.user, err = scanUser(s.db.QueryRow(ctx, `
		with used as (
			delete from account.tickets
			 where hash = $1
			returning user_id, session_id, token_id, expires_at)
		select `+userColumns+`, coalesce(t.session_id, t.token_id), t.token_id is not null, coalesce(s.expires_at, k.expires_at)
		  from used t
		  join account.users u on u.id = t.user_id
		  left join account.sessions s on s.id = t.session_id
		  left join account.tokens k on k.id = t.token_id
		 where t.expires_at > now()
		   and (t.session_id is null or s.expires_at > now())
		   and (k.expires_at is null or k.expires_at > now())`, hash), &f.id, &isToken, &expires)
	if expires != nil {
		f.expires = *expires
	}
	f, ok, err = foundOrNot(f, "use the ticket", err)
	return f, isToken, ok, err
}

func foundOrNot(f found, doing string, err error) (found, bool, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return found{}, false, nil
	}
	if err != nil {
		return found{}, false, fmt.Errorf("%s: %w", doing, err)
	}
	return f, true, nil
}
