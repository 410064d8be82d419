package jstest_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const patience = 15 * time.Second // for a loaded machine; nothing waits so long when it works

// page is a browser's tab with the test's page in it.
type page struct {
	t   *testing.T
	ctx context.Context
}

// open shows html, with the scripts of the head that the server adds.
func (s *server) open(html string) *page {
	s.t.Helper()
	ctx, cancel := chromedp.NewContext(browser(s.t), chromedp.WithNewBrowserContext())
	s.t.Cleanup(cancel)
	s.html = html
	if err := chromedp.Do(ctx); err != nil { // without a deadline: the tab lives as long as its first context
		s.t.Fatal("open a tab:", err)
	}
	p := &page{s.t, ctx}
	p.do("open the page", chromedp.Navigate(s.URL))
	return p
}

func (p *page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// run executes statements in the page.
func (p *page) run(script string) {
	p.t.Helper()
	p.do(script, chromedp.Evaluate[chromedp.Void]("(() => {"+script+"})()"))
}

// eval is an expression's value in the page; a promise is waited for.
func (p *page) eval(expression string) any {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		"(async () => JSON.stringify(await ("+expression+")) ?? 'null')()", chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// want waits until an expression has the value that want, as JSON, names.
func (p *page) want(expression, want string) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		got := jsonOf(p.eval(expression))
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s\n got: %s\nwant: %s", expression, got, want)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// jsonOf leaves <, > and & as they are.
func jsonOf(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(text.String())
}

// connect shows html and waits until the page's connection stands.
func (s *server) connect(html string) (*page, *conn) {
	s.t.Helper()
	p := s.open(html)
	c := s.accept()
	p.want(`io.socket.isConnected()`, `true`)
	return p, c
}

// press sends keys to whatever has the focus.
func (p *page) press(keys string, options ...chromedp.KeyOption) {
	p.t.Helper()
	p.do("press "+keys, chromedp.KeyEvent(keys, options...))
}
