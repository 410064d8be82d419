package main

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"golang.org/x/time/rate"

	"hubbub/internal/account"
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

// secure sets the security headers. A virtual request's reply has none.
func secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !socket.IsVirtual(c.Request()) {
			web.SecureHeaders(c.Response().Header())
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

const forgetRate = 3 * time.Minute // a bucket unused that long is full again anyway

// limitRate holds requests by HTTP to the same rate as frames: a person, or an
// address when nobody is signed in. A frame was counted by its socket.
func (a *App) limitRate() echo.MiddlewareFunc {
	limits := &limiters{each: rate.Limit(a.config.RequestRate), by: map[string]*limiter{}}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if a.config.RequestRate == 0 || socket.IsVirtual(c.Request()) {
				return next(c)
			}
			if wait := limits.take(whose(c), time.Now()); wait > 0 {
				return fault.TooFast(wait)
			}
			return next(c)
		}
	}
}

func whose(c echo.Context) string {
	if caller, ok := account.CallerFrom(c.Request().Context()); ok {
		return strconv.FormatInt(caller.ID, 10)
	}
	return c.RealIP()
}

// limiters is a token bucket a caller.
type limiters struct {
	each rate.Limit

	mu    sync.Mutex
	by    map[string]*limiter
	swept time.Time
}

type limiter struct {
	*rate.Limiter
	used time.Time
}

// take returns 0 when the caller may go on, else how long it should wait.
func (l *limiters) take(caller string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	bucket := l.by[caller]
	if bucket == nil {
		bucket = &limiter{Limiter: rate.NewLimiter(l.each, 2*int(l.each))}
		l.by[caller] = bucket
	}
	bucket.used = now
	if bucket.AllowN(now, 1) {
		return 0
	}
	return time.Second
}

func (l *limiters) sweep(now time.Time) {
	if now.Sub(l.swept) < forgetRate {
		return
	}
	l.swept = now
	for caller, bucket := range l.by {
		if now.Sub(bucket.used) > forgetRate {
			delete(l.by, caller)
		}
	}
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
