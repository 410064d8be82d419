package app

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/socket"
	"hubbub/web"
)

// identifyRequest gives the request an id, by which its log lines are found. The id
// is not a secret, so it is not worth the system call of a secure random number.
func identifyRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := strconv.FormatUint(rand.Uint64(), 36)
		c.SetRequest(c.Request().WithContext(withRequestID(c.Request().Context(), id)))
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		return next(c)
	}
}

// logRequests writes one log line for each request: at info level for statuses 400
// to 499, else at debug level. For statuses of 500 and above action.ErrorHandler has
// logged the error already. The line has neither query nor body: they may contain secrets.
func (a *App) logRequests(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		took, status := time.Since(began), c.Response().Status
		a.metrics.observeRequest(c, took)
		level := slog.LevelDebug
		if status >= http.StatusBadRequest && status < http.StatusInternalServerError {
			level = slog.LevelInfo
		}
		ctx := c.Request().Context()
		if !a.config.Log.Enabled(ctx, level) {
			return nil
		}
		attrs := []slog.Attr{
			slog.String("method", c.Request().Method), slog.String("route", c.Path()), slog.Int("status", status),
			slog.Duration("took", took), slog.String("transport", transport(c.Request())), slog.String("address", c.RealIP()),
		}
		if err != nil {
			attrs = append(attrs, slog.String("refused", action.FaultOf(err).Error()))
		}
		a.config.Log.LogAttrs(ctx, level, "request", attrs...)
		return nil
	}
}

// recoverPanics turns a panic into an error: it is answered with 500, logged with
// its stack and the request's ids, and counted.
func (a *App) recoverPanics() echo.MiddlewareFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		LogErrorFunc: func(_ echo.Context, err error, stack []byte) error {
			a.metrics.countPanic("request")
			return fmt.Errorf("panic: %w\n%s", err, stack)
		},
	})
}

// abortPanics catches a panic outside recoverPanics: in the middleware around it, or
// on the operations port. It logs the panic and closes the request's connection.
func (a *App) abortPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.guard.Do("http", func() { next.ServeHTTP(w, r) }) != nil {
			panic(http.ErrAbortHandler) // net/http closes the connection and logs nothing
		}
	})
}

func transport(r *http.Request) string {
	if socket.IsVirtual(r) {
		return "socket"
	}
	return "http"
}

// hstsAge is how long browsers use only https for this host: one year.
const hstsAge = "max-age=31536000"

// secure sets the security headers. The reply to a virtual request has none.
func (a *App) secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if header := c.Response().Header(); !socket.IsVirtual(c.Request()) {
			web.SecureHeaders(header)
			if a.config.BaseURL != nil && a.config.BaseURL.Scheme == "https" {
				header.Set(echo.HeaderStrictTransportSecurity, hstsAge)
			}
		}
		return next(c)
	}
}

// neverStore keeps the responses of pages and actions out of every cache: they
// depend on the session, and the back button must not show them after a sign-out.
// Responses to POST have no lifetime, so no cache stores them (RFC 9111 §3). With
// "no-store", Chromium reports no timing of one whose body is not read, and the
// page's socket would miss a sign-in.
func neverStore(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if method := c.Request().Method; method == http.MethodGet || method == http.MethodHead {
			c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		}
		return next(c)
	}
}

// refuseCrossSite answers 403 to a write that a page of another site makes with our
// cookie (net/http.CrossOriginProtection).
func (a *App) refuseCrossSite() echo.MiddlewareFunc {
	guard := http.NewCrossOriginProtection()
	for _, origin := range a.config.AllowedOrigins {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			a.config.Log.Warn("the allowed origin is invalid, its writes are refused", "origin", origin, "error", err)
		}
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := guard.Check(c.Request()); err != nil {
				return fault.Forbidden("This request came from another site.").WithCause(err)
			}
			return next(c)
		}
	}
}

// allowOrigins sets the CORS headers for the configured origins.
func (a *App) allowOrigins() echo.MiddlewareFunc {
	return middleware.CORSWithConfig(middleware.CORSConfig{
		Skipper:          func(echo.Context) bool { return len(a.config.AllowedOrigins) == 0 },
		AllowOriginFunc:  func(origin string) (bool, error) { return slices.Contains(a.config.AllowedOrigins, origin), nil },
		AllowMethods:     []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowCredentials: true,
		ExposeHeaders:    []string{"X-Seq", "X-Reset", "X-Query", "Retry-After", "Location"},
	})
}

// readZone puts the time zone into the request's context. It is in the cookie tz,
// which core/times.js sets.
func readZone(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if cookie, err := c.Cookie("tz"); err == nil {
			name, _ := url.PathUnescape(cookie.Value)
			if zone, err := time.LoadLocation(name); err == nil && name != "Local" {
				c.SetRequest(c.Request().WithContext(web.WithZone(c.Request().Context(), zone)))
			}
		}
		return next(c)
	}
}
