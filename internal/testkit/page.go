package testkit

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Patience is how long a verb, and a test, waits for what it names before the
// test fails. Only tests that fail wait so long, and machines may be busy.
const Patience = 30 * time.Second

// Page is a tab of one person. Its verbs fail the test when they can't be done.
type Page struct {
	t       testing.TB
	ctx     context.Context
	baseURL string
	console console
	media   map[string]string // emulated features of the device
}

// Goto opens a path of the app and waits until it is loaded.
func (p *Page) Goto(path string) *Page {
	p.t.Helper()
	return p.do("go to "+path, chromedp.Navigate(p.baseURL+path))
}

// Reload loads the page anew and waits for that.
func (p *Page) Reload() *Page {
	p.t.Helper()
	return p.do("reload", chromedp.Reload())
}

// Screenshot writes what is in view to a PNG file.
func (p *Page) Screenshot(path string) *Page {
	p.t.Helper()
	picture, err := run(p, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, picture, 0o644)
	}
	if err != nil {
		p.fail(describe("take a screenshot", err))
	}
	return p
}

// SetViewport makes the window that large, in CSS pixels.
func (p *Page) SetViewport(width, height int64) *Page {
	p.t.Helper()
	return p.do("resize", chromedp.EmulateViewport(width, height))
}

// PreferTheme makes the device prefer "dark" or "light".
func (p *Page) PreferTheme(theme string) *Page {
	p.t.Helper()
	return p.emulate("prefers-color-scheme", theme)
}

// ReduceMotion makes the device ask for less movement.
func (p *Page) ReduceMotion() *Page {
	p.t.Helper()
	return p.emulate("prefers-reduced-motion", "reduce")
}

func (p *Page) emulate(feature, value string) *Page {
	p.t.Helper()
	if p.media == nil {
		p.media = map[string]string{}
	}
	p.media[feature] = value
	var features []*emulation.MediaFeature
	for name, value := range p.media {
		features = append(features, &emulation.MediaFeature{Name: name, Value: value})
	}
	return p.do("emulate "+feature, command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}))
}

// DisableJS makes the tab run no scripts from the next page on.
func (p *Page) DisableJS() *Page {
	p.t.Helper()
	return p.do("disable scripts", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}

// Eval returns the value of a JavaScript expression, awaited if it is a promise.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	value, err := run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.fail(describe(expression, err))
	}
	return value
}

// call runs a JavaScript function in the page with arguments as JSON.
func call[T any](p *Page, function string, args ...any) (T, error) {
	encoded, err := json.Marshal(append([]any{}, args...)) // [] even of none, not null
	if err != nil {
		var none T
		return none, err
	}
	return run(p, chromedp.Evaluate[T](fmt.Sprintf("(%s)(...%s)", function, encoded), chromedp.EvalAwaitPromise))
}

func run[T any](p *Page, action chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	return chromedp.Run(ctx, action)
}

func (p *Page) do(what string, action chromedp.Action[chromedp.Void]) *Page {
	p.t.Helper()
	if _, err := run(p, action); err != nil {
		p.fail(describe(what, err))
	}
	return p
}

// command makes an action of a command of the browser's protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	})
}

// fail ends the test and tells what was on the page.
func (p *Page) fail(why string) {
	p.t.Helper()
	const enough = 3000 // characters
	p.hearAll()
	seen, err := call[string](p, `enough => location.href + " · " + document.title + "\n"
		+ (document.body?.innerText ?? "").replace(/\n{2,}/g, "\n").slice(0, enough)`, enough)
	if err != nil {
		seen = fmt.Sprintf("(it can't be asked: %v)", err)
	}
	p.t.Fatalf("%s\n--- on the page: %s\n--- its complaints:\n%s", why, seen, strings.Join(p.console.unexpected(), "\n"))
}
