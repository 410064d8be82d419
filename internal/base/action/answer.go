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

	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
)

// Answer writes data as JSON. If err is not nil, Answer returns it instead, for
// ErrorHandler.
func Answer(c echo.Context, data any, err error) error {
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, data)
}

// AnswerEither writes data as JSON or, if the request accepts text/html, the
// fragment that shows the same data.
func AnswerEither(c echo.Context, data any, fragment templ.Component) error {
	if wantsHTML(c.Request()) {
		return Page(c, http.StatusOK, fragment)
	}
	return c.JSON(http.StatusOK, data)
}

// NoContent answers 204. If err is not nil, NoContent returns it instead, for
// ErrorHandler.
func NoContent(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// Page writes a page, or a fragment, with a status. It renders all of it before it
// writes anything, so if a component fails, ErrorHandler can still answer.
func Page(c echo.Context, status int, page templ.Component) error {
	html := templ.GetBuffer()
	defer templ.ReleaseBuffer(html)
	if err := page.Render(c.Request().Context(), html); err != nil {
		return fmt.Errorf("render the page: %w", err)
	}
	return c.HTMLBlob(status, html.Bytes())
}

// SetSeq sets the header X-Seq: the seq of the change that the answer describes, or
// up to which the answer brings the client.
func SetSeq(c echo.Context, seq int64) {
	c.Response().Header().Set("X-Seq", strconv.FormatInt(seq, 10))
}

// SetReset sets the header X-Reset: the answer does not continue what the client
// has, so the client has to discard that.
func SetReset(c echo.Context) { c.Response().Header().Set("X-Reset", "true") }

func wantsHTML(r *http.Request) bool {
	return strings.Contains(r.Header.Get(echo.HeaderAccept), echo.MIMETextHTML)
}

// ErrorHandler answers the error of a handler with a problem document or, for a
// page, with the component that errorPage returns. An error with a status of 500 or
// more is logged here, once and with its cause; an error of the caller appears in
// the line of the request log.
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
			log.WarnContext(c.Request().Context(), "writing the answer failed", "error", err)
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
		return errors.Join(err, answerProblem(c, f)) // the error page failed to render
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

// FaultOf returns the fault with which an error is answered: the error's own, one
// for an error of the router, 503 if the database is unavailable, or else 500.
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
