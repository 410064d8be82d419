// Package fault defines the errors that users and clients may see.
//
// A Fault has an HTTP status, a sentence for the reader and, if fields of the
// input are wrong, a reason for each of them. The layers below the actions return
// a Fault for an expected error, and wrap every other error with the name of the
// operation. action.ErrorHandler (internal/base/action/answer.go) turns both into a
// problem document (RFC 9457). An unexpected error is a 500 whose text does not
// show the cause; the log has the cause.
//
// The package knows nothing of HTTP servers, sockets or SQL.
package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// ContentType is the media type of a problem document (RFC 9457 §3).
const ContentType = "application/problem+json"

// Fault is an error that can be shown to the reader. The zero value is not useful:
// use the constructors.
type Fault struct {
	Status     int               // of HTTP, 400–599
	Detail     string            // one sentence for the reader; may be empty
	Errors     map[string]string // field → reason, for 422
	RetryAfter time.Duration     // for 429 and 503; 0: the answer has none
	cause      error             // for the log only
}

// New returns a fault with a status and a sentence for the reader.
func New(status int, detail string) *Fault { return &Fault{Status: status, Detail: detail} }

// Malformed is for input that cannot be read at all: 400.
func Malformed(detail string) *Fault { return New(http.StatusBadRequest, detail) }

// WebSocketRequired is for an action that needs a connection and was called without
// one: 400.
func WebSocketRequired() *Fault { return Malformed("WebSocket required") }

// SignInRequired is for a caller who is not signed in: 401.
func SignInRequired() *Fault { return New(http.StatusUnauthorized, "Sign in first.") }

// Forbidden is for a caller who is signed in but lacks the right: 403.
func Forbidden(detail string) *Fault { return New(http.StatusForbidden, detail) }

// NotFound is for a thing that does not exist, or that the caller may not see: 404.
func NotFound() *Fault {
	return New(http.StatusNotFound, "Not found, or you don’t have access to it.")
}

// Conflict is for a change that the current state does not allow: a name that is
// taken, an old version, an archived room: 409.
func Conflict(detail string) *Fault { return New(http.StatusConflict, detail) }

// TooLarge is for a body over its limit: 413.
func TooLarge(detail string) *Fault { return New(http.StatusRequestEntityTooLarge, detail) }

// Invalid is for a field that breaks a rule: 422. Further fields are added with And.
func Invalid(field, reason string) *Fault {
	return &Fault{Status: http.StatusUnprocessableEntity, Errors: map[string]string{field: reason}}
}

// And adds a further invalid field.
func (f *Fault) And(field, reason string) *Fault {
	f.Errors[field] = reason
	return f
}

// RateLimited is for a caller over a rate limit: 429.
func RateLimited(after time.Duration) *Fault {
	return &Fault{
		Status: http.StatusTooManyRequests, Detail: "Too many requests. Slow down and try again.",
		RetryAfter: after,
	}
}

// Unavailable is for a database that cannot be reached, is full or is too slow: 503.
func Unavailable(cause error) *Fault {
	return &Fault{
		Status: http.StatusServiceUnavailable, Detail: "Hubbub can’t reach its database right now. Try again in a moment.",
		RetryAfter: time.Second, cause: cause,
	}
}

// WithCause sets the cause, which only the log shows.
func (f *Fault) WithCause(cause error) *Fault {
	f.cause = cause
	return f
}

// Error returns the text for the log. It includes the cause, which the reader never
// sees.
func (f *Fault) Error() string {
	text := f.Title()
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	if len(f.Errors) > 0 {
		text += fmt.Sprintf(" %v", f.Errors)
	}
	if f.cause != nil {
		text += ": " + f.cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.cause }

// Title returns the status in words.
func (f *Fault) Title() string { return http.StatusText(f.Status) }

// Of returns the fault in the error's chain. For any other error it returns a 500
// with the error as its cause. Of(nil) is nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return New(http.StatusInternalServerError, "Something went wrong. Try again in a moment.").WithCause(err)
}

// Is reports whether the error is, or wraps, a fault of this status.
func Is(err error, status int) bool {
	var f *Fault
	return errors.As(err, &f) && f.Status == status
}

// MarshalJSON writes the problem document.
func (f *Fault) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Type   string            `json:"type"`
		Title  string            `json:"title"`
		Status int               `json:"status"`
		Detail string            `json:"detail,omitempty"`
		Errors map[string]string `json:"errors,omitempty"`
	}{"about:blank", f.Title(), f.Status, f.Detail, f.Errors})
}
