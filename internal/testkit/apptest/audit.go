package apptest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hubbub/internal/testkit"
)

// Audit is an app for refused requests: after each one the database must be unchanged,
// and the log must have one more line, without secrets.
type Audit struct {
	*App
	Clients map[string]*testkit.Client // by handle; "" is an anonymous client
	Sockets map[string]*testkit.Socket
	Secrets []string // what the log must not contain
}

// StartAudit starts an app and signs in Lin, who owns the rooms of the tests, Maya, who is
// a member of them, and Theo, who is not.
func StartAudit(t testing.TB, change ...func(*Config)) *Audit {
	t.Helper()
	a := &Audit{App: Start(t, change...), Clients: map[string]*testkit.Client{}, Sockets: map[string]*testkit.Socket{}}
	for _, handle := range []string{"lin", "maya", "theo", ""} {
		client := a.Anonymous()
		if handle != "" {
			client = a.As(handle)
		}
		a.Clients[handle], a.Sockets[handle] = client, client.Connect("")
		for _, cookie := range client.Cookies() {
			a.Secrets = append(a.Secrets, cookie.Value)
		}
	}
	return a
}

// Call makes a request over the socket or by HTTP. The data of a GET or DELETE by
// HTTP is its query.
func (a *Audit) Call(bySocket bool, handle, method, path string, data any) testkit.Answer {
	a.T.Helper()
	if bySocket {
		return a.Sockets[handle].Request(method, path, data)
	}
	if fields, ok := data.(map[string]any); ok && (method == http.MethodGet || method == http.MethodDelete) {
		query := url.Values{}
		for name, value := range fields {
			query.Set(name, fmt.Sprint(value))
		}
		path, data = path+"?"+query.Encode(), nil
	}
	return a.Clients[handle].Do(method, path, data)
}

// WantRefused checks that try changes nothing but adds one line to the log.
func (a *Audit) WantRefused(t *testing.T, try func()) {
	t.Helper()
	before, read := a.State(), len(a.Log.String())
	try()
	var lines []string
	testkit.Eventually(t, "the refusal is logged", testkit.Timeout, func() bool {
		lines = strings.Split(strings.TrimSpace(a.Log.String()[read:]), "\n")
		return lines[0] != ""
	})
	if len(lines) != 1 {
		t.Errorf("the refusal is logged %d times:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for _, secret := range a.Secrets {
		if strings.Contains(strings.Join(lines, "\n"), secret) {
			t.Errorf("the log contains the secret %q: %s", secret, lines)
		}
	}
	if after := a.State(); after != before {
		t.Errorf("the database has changed from %s to %s", before, after)
	}
}

// State returns a fingerprint of the tables that users change.
func (a *Audit) State() string {
	a.T.Helper()
	var parts []string
	for _, table := range []string{"chat.rooms", "chat.members", "chat.messages", "chat.reactions", "account.users", "account.tokens"} {
		parts = append(parts, fmt.Sprintf(`(select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from %s t)`, table))
	}
	return Find[string](a.App, `select concat_ws(' ', `+strings.Join(parts, ", ")+`)`)
}
