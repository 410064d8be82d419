package action

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/postgres"
)

// Conn returns the live connection behind the request, nil when it came by HTTP.
func Conn(c echo.Context) *hub.Conn { return hub.ConnFrom(c.Request().Context()) }

// Live returns the live connection behind the request; without one the action
// is refused with 400 "WebSocket required".
func Live(c echo.Context) (*hub.Conn, error) {
	if conn := Conn(c); conn != nil {
		return conn, nil
	}
	return nil, fault.WebSocketRequired()
}

// Answer writes data as JSON, or returns the error for ErrorHandler.
func Answer(c echo.Context, data any, err error) error {
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, data)
}

// AnswerEither writes data as JSON or, when the request accepts text/html, the
// fragment that shows the same.
func AnswerEither(c echo.Context, data any, fragment templ.Component) error {
	if wantsHTML(c.Request()) {
		return Page(c, http.StatusOK, fragment)
	}
	return c.JSON(http.StatusOK, data)
}

// NoContent answers 204, or returns the error for ErrorHandler.
func NoContent(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// Page writes a whole page, or a fragment, with a status. It renders before it
// writes: a component that fails leaves the response to ErrorHandler.
func Page(c echo.Context, status int, page templ.Component) error {
	html := templ.GetBuffer()
	defer templ.ReleaseBuffer(html)
	if err := page.Render(c.Request().Context(), html); err != nil {
		return fmt.Errorf("render the page: %w", err)
	}
	return c.HTMLBlob(status, html.Bytes())
}

// SetSeq tells the client which change of a log the answer stands for, or
// brings it up to (header X-Seq).
func SetSeq(c echo.Context, seq int64) {
	c.Response().Header().Set("X-Seq", strconv.FormatInt(seq, 10))
}

// SetReset tells the client to forget what it has: the answer does not continue
// it (header X-Reset).
func SetReset(c echo.Context) { c.Response().Header().Set("X-Reset", "true") }

func wantsHTML(r *http.Request) bool {
	return strings.Contains(r.Header.Get(echo.HeaderAccept), echo.MIMETextHTML)
}

// ErrorHandler turns what a handler returned into a problem document, or, for
// a page, into what errorPage makes of it. A fault of ours, status 500 and
// more, is logged whole, once, here; what the caller did wrong is in the line
// of the request's log.
func ErrorHandler(log *slog.Logger, errorPage func(echo.Context, *fault.Fault) templ.Component) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		f := FaultOf(err)
		if f.Status >= http.StatusInternalServerError {
			log.ErrorContext(c.Request().Context(), "action failed", "route", c.Path(), "error", err)
		}
		if c.Response().Committed {
			return
		}
		if err := answerFault(c, f, errorPage); err != nil {
			log.WarnContext(c.Request().Context(), "the answer could not be written", "error", err)
		}
	}
}

func answerFault(c echo.Context, f *fault.Fault, errorPage func(echo.Context, *fault.Fault) templ.Component) error {
	if f.RetryAfter > 0 {
		seconds := int(math.Ceil(f.RetryAfter.Seconds()))
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(seconds))
	}
	if wantsHTML(c.Request()) && !strings.HasPrefix(c.Request().URL.Path, "/api/") {
		err := Page(c, f.Status, errorPage(c, f))
		if c.Response().Committed {
			return err
		}
		return errors.Join(err, answerProblem(c, f)) // better than an empty page
	}
	return answerProblem(c, f)
}

func answerProblem(c echo.Context, f *fault.Fault) error {
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return c.Blob(f.Status, fault.ContentType, body)
}

// FaultOf finds what to answer for an error: a fault, one of the router's own
// errors, 503 when the database is away, else 500.
func FaultOf(err error) *fault.Fault {
	f := fault.Of(err)
	if f.Status != http.StatusInternalServerError {
		return f
	}
	if routed, ok := err.(*echo.HTTPError); ok && routed.Code < http.StatusInternalServerError {
		if routed.Code == http.StatusNotFound {
			return fault.NotFound()
		}
		return fault.New(routed.Code, "")
	}
	if postgres.Unavailable(err) {
		return fault.Unavailable(err)
	}
	return f
}
