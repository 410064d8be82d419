package browser

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"hubbub/internal/testkit"
)

// Browser is one Chromium for the tests of a process.
type Browser struct {
	ctx context.Context
}

// Start returns the process' Chromium and starts it at first use. It prefers a
// headless build, because windows cost more than the pages of the app. If the machine
// has no Chromium, the test is skipped, or fails if CI is set.
func Start(t testing.TB) *Browser {
	t.Helper()
	return browserOf(t, slices.Concat(windowless, desktop))
}

// StartDesktop returns a Chromium that can show notifications, as headless builds
// cannot.
func StartDesktop(t testing.TB) *Browser {
	t.Helper()
	return browserOf(t, desktop)
}

var (
	windowless = []string{"chromium-headless-shell", "chrome-headless-shell"}
	desktop    = []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
	}
)

func browserOf(t testing.TB, names []string) *Browser {
	t.Helper()
	path := browserPath(names)
	if path == "" && os.Getenv("CI") != "" {
		t.Fatal("no Chromium to run this test: install chromium or set CHROMIUM to its path")
	}
	if path == "" {
		t.Skip("SKIPPED, NO BROWSER: install chromium or set CHROMIUM to its path.")
	}
	browser, err := launched(path)
	if err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return browser
}

func browserPath(names []string) string {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

var (
	launching sync.Mutex
	launches  = map[string]*Browser{} // by path
)

func launched(path string) (*Browser, error) {
	launching.Lock()
	defer launching.Unlock()
	if launches[path] != nil {
		return launches[path], nil
	}
	b, err := launchBrowser(path)
	if err == nil {
		launches[path] = b
	}
	return b, err
}

// unneeded are the features that chromedp disables, and the pages with which Chromium
// draws its address bar: each window would load them, at the cost of a page of the app.
var unneeded = []string{"Translate", "BlinkGenPropertyTrees", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup"}

// launchBrowser starts Chromium with an empty profile, which chromedp creates and
// removes.
func launchBrowser(path string) (*Browser, error) {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.Flag("headless", "new"),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-features", strings.Join(unneeded, ",")),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox refuses root
	}
	allocator, release := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	testkit.AtEnd(func() {
		chromedp.Cancel(ctx)
		cancel()
		release()
		chromedp.FromContext(ctx).Allocator.Wait()
	})
	return &Browser{ctx}, chromedp.Do(ctx)
}

// Person opens a page in a profile of its own, whose cookies and storage only this
// person's tabs share. The paths that the page goes to are relative to baseURL.
func (b *Browser) Person(t testing.TB, baseURL string, cookies ...*http.Cookie) *Page {
	t.Helper()
	p := openPage(t, b.ctx, baseURL, chromedp.WithNewBrowserContext())
	for _, cookie := range cookies {
		p.do("set the cookie "+cookie.Name, command(network.SetCookie, network.SetCookieParams{
			Name: cookie.Name, Value: cookie.Value, URL: baseURL, HTTPOnly: new(cookie.HttpOnly),
		}))
	}
	return p
}

// NewTab opens another page of the same person.
func (p *Page) NewTab() *Page {
	p.t.Helper()
	return openPage(p.t, p.ctx, p.baseURL)
}

func openPage(t testing.TB, parent context.Context, baseURL string, options ...chromedp.ContextOption) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	p := &Page{t: t, ctx: ctx, baseURL: baseURL}
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		t.Fatalf("open a tab: %v", err)
	}
	p.console.listen(ctx)
	t.Cleanup(func() {
		p.checkConsole()
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("close the tab: %v", err)
		}
		p.console.wait()
	})
	// Each page has the focus, as it would have for its own user.
	p.do("focus the tab", command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	return p
}

func describe(action string, err error) string { return fmt.Sprintf("%s: %v", action, err) }
