package guides

import (
	"encoding/json"
	"fmt"
	"testing"

	"hubbub/internal/testkit"
)

// ChatRoom tells the story of the first guide's component (patterns.md): two
// people, signed in and on pages of the app, mount it for a room that both may
// read, and talk. It speaks through the page's io.socket.
func ChatRoom(t testing.TB, alice, bob *testkit.Page, roomID int64) {
	t.Helper()
	script := compiled(t, patternsBundle)
	mount(alice, script, roomID)
	mount(bob, script, roomID)

	say(alice, "first from alice")
	wantOnce(bob, "first from alice")
	wantOnce(alice, "first from alice")
	say(bob, "first from bob")
	wantOnce(alice, "first from bob")

	testkit.Eval[struct{}](bob, `guide.input()`)
	alice.WantText("#guide .typing-indicator", "Someone is typing...")
	alice.WantCount("#guide .typing-indicator", 0) // two seconds after the last key

	unmount(alice)
	say(bob, "while alice was away")
	wantOnce(bob, "while alice was away")
	testkit.Eval[struct{}](alice, fmt.Sprintf(`guide.mount(%d)`, roomID))
	wantOnce(alice, "while alice was away")
	unmount(alice, bob)
}

// ChatRoomAfterReconnect has the same component hear the room again, and what it
// missed, after Alice's line was cut and restored.
func ChatRoomAfterReconnect(t testing.TB, alice, bob *testkit.Page, roomID int64, line *testkit.Wire) {
	t.Helper()
	script := compiled(t, patternsBundle)
	mount(alice, script, roomID)
	mount(bob, script, roomID)
	say(alice, "before the break")
	wantOnce(bob, "before the break")

	line.Cut()
	alice.Until(`!io.socket.isConnected()`)
	say(bob, "during the break")
	wantOnce(bob, "during the break")
	line.Restore()
	wantOnce(alice, "during the break")
	say(bob, "after the break")
	wantOnce(alice, "after the break")
	wantOnce(alice, "before the break")
	unmount(alice, bob)
}

// SocketIO tells the story of the second guide's provider, hook and chat room
// (real-time-applications.md), which make a connection of their own by a token.
func SocketIO(t testing.TB, alice, bob *testkit.Page, roomID int64) {
	t.Helper()
	script := compiled(t, socketIOBundle)
	mount(alice, script, roomID)
	mount(bob, script, roomID)
	say(alice, "second from alice")
	wantOnce(bob, "second from alice")
	wantOnce(alice, "second from alice") // the guide's sender hears itself
	say(bob, "second from bob")
	wantOnce(alice, "second from bob")

	testkit.Eval[struct{}](bob, `guide.input()`)
	alice.WantCount("#guide .typing-user", 1)
	testkit.Eval[struct{}](bob, `guide.stop()`)
	alice.WantCount("#guide .typing-user", 0)

	unmount(alice, bob)
	alice.Until(`guide.sockets.every(socket => !socket.connected)`)
}

func mount(p *testkit.Page, script string, roomID int64) {
	testkit.Eval[struct{}](p, script)
	testkit.Eval[struct{}](p, fmt.Sprintf(`guide.mount(%d)`, roomID))
	p.Until(`guide.joins === 1`)
}

func unmount(pages ...*testkit.Page) {
	for _, p := range pages {
		testkit.Eval[struct{}](p, `guide.unmount()`)
	}
}

func say(p *testkit.Page, text string) {
	encoded, _ := json.Marshal(text)
	testkit.Eval[struct{}](p, fmt.Sprintf(`guide.send(%s)`, encoded))
}

func wantOnce(p *testkit.Page, text string) {
	p.WantText("#guide .messages", text)
	p.Until(fmt.Sprintf(`document.querySelector('#guide .messages').textContent.split(%q).length === 2`, text))
}
