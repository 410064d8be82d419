package main

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

	"hubbub/internal/action"
	"hubbub/internal/fault"
	"hubbub/internal/socket"
	"hubbub/web"
)

// identifyRequest gives the request an id that ties its log lines together. It
// is no secret, so it need not cost a system call.
func identifyRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := strconv.FormatUint(rand.Uint64(), 36)
		c.SetRequest(c.Request().WithContext(withRequestID(c.Request().Context(), id)))
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		return next(c)
	}
}

// logRequests writes a line a request: what was refused at info level, the rest
// at debug level; what failed here has had its line from action.ErrorHandler.
// Neither query nor body is written: they may hold secrets.
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

// recoverPanics makes a panic an error like any other: 500, and whole in the
// log with the request's ids. It is counted.
func (a *App) recoverPanics() echo.MiddlewareFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		LogErrorFunc: func(_ echo.Context, err error, stack []byte) error {
			a.metrics.countPanic("request")
			return fmt.Errorf("panic: %w\n%s", err, stack)
		},
	})
}

// abortPanics is for a panic outside of recoverPanics: in the middleware around
// it, or on the operations port. The request's connection ends.
func (a *App) abortPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.guard.Do("http", func() { next.ServeHTTP(w, r) }) != nil {
			panic(http.ErrAbortHandler) // net/http ends the connection, and logs nothing more
		}
	})
}

func transport(r *http.Request) string {
	if socket.IsVirtual(r) {
		return "socket"
	}
	return "http"
}

// hstsAge is how long browsers keep to https: a year, as static files.
const hstsAge = "max-age=31536000"

// secure sets the security headers. A virtual request's reply has none.
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

// neverStore keeps answers of pages and actions out of every cache: they depend
// on who is signed in, and the back button must not show them after a sign-out.
// Answers to POST have no lifetime, so no cache stores them (RFC 9111 §3); with
// "no-store", Chromium would report no timing of one whose body is not read, and
// the page's socket would miss a sign-in.
func neverStore(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if method := c.Request().Method; method == http.MethodGet || method == http.MethodHead {
			c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		}
		return next(c)
	}
}

// refuseCrossSite refuses writes that a page of another site makes with our
// cookie (net/http.CrossOriginProtection): 403.
func (a *App) refuseCrossSite() echo.MiddlewareFunc {
	guard := http.NewCrossOriginProtection()
	for _, origin := range a.config.AllowedOrigins {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			a.config.Log.Warn("an allowed origin cannot be trusted with writes", "origin", origin, "error", err)
		}
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := guard.Check(c.Request()); err != nil {
				return fault.Forbidden("This came from a page of another site.").Because(err)
			}
			return next(c)
		}
	}
}

// allowOrigins answers CORS for the configured origins.
func (a *App) allowOrigins() echo.MiddlewareFunc {
	return middleware.CORSWithConfig(middleware.CORSConfig{
		Skipper:          func(echo.Context) bool { return len(a.config.AllowedOrigins) == 0 },
		AllowOriginFunc:  func(origin string) (bool, error) { return slices.Contains(a.config.AllowedOrigins, origin), nil },
		AllowMethods:     []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowCredentials: true,
		ExposeHeaders:    []string{"X-Seq", "X-Reset", "X-Query", "Retry-After", "Location"},
	})
}

// readZone learns the reader's time zone from the cookie that times.js sets.
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
