package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"hubbub/internal/testkit"
)

// Page is a browser tab of one person. Its verbs fail the test if they don't succeed.
type Page struct {
	t       testing.TB
	ctx     context.Context
	baseURL string
	console console
	media   map[string]string // emulated CSS media features
}

// Goto opens a path of the app and waits until it is loaded.
func (p *Page) Goto(path string) *Page {
	p.t.Helper()
	return p.do("go to "+path, chromedp.Navigate(p.baseURL+path))
}

// Reload reloads the page and waits until it is loaded.
func (p *Page) Reload() *Page {
	p.t.Helper()
	return p.do("reload", chromedp.Reload())
}

// Screenshot writes the visible part of the page to a PNG file.
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

// SetViewport sets the size of the window in CSS pixels.
func (p *Page) SetViewport(width, height int64) *Page {
	p.t.Helper()
	return p.do("resize", chromedp.EmulateViewport(width, height))
}

// PreferTheme makes the device prefer "dark" or "light".
func (p *Page) PreferTheme(theme string) *Page {
	p.t.Helper()
	return p.emulate("prefers-color-scheme", theme)
}

// ReduceMotion makes the device prefer reduced motion.
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

// DisableJS disables scripts in the tab from the next page on.
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

// call calls a JavaScript function in the page with arguments as JSON.
func call[T any](p *Page, function string, args ...any) (T, error) {
	encoded, err := json.Marshal(append([]any{}, args...)) // [] rather than null if there are none
	if err != nil {
		var none T
		return none, err
	}
	return run(p, chromedp.Evaluate[T](fmt.Sprintf("(%s)(...%s)", function, encoded), chromedp.EvalAwaitPromise))
}

func run[T any](p *Page, action chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, testkit.Timeout)
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

// command returns the action that sends a command of the browser's protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	})
}

// fail ends the test with the reason, the text of the page and its console errors.
func (p *Page) fail(reason string) {
	p.t.Helper()
	const enough = 3000 // characters
	p.syncConsole()
	seen, err := call[string](p, `enough => location.href + " · " + document.title + "\n"
		+ (document.body?.innerText ?? "").replace(/\n{2,}/g, "\n").slice(0, enough)`, enough)
	if err != nil {
		seen = fmt.Sprintf("(the page does not answer: %v)", err)
	}
	errors := strings.Join(p.console.unexpected(), "\n")
	p.t.Fatalf("%s\n--- on the page: %s\n--- console errors:\n%s", reason, seen, errors)
}
