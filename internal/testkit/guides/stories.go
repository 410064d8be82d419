package guides

import (
	"encoding/json"
	"fmt"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/browser"
)

// ChatRoom tests the first guide's component (patterns.md), which uses the page's
// io.socket: two signed-in users mount it on pages of the app, for a room that both may
// read, and exchange messages.
func ChatRoom(t testing.TB, alice, bob *browser.Page, roomID int64) {
	t.Helper()
	script := compiled(t, patternsBundle)
	mount(alice, script, roomID)
	mount(bob, script, roomID)

	sendMessage(alice, "first from alice")
	wantOnce(bob, "first from alice")
	wantOnce(alice, "first from alice")
	sendMessage(bob, "first from bob")
	wantOnce(alice, "first from bob")

	browser.Eval[struct{}](bob, `guide.input()`)
	alice.WantText("#guide .typing-indicator", "Someone is typing...")
	alice.WantCount("#guide .typing-indicator", 0) // two seconds after the last key

	unmount(alice)
	sendMessage(bob, "while alice was away")
	wantOnce(bob, "while alice was away")
	browser.Eval[struct{}](alice, fmt.Sprintf(`guide.mount(%d)`, roomID))
	wantOnce(alice, "while alice was away")
	unmount(alice, bob)
}

// ChatRoomAfterReconnect tests that the same component gets the messages it missed, and
// new ones, after alice's network was cut and restored.
func ChatRoomAfterReconnect(t testing.TB, alice, bob *browser.Page, roomID int64, line *testkit.Relay) {
	t.Helper()
	script := compiled(t, patternsBundle)
	mount(alice, script, roomID)
	mount(bob, script, roomID)
	sendMessage(alice, "before the break")
	wantOnce(bob, "before the break")

	line.Cut()
	alice.Until(`!io.socket.isConnected()`)
	sendMessage(bob, "during the break")
	wantOnce(bob, "during the break")
	line.Restore()
	wantOnce(alice, "during the break")
	sendMessage(bob, "after the break")
	wantOnce(alice, "after the break")
	wantOnce(alice, "before the break")
	unmount(alice, bob)
}

// SocketIO tests the second guide's provider, hook and chat room
// (real-time-applications.md), which open a connection of their own with a token.
func SocketIO(t testing.TB, alice, bob *browser.Page, roomID int64) {
	t.Helper()
	script := compiled(t, socketIOBundle)
	mount(alice, script, roomID)
	mount(bob, script, roomID)
	sendMessage(alice, "second from alice")
	wantOnce(bob, "second from alice")
	wantOnce(alice, "second from alice") // the guide's sender gets its own message
	sendMessage(bob, "second from bob")
	wantOnce(alice, "second from bob")

	browser.Eval[struct{}](bob, `guide.input()`)
	alice.WantCount("#guide .typing-user", 1)
	browser.Eval[struct{}](bob, `guide.stop()`)
	alice.WantCount("#guide .typing-user", 0)

	unmount(alice, bob)
	alice.Until(`guide.sockets.every(socket => !socket.connected)`)
}

func mount(p *browser.Page, script string, roomID int64) {
	browser.Eval[struct{}](p, script)
	browser.Eval[struct{}](p, fmt.Sprintf(`guide.mount(%d)`, roomID))
	p.Until(`guide.joins === 1`)
}

func unmount(pages ...*browser.Page) {
	for _, p := range pages {
		browser.Eval[struct{}](p, `guide.unmount()`)
	}
}

func sendMessage(p *browser.Page, text string) {
	encoded, _ := json.Marshal(text)
	browser.Eval[struct{}](p, fmt.Sprintf(`guide.send(%s)`, encoded))
}

func wantOnce(p *browser.Page, text string) {
	p.WantText("#guide .messages", text)
	p.Until(fmt.Sprintf(`document.querySelector('#guide .messages').textContent.split(%q).length === 2`, text))
}
