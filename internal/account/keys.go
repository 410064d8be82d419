package account

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/base/fault"
)

// sessionID returns 0 for a token's key; tokenID returns 0 for a session's.
func sessionID(key string) int64 { return idOf(key, "session:") }
func tokenID(key string) int64   { return idOf(key, "token:") }

func idOf(key, kind string) int64 {
	digits, ok := strings.CutPrefix(key, kind)
	if !ok {
		return 0
	}
	id, _ := strconv.ParseInt(digits, 10, 64) // the keys are our own; 0 for anything else
	return id
}

// SignOut ends the caller's session and closes its sockets. For a caller with a token it is a
// 400: tokens are revoked by their owner.
func (s *Service) SignOut(ctx context.Context, c Caller) error {
	id := sessionID(c.Session)
	if id == 0 {
		return fault.Malformed("You can’t sign out with a token. Revoke it instead.")
	}
	if _, err := s.store.deleteSession(ctx, c.ID, id); err != nil {
		return err
	}
	s.closeSockets(c.Session)
	return nil
}

// Sessions returns the caller's sessions, the last used first.
func (s *Service) Sessions(ctx context.Context, c Caller) ([]Session, error) {
	return s.store.sessions(ctx, c.ID)
}

// ValidKeys returns which of the sessions and tokens, given as in Caller.Session, are still
// valid.
func (s *Service) ValidKeys(ctx context.Context, keys []string) (map[string]bool, error) {
	var sessions, tokens []int64
	for _, key := range keys {
		sessions, tokens = append(sessions, sessionID(key)), append(tokens, tokenID(key))
	}
	sessions, tokens, err := s.store.validKeys(ctx, sessions, tokens)
	standing := map[string]bool{}
	for _, id := range sessions {
		standing[sessionKey(id)] = true
	}
	for _, id := range tokens {
		standing[tokenKey(id)] = true
	}
	return standing, err
}

// RevokeSession ends one of the caller's sessions and closes its sockets.
func (s *Service) RevokeSession(ctx context.Context, c Caller, id int64) error {
	deleted, err := s.store.deleteSession(ctx, c.ID, id)
	if err != nil {
		return err
	}
	if !deleted {
		return fault.NotFound()
	}
	s.closeSessions([]int64{id})
	return nil
}

func (s *Service) closeSessions(ids []int64) {
	for _, id := range ids {
		s.closeSockets(sessionKey(id))
	}
}

// Tokens returns the caller's tokens, the newest first.
func (s *Service) Tokens(ctx context.Context, c Caller) ([]Token, error) {
	return s.store.tokens(ctx, c.ID)
}

// CreateToken creates a bearer token, which is valid until it expires (nil: never) or is
// revoked. The secret is returned only here. A user who has maxTokens gets a 409.
func (s *Service) CreateToken(ctx context.Context, c Caller, name string, expires *time.Time) (t Token, secret string, err error) {
	name = normalizeName(name)
	invalid := fieldFaults{}
	invalid.check("name", nameProblem(name))
	if expires != nil && time.Until(*expires) <= 0 {
		invalid.check("expiresAt", "must be in the future")
	}
	if err := invalid.err(); err != nil {
		return Token{}, "", err
	}
	secret = tokenPrefix + newSecret()
	err = inTx(ctx, s.db, func(tx store) error {
		if err := tx.lockUser(ctx, c.ID); err != nil {
			return err
		}
		var inserted bool
		if t, inserted, err = tx.insertToken(ctx, c.ID, name, hashSecret(secret), expires); err == nil && !inserted {
			err = fault.Conflict(fmt.Sprintf("You have %d tokens, which is the limit. Revoke one that you don’t need.", maxTokens))
		}
		return err
	})
	return t, secret, err
}

// RevokeToken deletes one of the caller's tokens and closes its sockets.
func (s *Service) RevokeToken(ctx context.Context, c Caller, id int64) error {
	deleted, err := s.store.deleteToken(ctx, c.ID, id)
	if err != nil {
		return err
	}
	if !deleted {
		return fault.NotFound()
	}
	s.closeSockets(tokenKey(id))
	return nil
}

// Ticket creates a single-use ticket for a handshake. The ticket, and the sockets opened with
// it, end with the caller's session or token.
func (s *Service) Ticket(ctx context.Context, c Caller) (ticket string, expires time.Time, err error) {
	ticket = newSecret()
	expires, ok, err := s.store.insertTicket(ctx, hashSecret(ticket), sessionID(c.Session), tokenID(c.Session))
	if err == nil && !ok {
		err = fault.SignInRequired()
	}
	return ticket, expires, err
}
