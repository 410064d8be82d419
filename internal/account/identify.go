package account

import (
	"context"
	"net/http"
	"strings"
	"time"

	"hubbub/internal/base/fault"
)

const (
	cookieName       = "hubbub_session"
	secureCookieName = "__Host-" + cookieName // browsers let no other host set it (RFC 6265bis §4.1.3.2)
	socketPath       = "/socket"              // the only path that accepts a ticket
)

// HasCredential reports whether the request has a token, a ticket or a session's cookie, valid
// or not. It does not query the database.
func (s *Service) HasCredential(r *http.Request) bool {
	if _, present := bearer(r); present || hasTicket(r) {
		return true
	}
	_, err := r.Cookie(s.cookieName(r))
	return err == nil
}

// cookieName returns the only cookie name that is accepted for this request. Over https, a
// cookie with the plain name may have been set by another host of the domain.
func (s *Service) cookieName(r *http.Request) string {
	if s.Secure(r) {
		return secureCookieName
	}
	return cookieName
}

func hasTicket(r *http.Request) bool {
	return r.URL.Path == socketPath && r.URL.Query().Has("ticket")
}

// Identify returns the caller, by the first of these that the request has: a bearer token, a
// ticket (on the socket's path only; it is used up), the session's cookie. It returns false
// for a guest. An invalid token or ticket is a 401, whatever else the request has; the cookie
// of an ended session is ignored.
func (s *Service) Identify(ctx context.Context, r *http.Request) (Caller, bool, error) {
	c, ok, err := s.byToken(ctx, r)
	if err != nil {
		return Caller{}, false, err
	}
	byTicket, withTicket, err := s.byTicket(ctx, r)
	switch {
	case err != nil:
		return Caller{}, false, err
	case ok:
		return c, true, nil
	case withTicket:
		return byTicket, true, nil
	}
	return s.byCookie(ctx, r)
}

func (s *Service) byToken(ctx context.Context, r *http.Request) (Caller, bool, error) {
	secret, present := bearer(r)
	if !present {
		return Caller{}, false, nil
	}
	f, ok, err := s.store.tokenByHash(ctx, hashSecret(secret))
	if err != nil {
		return Caller{}, false, err
	}
	if !ok {
		return Caller{}, false, fault.New(http.StatusUnauthorized, "This token isn’t valid. It may have expired, or someone revoked it.")
	}
	if f.touch {
		err = s.store.touchToken(ctx, f.id)
	}
	return Caller{User: f.user, Session: tokenKey(f.id), Expires: f.expires}, true, err
}

func (s *Service) byTicket(ctx context.Context, r *http.Request) (Caller, bool, error) {
	if !hasTicket(r) {
		return Caller{}, false, nil
	}
	f, isToken, ok, err := s.store.consumeTicket(ctx, hashSecret(r.URL.Query().Get("ticket")))
	if err != nil {
		return Caller{}, false, err
	}
	if !ok {
		return Caller{}, false, fault.New(http.StatusUnauthorized, "This ticket isn’t valid. A ticket works once, within a minute.")
	}
	key := sessionKey(f.id)
	if isToken {
		key = tokenKey(f.id)
	}
	return Caller{User: f.user, Session: key, Expires: f.expires}, true, nil
}

func (s *Service) byCookie(ctx context.Context, r *http.Request) (Caller, bool, error) {
	cookie, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return Caller{}, false, nil
	}
	f, ok, err := s.store.sessionByHash(ctx, hashSecret(cookie.Value))
	if err != nil || !ok {
		return Caller{}, false, err
	}
	if f.touch {
		moved, err := s.store.touchSession(ctx, f.id)
		if err != nil {
			return Caller{}, false, err
		}
		f.expires = latest(f.expires, moved)
	}
	return Caller{User: f.user, Session: sessionKey(f.id), Expires: f.expires}, true, nil
}

// bearer returns the token of the Authorization header. Other schemes, for example for a proxy
// in front of the program, are ignored.
func bearer(r *http.Request) (secret string, present bool) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(secret), strings.EqualFold(scheme, "Bearer")
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
