package account_test

import (
	"strings"
	"testing"

	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

func TestSignOutRedirectsOtherTabs(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	room := app.Room(app.As("sam"), "talk")
	sam := app.Open(app.As("sam"), apptest.RoomPath(room))
	other := sam.OpenTab("/people")
	sam.Type("#compose", "half a thou")
	other.Click(`[popovertarget="me"]`).ClickText("#me button", "Sign out").Until(`location.pathname.startsWith("/signin")`)
	sam.Until(`location.pathname === "/signin"`)
	if next := browser.Eval[string](sam.Page, `new URLSearchParams(location.search).get("next")`); !strings.HasPrefix(next, apptest.RoomPath(room)) {
		t.Errorf("the sign-in page leads to %q", next)
	}
	sam.Click(".persona[value=sam]").WantPath(apptest.RoomPath(room))
	sam.WantValue("#compose", "half a thou")
}
