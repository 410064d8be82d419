package jstest_test

import (
	"testing"
	"time"

	"hubbub/internal/testkit"
)

const patience = testkit.Patience

// page is a browser's tab with the test's page in it.
type page struct {
	*testkit.Page
	t *testing.T
}

// open shows html, with the scripts of the head that the server adds. That a
// connection breaks is what the tests are about, so its complaints are allowed.
func (s *server) open(html string) *page {
	s.t.Helper()
	s.html = html
	p := &page{testkit.Browser(s.t).Person(s.t, s.URL), s.t}
	p.AllowErrors("WebSocket connection to", "favicon.ico", "a listener that fails", "/api/tickets", "ViewTransition")
	p.Goto("/")
	return p
}

// connect shows html and waits until the page's connection stands. On a loaded
// machine it may be the second: the page's clock is fast, and so its patience
// with a handshake short.
func (s *server) connect(html string) (*page, *conn) {
	s.t.Helper()
	p := s.open(html)
	c := s.accept()
	p.Until(`io.socket.isConnected()`)
	for len(s.accepts) > 0 {
		c = s.accept()
	}
	return p, c
}

// run executes statements in the page.
func (p *page) run(script string) {
	p.t.Helper()
	testkit.Eval[struct{}](p.Page, "(() => {"+script+"})()")
}

// want waits until an expression, or what it promises, is what the JSON says.
func (p *page) want(expression, want string) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		got := testkit.Eval[string](p.Page, "(async () => JSON.stringify(await ("+expression+")) ?? 'null')()")
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s\n got: %s\nwant: %s", expression, got, want)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
