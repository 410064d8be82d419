package account

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"hubbub/internal/live/hub"
)

// cookieLife is the longest time that browsers keep a cookie. The database decides when the
// session ends, so the cookie is never renewed.
const cookieLife = 400 * 24 * time.Hour

// Middleware identifies the caller and puts the Caller into the request's context. A virtual
// request already has the one of its socket's handshake.
func (s *Service) Middleware() echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if hub.ConnFromContext(r.Context()) != nil {
				return next(c)
			}
			who, signedIn, err := s.Identify(r.Context(), r)
			if err != nil {
				return err
			}
			if signedIn {
				c.SetRequest(r.WithContext(WithCaller(r.Context(), who)))
			} else if isPage(r) {
				s.dropStaleCookie(c)
			}
			return next(c)
		}
	}
}

func isPage(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Path != socketPath && !strings.HasPrefix(r.URL.Path, "/api/")
}

func (s *Service) dropStaleCookie(c echo.Context) {
	if _, err := c.Cookie(s.cookieName(c.Request())); err == nil {
		s.dropCookie(c)
	}
}

func (s *Service) setCookie(c echo.Context, secret string) {
	cookie := s.cookie(c.Request(), secret)
	cookie.MaxAge = int(cookieLife.Seconds())
	c.SetCookie(cookie)
}

func (s *Service) dropCookie(c echo.Context) {
	cookie := s.cookie(c.Request(), "")
	cookie.MaxAge = -1
	c.SetCookie(cookie)
}

func (s *Service) cookie(r *http.Request, value string) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(r), Value: value, Path: "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure(r),
	}
}

func clientOf(c echo.Context) Client {
	return Client{Address: c.RealIP(), UserAgent: c.Request().UserAgent()}
}
