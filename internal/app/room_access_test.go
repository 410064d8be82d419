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

func TestChatPopoversAreAccessible(t *testing.T) {
	t.Parallel()
	_, _, sam, maya := openRoomForTwo(t)
	sam.ReduceMotion()
	sam.Send("mine").WantMessage("mine")
	maya.Send("yours")
	sam.WantMessage("yours")
	sam.UseTool("[data-emoji]").Want("#emoji").WantAccessibleInBothThemes().Press("Escape").WantNo("#emoji")
	sam.Type("#compose", "@").Want("#mentions").WantAccessibleInBothThemes().Press("Escape").Clear("#compose")
	sam.Click(`[popovertarget="formatting"]`).Want("#formatting").WantAccessibleInBothThemes().Press("Escape").WantNo("#formatting")
	sam.UseTool("[data-do=reply]").Want("[data-reply]").WantAccessibleInBothThemes().Press("Escape")
	sam.Type("#compose", "").Press("ArrowUp").Press("ArrowUp").Press("e").Want(".editor").WantAccessibleInBothThemes().Press("Escape").WantNo(".editor")
	sam.Type("#compose", "").Press("ArrowUp").Press("ArrowUp").Click(".message:focus [data-do=delete]").Want("#delete-message").WantAccessibleInBothThemes()
	sam.Press("Escape").WantNo("#delete-message")
	sam.OpenBell().WantAccessibleInBothThemes().Click(".notice-more").Want(".notice-row .menu").WantAccessibleInBothThemes().Press("Escape").WantNo(".notice-row .menu")
	sam.UseNoticeTool("Why this?").WantFocus(".notice-why").WantAccessibleInBothThemes().Press("Escape").WantNo("#notifications")
}

func TestChatLogIsNavigatedByKeys(t *testing.T) {
	t.Parallel()
	app, room, sam, _ := openRoomForTwo(t)
	app.sendLines(app.as("maya"), room, 1, 3)
	sam.WantMessage("line 3.").Type("#compose", "").Press("ArrowUp").WantFocus(".message:last-of-type, .message:nth-last-child(1 of .message)")
	sam.Press("ArrowUp").Press("ArrowUp").WantFocus(".message:nth-child(1 of .message)").Press("End").WantFocus(".message:nth-last-child(1 of .message)")
	sam.Press("Home").WantFocus(".message:nth-child(1 of .message)").Press("Tab").WantFocus(".message:nth-child(1 of .message) .message-tools button")
	sam.Press("Escape").WantFocus("#compose").Press("ArrowUp").Press("ArrowDown").WantFocus("#compose")
}
