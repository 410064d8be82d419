package apptest

import (
	"fmt"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/browser"
)

// Tab is a tab of a browser, with verbs for the pages of the app in addition to those of
// every page.
type Tab struct{ *browser.Page }

// Browser opens an empty tab in a new browser of the client's user.
func (a *App) Browser(client *testkit.Client) Tab {
	a.T.Helper()
	return Tab{browser.Start(a.T).Person(a.T, a.BaseURL(), client.Cookies()...)}
}

// Open opens a path in a new browser of the client's user and waits until the page is
// live.
func (a *App) Open(client *testkit.Client, path string) Tab {
	a.T.Helper()
	return a.Browser(client).Visit(path)
}

// OpenThroughRelay is Open for a user of the demo, over a connection that the test can cut.
func (a *App) OpenThroughRelay(handle, path string) (*testkit.Relay, Tab) {
	a.T.Helper()
	relay := testkit.NewRelay(a.T, a.Addr())
	page := Tab{browser.Start(a.T).Person(a.T, "http://"+relay.Addr(), a.As(handle).Cookies()...)}.Visit(path)
	page.AllowErrors("ERR_", "WebSocket", "Failed to load resource")
	return relay, page
}

// Visit goes to the path and waits until the page is live.
func (p Tab) Visit(path string) Tab { p.Goto(path); return p.WaitUntilLive() }

// WaitUntilLive waits until the page is loaded and all its subscriptions are answered.
func (p Tab) WaitUntilLive() Tab {
	p.Until(`document.readyState === "complete" && io.socket.isReady()`)
	return p
}

// OpenTab opens the path in another tab of the same browser and waits until it is live.
func (p Tab) OpenTab(path string) Tab { return Tab{p.NewTab()}.Visit(path) }

// SetHidden simulates that the tab becomes hidden or visible.
func (p Tab) SetHidden(hidden bool) Tab {
	browser.Eval[any](p.Page, fmt.Sprintf(`Object.defineProperty(document, "hidden", {configurable: true, value: %v}),
		document.dispatchEvent(new Event("visibilitychange"))`, hidden))
	return p
}

// Disconnect ends the tab's connection, as closing the tab would.
func (p Tab) Disconnect() { browser.Eval[any](p.Page, `io.socket.disconnect()`) }

// WindowSizes are the window sizes for which the pages are designed.
var WindowSizes = []struct{ Width, Height int64 }{{1440, 900}, {390, 844}}
