package guides

import (
	"testing"

	"hubbub/internal/testkit/browser"
)

// LiveSearch tests the first guide's search (patterns.md): alice searches for red shoes.
// One product matches, "Red running shoes" for 119.95. add creates another product, as
// another user would.
func LiveSearch(t testing.TB, alice *browser.Page, add func(name, price string)) {
	t.Helper()
	browser.Eval[any](alice, compiled(t, liveSearchBundle))
	browser.Eval[any](alice, `guide.mount()`)
	alice.Type("#guide input", "Red SHOE").WantText("#guide li", "Red running shoes — $119.95").WantCount("#guide li", 1)
	add("Green hat", "20.00")
	add("Box for a red shoe", "12.50")
	alice.WantText("#guide li:first-child", "Box for a red shoe — $12.50").WantCount("#guide li", 2)
	alice.Clear("#guide input").WantCount("#guide li", 0)
	unmount(alice)
}
