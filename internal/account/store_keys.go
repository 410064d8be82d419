package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// credential is a session or token, with its user.
type credential struct {
	user    User
	id      int64     // of the session or token
	expires time.Time // zero: never
	touch   bool      // its last use was recorded more than a minute ago
}

func (s store) insertSession(ctx context.Context, userID int64, hash []byte, from Client) (credential, error) {
	var f credential
	err := s.db.QueryRow(ctx, `
		insert into account.sessions (user_id, hash, user_agent, address, expires_at)
		values ($1, $2, $3, $4, now() + $5::interval)
		returning id, expires_at`, userID, hash, from.UserAgent, from.Address, sessionLife).Scan(&f.id, &f.expires)
	if err != nil {
		return credential{}, fmt.Errorf("insert the session: %w", err)
	}
	return f, nil
}

// sessionByHash returns a session that has not ended; false if there is none.
func (s store) sessionByHash(ctx context.Context, hash []byte) (credential, bool, error) {
	var f credential
	var err error
	f.user, err = scanUser(s.db.QueryRow(ctx, `
		select `+userColumns+`, s.id, s.expires_at, s.last_seen_at < now() - $2::interval
		  from account.sessions s
		  join account.users u on u.id = s.user_id
		 where s.hash = $1
		   and s.expires_at > now()`, hash, touchEvery), &f.id, &f.expires, &f.touch)
	return credentialOrNot(f, "find the session", err)
}

// touchSession extends the session and returns its new end. Of several concurrent calls one
// does; the others return the zero time.
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

// sessions returns a user's sessions that have not ended, the last used first.
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

// validKeys returns which of the sessions and tokens exist and have not expired.
func (s store) validKeys(ctx context.Context, sessions, tokens []int64) (sessionsLeft, tokensLeft []int64, err error) {
	err = s.db.QueryRow(ctx, `
		select array(select id from account.sessions where id = any ($1) and expires_at > now()),
		       array(select id from account.tokens where id = any ($2) and (expires_at is null or expires_at > now()))`, sessions, tokens).Scan(&sessionsLeft, &tokensLeft)
	if err != nil {
		return nil, nil, fmt.Errorf("find valid sessions and tokens: %w", err)
	}
	return sessionsLeft, tokensLeft, nil
}

// deleteSession reports whether the user had that session.
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

// deleteOtherSessions deletes all sessions of a user but one, and returns their ids.
func (s store) deleteOtherSessions(ctx context.Context, userID, keep int64) ([]int64, error) {
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

// lockUser serializes the transactions that insert tokens of a user.
func (s store) lockUser(ctx context.Context, userID int64) error {
	_, err := s.db.Exec(ctx, `
		select
		  from account.users
		 where id = $1
		   for no key update`, userID)
	if err != nil {
		return fmt.Errorf("lock the user: %w", err)
	}
	return nil
}

// insertToken adds a token, unless the user already has maxTokens, and reports whether it did.
// The caller must hold the user's lock.
func (s store) insertToken(ctx context.Context, userID int64, name string, hash []byte, expires *time.Time) (t Token, inserted bool, err error) {
	t = Token{Name: name, ExpiresAt: expires}
	err = s.db.QueryRow(ctx, `
		insert into account.tokens (user_id, name, hash, expires_at)
		select $1, $2, $3, $4
		 where (select count(*) from account.tokens where user_id = $1 and (expires_at is null or expires_at > now())) < $5
		returning id, created_at`, userID, name, hash, expires, maxTokens).Scan(&t.ID, &t.CreatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Token{}, false, nil
	}
	if err != nil {
		return Token{}, false, fmt.Errorf("insert the token: %w", err)
	}
	return t, true, nil
}

// tokenByHash returns a token that has not expired; false if there is none.
func (s store) tokenByHash(ctx context.Context, hash []byte) (credential, bool, error) {
	var f credential
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
	return credentialOrNot(f, "find the token", err)
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

// tokens returns a user's tokens, the newest first.
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

// deleteTokens deletes all tokens of a user, and returns their ids.
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

// deleteToken reports whether the user had that token.
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

// insertTicket creates a ticket that ends with the session or the token; false if that has
// ended in the meantime.
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
		return time.Time{}, false, fmt.Errorf("insert the ticket: %w", err)
	}
	return expires, true, nil
}

// consumeTicket deletes a ticket and returns its session or token; false if there is none, or
// one of them has expired. Of several concurrent calls exactly one gets it.
func (s store) consumeTicket(ctx context.Context, hash []byte) (f credential, isToken, ok bool, err error) {
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
	f, ok, err = credentialOrNot(f, "use the ticket", err)
	return f, isToken, ok, err
}

func credentialOrNot(f credential, doing string, err error) (credential, bool, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return credential{}, false, nil
	}
	if err != nil {
		return credential{}, false, fmt.Errorf("%s: %w", doing, err)
	}
	return f, true, nil
}
