package guides

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit/browser"
)

// Person is the user whose presence is watched.
type Person struct {
	ID       int64
	FullName string
	Page     *browser.Page // with io.socket
}

// comes and goes connect and disconnect the page, as opening and closing a tab does.
func (p Person) comes() { browser.Eval[any](p.Page, `io.socket.connect()`) }
func (p Person) goes()  { browser.Eval[any](p.Page, `io.socket.disconnect()`) }

// OnlineUsers tests the first guide's list (patterns.md): alice and bob are online when
// she mounts it, and he goes offline and online.
func OnlineUsers(t testing.TB, alice *browser.Page, bob Person) {
	t.Helper()
	browser.Eval[any](alice, compiled(t, onlineUsersBundle))
	browser.Eval[any](alice, `guide.mount()`)
	alice.WantText("#guide h3", "Online (2)").WantText("#guide li", bob.FullName)
	bob.goes()
	alice.WantText("#guide h3", "Online (1)").WantNoText("#guide li", bob.FullName)
	bob.comes()
	alice.WantText("#guide h3", "Online (2)").WantCount("#guide li", 2)
	unmount(alice)
}

// UsePresence tests the second guide's hook (real-time-applications.md), which has a
// connection of its own.
func UsePresence(t testing.TB, alice *browser.Page, bob Person) {
	t.Helper()
	browser.Eval[any](alice, compiled(t, usePresenceBundle))
	browser.Eval[any](alice, fmt.Sprintf(`guide.mount(%d)`, bob.ID))
	alice.WantText("#guide [data-connected=true] li", "online")
	bob.goes()
	alice.WantText("#guide li", "offline").Until(`/\d{13}/.test(document.querySelector("#guide li").textContent)`) // when he was last seen
	bob.comes()
	alice.WantText("#guide li", "online")
	unmount(alice)
}
