package jstest_test

import (
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/browser"
)

const patience = testkit.Timeout

// page is a browser tab with the test's page.
type page struct {
	*browser.Page
	t *testing.T
}

// open shows html, with the scripts of the server's head. The browser's errors
// about broken connections are allowed, since the tests cause them.
func (s *server) open(html string) *page {
	s.t.Helper()
	s.html = html
	p := &page{browser.Start(s.t).Person(s.t, s.URL), s.t}
	p.AllowErrors("WebSocket connection to", "favicon.ico", "a listener that fails", "/api/tickets", "ViewTransition")
	p.Goto("/")
	return p
}

// connect shows html and waits until the page is connected. On a loaded machine
// that may be the second connection: the page's clock is fast, so its handshake
// timeout is short.
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
	browser.Eval[struct{}](p.Page, "(() => {"+script+"})()")
}

// want waits until an expression, or the value that it promises, equals the
// JSON.
func (p *page) want(expression, want string) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		got := browser.Eval[string](p.Page, "(async () => JSON.stringify(await ("+expression+")) ?? 'null')()")
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s\n got: %s\nwant: %s", expression, got, want)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
