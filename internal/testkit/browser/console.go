package browser

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"

	"hubbub/internal/testkit"
)

// console collects a page's errors: logged ones, uncaught exceptions, failed requests,
// and violations of its content security policy.
type console struct {
	mu      sync.Mutex
	errors  []string
	allowed []string
	marks   chan string
	ended   chan struct{}
}

func (c *console) listen(ctx context.Context) {
	c.marks, c.ended = make(chan string, 1), make(chan struct{})
	messages := chromedp.Console(ctx)
	go func() {
		defer close(c.ended)
		for message, err := range messages {
			if err != nil {
				return
			}
			c.add(message)
		}
	}()
}

func (c *console) add(m chromedp.ConsoleMessage) {
	if m.Type == chromedp.ConsoleDebug && strings.HasPrefix(m.Text, markPrefix) {
		c.marks <- m.Text
		return
	}
	if m.Type != chromedp.ConsoleError && m.Type != chromedp.ConsoleException {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errors = append(c.errors, fmt.Sprintf("%s (%s:%d)", m.Text, m.URL, m.Line+1))
}

func (c *console) wait() { <-c.ended }

// ignored are errors that the browser causes itself: it skips the transition between
// pages if the next page is loaded already.
var ignored = []string{"Transition was aborted", "Transition was skipped"}

// unexpected returns the errors that the test did not allow.
func (c *console) unexpected() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var left []string
	for _, message := range c.errors {
		if !containsAny(message, c.allowed) && !containsAny(message, ignored) {
			left = append(left, message)
		}
	}
	return left
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// AllowErrors allows the console errors whose text contains one of the parts. Any
// other fails the test at its end.
func (p *Page) AllowErrors(containing ...string) *Page {
	p.console.mu.Lock()
	defer p.console.mu.Unlock()
	p.console.allowed = append(p.console.allowed, containing...)
	return p
}

// ConsoleErrors returns the page's errors so far that are not allowed.
func (p *Page) ConsoleErrors() []string {
	p.t.Helper()
	p.syncConsole()
	return p.console.unexpected()
}

const markPrefix = "testkit: mark "

// syncConsole writes a mark into the console and waits for it, because errors arrive
// in order but later than the action that caused them.
func (p *Page) syncConsole() {
	p.t.Helper()
	mark := fmt.Sprint(markPrefix, time.Now().UnixNano())
	if _, err := call[chromedp.Void](p, `mark => { console.debug(mark) }`, mark); err != nil {
		return // the page is closed, so no more errors will arrive
	}
	select {
	case <-p.console.marks:
	case <-p.console.ended:
	case <-time.After(testkit.Timeout):
		p.t.Errorf("the browser's console does not answer")
	}
}

func (p *Page) checkConsole() {
	p.t.Helper()
	for _, message := range p.ConsoleErrors() {
		p.t.Errorf("console error: %s", message)
	}
}
