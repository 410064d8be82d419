package testkit

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

// console collects what a page complains about: errors that it logs, exceptions
// that nobody caught, requests that failed, breaches of its security policy.
type console struct {
	mu         sync.Mutex
	complaints []string
	allowed    []string
	marks      chan string
	ended      chan struct{}
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
			c.hear(message)
		}
	}()
}

func (c *console) hear(m chromedp.ConsoleMessage) {
	if m.Type == chromedp.ConsoleDebug && strings.HasPrefix(m.Text, markPrefix) {
		c.marks <- m.Text
		return
	}
	if m.Type != chromedp.ConsoleError && m.Type != chromedp.ConsoleException {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.complaints = append(c.complaints, fmt.Sprintf("%s (%s:%d)", m.Text, m.URL, m.Line+1))
}

func (c *console) wait() { <-c.ended }

// itsOwn are complaints of the browser about itself: it gives up a transition
// between pages when the next one is there already.
var itsOwn = []string{"Transition was aborted", "Transition was skipped"}

// unexpected lists the complaints that the test did not allow.
func (c *console) unexpected() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var left []string
	for _, complaint := range c.complaints {
		if !containsAny(complaint, c.allowed) && !containsAny(complaint, itsOwn) {
			left = append(left, complaint)
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

// AllowErrors names, by a part of their text, the complaints in the browser's
// console that belong to the story. Any other fails the test at its end.
func (p *Page) AllowErrors(containing ...string) *Page {
	p.console.mu.Lock()
	defer p.console.mu.Unlock()
	p.console.allowed = append(p.console.allowed, containing...)
	return p
}

// ConsoleErrors lists what the page complained about so far and was not allowed to.
func (p *Page) ConsoleErrors() []string {
	p.t.Helper()
	p.hearAll()
	return p.console.unexpected()
}

const markPrefix = "testkit: heard everything before "

// hearAll writes a mark into the console and waits for it, since complaints
// arrive in order but later than the action that caused them.
func (p *Page) hearAll() {
	p.t.Helper()
	mark := fmt.Sprint(markPrefix, time.Now().UnixNano())
	if _, err := call[chromedp.Void](p, `mark => { console.debug(mark) }`, mark); err != nil {
		return // the page is gone, and nothing more will be heard
	}
	select {
	case <-p.console.marks:
	case <-p.console.ended:
	case <-time.After(Patience):
		p.t.Errorf("the browser's console is silent")
	}
}

func (p *Page) checkConsole() {
	p.t.Helper()
	for _, complaint := range p.ConsoleErrors() {
		p.t.Errorf("the browser complained: %s", complaint)
	}
}
