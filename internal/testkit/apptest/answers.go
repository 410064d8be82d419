package apptest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"testing"

	"hubbub/internal/testkit"
)

// Fields are the fields that most tests read from an answer or an event.
type Fields struct {
	ID     int64  `json:"id"`
	RoomID int64  `json:"roomId"`
	UserID int64  `json:"userId"`
	Seq    int64  `json:"seq"`
	Text   string `json:"text"`
	Unread int    `json:"unread"`
}

// Problem has all fields of a problem document (RFC 9457).
type Problem struct {
	Type   string            `json:"type"`
	Title  string            `json:"title"`
	Status int               `json:"status"`
	Detail string            `json:"detail"`
	Errors map[string]string `json:"errors"`
}

// WantProblem checks that the answer is a problem document with this status, and returns
// it.
func WantProblem(t *testing.T, answer testkit.Answer, status int) Problem {
	t.Helper()
	answer.Want(status)
	if kind := answer.Header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("the problem's media type is %q", kind)
	}
	p := DecodeExactly[Problem](t, answer.Body)
	if p.Type != "about:blank" || p.Title != http.StatusText(status) || p.Status != status {
		t.Errorf("the problem document is %s", answer.Body)
	}
	if (status == http.StatusUnprocessableEntity) != (len(p.Errors) > 0) {
		t.Errorf("the problem's errors are %v", p.Errors)
	}
	return p
}

// DecodeExactly decodes JSON and fails the test if it has a field that T has not.
func DecodeExactly[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("not a %T: %v: %s", v, err, text)
	}
	return v
}

// WantNoContent checks that the answer is 204 without a body.
func WantNoContent(t *testing.T, a testkit.Answer) {
	t.Helper()
	if a.Want(http.StatusNoContent); a.Body != "" {
		t.Errorf("204 has the body %s", a.Body)
	}
}

// Timestamp matches a time in an answer or event.
var Timestamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$`)

// in is the input of an action.
type in = map[string]any
