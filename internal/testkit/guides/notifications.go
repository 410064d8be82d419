package guides

import (
	"testing"

	"hubbub/internal/testkit/browser"
)

// NotificationBell tests the first guide's bell (patterns.md): alice has unread
// notifications when she mounts it, and send sends her another.
func NotificationBell(t testing.TB, alice *browser.Page, unread string, more string, send func() (message string)) {
	t.Helper()
	browser.Eval[any](alice, compiled(t, notificationBellBundle))
	browser.Eval[any](alice, `guide.mount()`)
	alice.WantText("#guide .badge", unread)
	message := send()
	alice.WantText("#guide .badge", more).WantText("#guide .toast-container", message)
	alice.WantNoText("#guide .toast-container", message) // five seconds later
	unmount(alice)
}

// NotificationCenter tests the second guide's center (real-time-applications.md), which
// has a connection of its own: alice has two unread notifications, gets another with a
// toast that has a link, and reads one.
func NotificationCenter(t testing.TB, alice *browser.Page, send func() (title string)) {
	t.Helper()
	browser.Eval[any](alice, compiled(t, notificationCenterBundle))
	browser.Eval[any](alice, `guide.mount()`)
	alice.WantText("#guide .badge", "2").WantCount("#guide li", 2).Until(`guide.sockets.every(socket => socket.isReady())`)
	title := send()
	alice.WantText("#guide .badge", "3").WantCount("#guide li", 3).WantText("#guide li", title)
	alice.Until(`guide.toasts.length === 1 && guide.toasts[0].action.label === "View"`)
	alice.Click("#guide li button").WantText("#guide .badge", "2").WantCount("#guide li[data-read=true]", 1)
	unmount(alice)
}
