package jstest_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	code := m.Run()
	stopBrowser()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, "left running after the tests:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// One browser serves all tests; each has a context of its own in it.
var (
	browserContext context.Context
	stopBrowser    = func() {}
	startBrowser   = sync.OnceValue(func() error {
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("disable-background-timer-throttling", true))
		if os.Geteuid() == 0 {
			options = append(options, chromedp.NoSandbox)
		}
		allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, cancel := chromedp.NewContext(allocator)
		browserContext = ctx
		stopBrowser = func() {
			_ = chromedp.Cancel(ctx)
			cancel()
			cancelAllocator()
		}
		return chromedp.Do(ctx)
	})
)

func browser(t *testing.T) context.Context {
	t.Helper()
	if !hasBrowser() {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium to test the scripts in")
		}
		t.Skip("SKIPPED: no Chromium to test the scripts in")
	}
	if err := startBrowser(); err != nil {
		t.Fatal("start the browser:", err)
	}
	return browserContext
}

func hasBrowser() bool {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}
