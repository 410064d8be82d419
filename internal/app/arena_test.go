package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hubbub/internal/testkit"
)

// arena is an app for refused requests: after each one the database must be
// unchanged, and the log must have one more line, without secrets.
type arena struct {
	*instance
	clients map[string]*testkit.Client
	sockets map[string]*testkit.Socket
	secrets []string
}

// newArena signs in Lin, who owns the rooms of the tests, Maya, who is a member, and
// Theo, who is not. The name "" is an anonymous client.
func newArena(t *testing.T, change ...func(*Config)) *arena {
	a := &arena{instance: startApp(t, change...), clients: map[string]*testkit.Client{}, sockets: map[string]*testkit.Socket{}}
	for _, handle := range []string{"lin", "maya", "theo", ""} {
		client := a.anonymous()
		if handle != "" {
			client = a.as(handle)
		}
		a.clients[handle], a.sockets[handle] = client, client.Connect("")
		for _, cookie := range client.Cookies() {
			a.secrets = append(a.secrets, cookie.Value)
		}
	}
	return a
}

// call makes a request over the socket or by HTTP. The data of a GET or DELETE by
// HTTP is its query.
func (a *arena) call(bySocket bool, handle, method, path string, data any) testkit.Answer {
	a.t.Helper()
	if bySocket {
		return a.sockets[handle].Request(method, path, data)
	}
	if fields, ok := data.(in); ok && (method == http.MethodGet || method == http.MethodDelete) {
		query := url.Values{}
		for name, value := range fields {
			query.Set(name, fmt.Sprint(value))
		}
		path, data = path+"?"+query.Encode(), nil
	}
	return a.clients[handle].Do(method, path, data)
}

// wantRefused checks that try changes nothing but adds one line to the log.
func (a *arena) wantRefused(t *testing.T, try func()) {
	t.Helper()
	before, read := a.state(), len(a.log.String())
	try()
	var lines []string
	testkit.Eventually(t, "the refusal is logged", testkit.Patience, func() bool {
		lines = strings.Split(strings.TrimSpace(a.log.String()[read:]), "\n")
		return lines[0] != ""
	})
	if len(lines) != 1 {
		t.Errorf("the refusal is logged %d times:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for _, secret := range a.secrets {
		if strings.Contains(strings.Join(lines, "\n"), secret) {
			t.Errorf("the log contains the secret %q: %s", secret, lines)
		}
	}
	if after := a.state(); after != before {
		t.Errorf("the database has changed from %s to %s", before, after)
	}
}

// state returns a fingerprint of the tables that users change.
func (a *arena) state() string {
	a.t.Helper()
	var parts []string
	for _, table := range []string{"chat.rooms", "chat.members", "chat.messages", "chat.reactions", "account.users", "account.tokens"} {
		parts = append(parts, fmt.Sprintf(`(select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from %s t)`, table))
	}
	return find[string](a.instance, `select concat_ws(' ', `+strings.Join(parts, ", ")+`)`)
}

// problem has all fields of a problem document.
type problem struct {
	Type   string            `json:"type"`
	Title  string            `json:"title"`
	Status int               `json:"status"`
	Detail string            `json:"detail"`
	Errors map[string]string `json:"errors"`
}

func wantProblem(t *testing.T, answer testkit.Answer, status int) problem {
	t.Helper()
	answer.Want(status)
	if kind := answer.Header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("the problem's media type is %q", kind)
	}
	p := decodeExactly[problem](t, answer.Body)
	if p.Type != "about:blank" || p.Title != http.StatusText(status) || p.Status != status {
		t.Errorf("the problem document is %s", answer.Body)
	}
	if (status == http.StatusUnprocessableEntity) != (len(p.Errors) > 0) {
		t.Errorf("the problem's errors are %v", p.Errors)
	}
	return p
}

// decodeExactly decodes JSON and fails the test if it has a field that T has not.
func decodeExactly[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("not a %T: %v: %s", v, err, text)
	}
	return v
}
