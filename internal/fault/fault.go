// Package fault is the one vocabulary for what can go wrong.
//
// A Fault is an error that a person or a client may read: it has a status of
// HTTP, a sentence, and, where fields are wrong, a reason for each. Layers
// below the actions return Faults for what they foresaw and wrap everything
// else with the operation in plain words; the edge turns both into a problem
// document (RFC 9457). What nobody foresaw is "Internal error" to the reader
// and whole in the log.
//
// It knows nothing of HTTP servers, sockets or SQL.
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

// Fault is an error with an answer. The zero value is not useful: use the
// constructors.
type Fault struct {
	Status     int               // of HTTP, 400–599
	Detail     string            // one sentence for the reader; may be empty
	Errors     map[string]string // field → reason, for 422
	RetryAfter time.Duration     // for 429 and 503; 0: unsaid
	cause      error             // for the log only
}

// New makes a fault of a status and a sentence for the reader.
func New(status int, detail string) *Fault { return &Fault{Status: status, Detail: detail} }

// Malformed is input that cannot be read at all: 400.
func Malformed(detail string) *Fault { return New(http.StatusBadRequest, detail) }

// WebSocketRequired answers an action that needs a live connection: 400.
func WebSocketRequired() *Fault { return Malformed("WebSocket required") }

// SignInRequired says that nobody is signed in: 401.
func SignInRequired() *Fault { return New(http.StatusUnauthorized, "Sign in first.") }

// Forbidden says that the caller is known and may not: 403.
func Forbidden(detail string) *Fault { return New(http.StatusForbidden, detail) }

// NotFound is no such thing, or one that the caller may not know of: 404.
func NotFound() *Fault {
	return New(http.StatusNotFound, "There is no such thing, or it is not yours to see.")
}

// Conflict is a name taken, a stale version, something archived: 409.
func Conflict(detail string) *Fault { return New(http.StatusConflict, detail) }

// TooLarge is a body past its limit: 413.
func TooLarge(detail string) *Fault { return New(http.StatusRequestEntityTooLarge, detail) }

// Invalid names a field that breaks a rule: 422. And adds more.
func Invalid(field, reason string) *Fault {
	return &Fault{Status: http.StatusUnprocessableEntity, Errors: map[string]string{field: reason}}
}

// And names a further field.
func (f *Fault) And(field, reason string) *Fault {
	f.Errors[field] = reason
	return f
}

// TooFast refuses a caller who is over a rate: 429.
func TooFast(after time.Duration) *Fault {
	return &Fault{Status: http.StatusTooManyRequests, Detail: "Too many requests. Slow down and try again.", RetryAfter: after}
}

// Unavailable says that something behind us, the database, is away, full or too slow: 503.
func Unavailable(cause error) *Fault {
	return &Fault{Status: http.StatusServiceUnavailable, Detail: "Hubbub's database is away or busy. Try again in a moment.", RetryAfter: time.Second, cause: cause}
}

// Because keeps the cause for the log.
func (f *Fault) Because(cause error) *Fault {
	f.cause = cause
	return f
}

// Error is for the log: it includes the cause, which the reader never sees.
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

// Title is the status in words.
func (f *Fault) Title() string { return http.StatusText(f.Status) }

// Of finds the fault in an error's chain; any other error becomes a 500 that
// keeps it as its cause. Of(nil) is nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return New(http.StatusInternalServerError, "Something went wrong here. Try again in a moment.").Because(err)
}

// Is says whether the error is a fault of this status.
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
