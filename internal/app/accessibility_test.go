package app

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit"
)

// sizes are the window sizes for which the pages are designed.
var sizes = []struct{ width, height int64 }{{1440, 900}, {390, 844}}

// The tests of internal/account check the pages of the account.
func TestPagesAreAccessibleInBothThemesAtEveryWidth(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	owner := app.as("sam")
	archive := app.room(owner, "archive")
	app.sendLines(owner, archive, 1, 3)
	owner.Do("PATCH", "/api"+roomPath(archive), in{"archived": true}).Want(200)
	paths := []string{"/", "/dashboard", "/products", "/system", "/playground", "/rooms", "/people", "/rooms/2", "/rooms/3", "/rooms/6", "/rooms/2/settings", roomPath(archive), "/notifications", "/settings", "/search", "/search?q=launch", "/components", "/nowhere"}
	sam := app.open(owner, "/rooms")
	sam.ReduceMotion().AllowErrors("404")
	for _, size := range sizes {
		sam.SetViewport(size.width, size.height)
		for _, path := range paths {
			sam.visit(path).WantAccessibleInBothThemes()
			sam.wantNoSidewaysScroll(t, fmt.Sprint(path, " at ", size.width))
		}
	}
	sam.SetViewport(320, 640)
	for _, path := range paths {
		sam.visit(path).wantNoSidewaysScroll(t, path+" at 320")
	}
}

func (p tab) wantNoSidewaysScroll(t *testing.T, where string) {
	if over := testkit.Eval[float64](p.Page, `Math.max(...[document.documentElement, ...document.querySelectorAll(".scroll")].map(e => e.scrollWidth - e.clientWidth))`); over > 0 {
		t.Errorf("%s is %.0f px too wide", where, over)
	}
}
