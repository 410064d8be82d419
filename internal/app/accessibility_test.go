package app_test

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// The tests of internal/account check the pages of the account.
func TestPagesAreAccessibleInBothThemesAtEveryWidth(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	owner := app.As("sam")
	archive := app.Room(owner, "archive")
	for range 3 {
		app.Send(owner, archive, "kept")
	}
	owner.Do("PATCH", "/api"+apptest.RoomPath(archive), in{"archived": true}).Want(200)
	paths := []string{"/", "/dashboard", "/products", "/system", "/playground", "/rooms", "/people", "/rooms/2", "/rooms/3", "/rooms/6", "/rooms/2/settings", apptest.RoomPath(archive), "/notifications", "/settings", "/search", "/search?q=launch", "/components", "/nowhere"}
	sam := app.Open(owner, "/rooms")
	sam.ReduceMotion().AllowErrors("404")
	for _, size := range apptest.WindowSizes {
		sam.SetViewport(size.Width, size.Height)
		for _, path := range paths {
			sam.Visit(path).WantAccessibleInBothThemes()
			wantNoSidewaysScroll(t, sam, fmt.Sprint(path, " at ", size.Width))
		}
	}
	sam.SetViewport(320, 640)
	for _, path := range paths {
		wantNoSidewaysScroll(t, sam.Visit(path), path+" at 320")
	}
}

func wantNoSidewaysScroll(t *testing.T, p apptest.Tab, where string) {
	if over := browser.Eval[float64](p.Page, `Math.max(...[document.documentElement, ...document.querySelectorAll(".scroll")].map(e => e.scrollWidth - e.clientWidth))`); over > 0 {
		t.Errorf("%s is %.0f px too wide", where, over)
	}
}
