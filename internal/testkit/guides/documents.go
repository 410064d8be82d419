package guides

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit/browser"
)

// Documents tests the first guide's document actions and events (patterns.md) in two
// pages through io.socket. The guide has no client for them.
func Documents(t testing.TB, alice, bob *browser.Page, docID int64) {
	t.Helper()
	listen := fmt.Sprintf(`(async () => {
		globalThis.heard = {}
		for (const event of ["collaboratorJoined", "documentUpdated", "cursorMoved"]) io.socket.on(event, data => { heard[event] = data })
		globalThis.joined = (await io.socket.get("/api/documents/join", { docId: "%d" }))
	})()`, docID)
	browser.Eval[any](alice, listen)
	alice.Until(`globalThis.joined`)
	browser.Eval[any](bob, listen)
	alice.Until(`heard.collaboratorJoined?.userId > 0`)
	browser.Eval[any](bob, fmt.Sprintf(`io.socket.post("/api/documents/update", { docId: "%d", content: "from bob", cursorPosition: 8 })`, docID))
	alice.Until(`heard.documentUpdated?.content === "from bob" && heard.documentUpdated.cursorPosition === 8 && heard.documentUpdated.timestamp > 0`)
	browser.Eval[any](bob, fmt.Sprintf(`io.socket.post("/api/documents/cursor", { docId: "%d", position: 4 })`, docID))
	alice.Until(`heard.cursorMoved?.position === 4 && heard.cursorMoved.userId === heard.collaboratorJoined.userId`)
}

// CollaborativeEditor tests the second guide's editor (real-time-applications.md): two
// users have mounted it and write.
func CollaborativeEditor(t testing.TB, alice, bob *browser.Page, docID int64) {
	t.Helper()
	script := compiled(t, collaborativeEditorBundle)
	for _, p := range []*browser.Page{alice, bob} {
		browser.Eval[any](p, script)
		browser.Eval[any](p, fmt.Sprintf(`guide.mount(%d)`, docID))
		p.Until(`guide.read().includes("hello")`)
	}
	browser.Eval[any](alice, `guide.write(" from alice")`)
	bob.Until(`guide.read().includes("hello from alice")`)
	browser.Eval[any](bob, `guide.write(" and bob")`)
	alice.Until(`guide.read().includes("hello from alice and bob")`)
	browser.Eval[any](bob, `guide.point("here")`)
	alice.WantText("#guide [data-cursor]", "here")
	unmount(bob)
	alice.Until(`![...document.querySelectorAll("#guide [data-cursor]")].some(caret => caret.textContent === "here")`)
	unmount(alice)
}
