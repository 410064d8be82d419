package account

import (
	"context"
	"net/http"
	"strings"
	"time"

	"hubbub/internal/fault"
)

const (
	cookieName       = "hubbub_session"
	secureCookieName = "__Host-" + cookieName // browsers let no other host set it (RFC 6265bis §4.1.3.2)
	socketPath       = "/socket"              // the one place where a ticket counts
)

// HasCredential reports whether the request has a token, a ticket or a session's
// cookie, good or bad. It asks no database.
func (s *Service) HasCredential(r *http.Request) bool {
	if _, given := bearer(r); given || hasTicket(r) {
		return true
	}
	_, err := r.Cookie(s.cookieName(r))
	return err == nil
}

// cookieName is the only name that counts for this request: over https a cookie
// of the plain name may come from another host of the domain.
func (s *Service) cookieName(r *http.Request) string {
	if s.Secure(r) {
		return secureCookieName
	}
	return cookieName
}

func hasTicket(r *http.Request) bool {
	return r.URL.Path == socketPath && r.URL.Query().Has("ticket")
}

// Identify says who is calling, by the first of these that the request has:
// a bearer token, a ticket (for the socket only, and used up by this), the
// session's cookie. False: nobody. A bad token or ticket is 401, whatever else
// was sent; a cookie of a session that is over is as good as none.
func (s *Service) Identify(ctx context.Context, r *http.Request) (Caller, bool, error) {
	c, known, err := s.byToken(ctx, r)
	if err != nil {
		return Caller{}, false, err
	}
	byTicket, withTicket, err := s.byTicket(ctx, r)
	switch {
	case err != nil:
		return Caller{}, false, err
	case known:
		return c, true, nil
	case withTicket:
		return byTicket, true, nil
	}
	return s.byCookie(ctx, r)
}

func (s *Service) byToken(ctx context.Context, r *http.Request) (Caller, bool, error) {
	secret, given := bearer(r)
	if !given {
		return Caller{}, false, nil
	}
	f, ok, err := s.store.token(ctx, hashed(secret))
	if err != nil {
		return Caller{}, false, err
	}
	if !ok {
		return Caller{}, false, fault.New(http.StatusUnauthorized, "The token is not valid. It may have expired, or been revoked.")
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
	f, isToken, ok, err := s.store.takeTicket(ctx, hashed(r.URL.Query().Get("ticket")))
	if err != nil {
		return Caller{}, false, err
	}
	if !ok {
		return Caller{}, false, fault.New(http.StatusUnauthorized, "The ticket is not valid. It works once, for a minute.")
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
	f, ok, err := s.store.session(ctx, hashed(cookie.Value))
	if err != nil || !ok {
		return Caller{}, false, err
	}
	if f.touch {
		moved, err := s.store.touchSession(ctx, f.id)
		if err != nil {
			return Caller{}, false, err
		}
		f.expires = later(f.expires, moved)
	}
	return Caller{User: f.user, Session: sessionKey(f.id), Expires: f.expires}, true, nil
}

// bearer returns the token of the Authorization header. Other schemes, of a
// proxy in front of us say, are none of our business.
func bearer(r *http.Request) (secret string, given bool) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(secret), strings.EqualFold(scheme, "Bearer")
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
