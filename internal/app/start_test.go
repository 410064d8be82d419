package app_test

import (
	"testing"

	"hubbub/internal/testkit/apptest"
)

func TestStartPageLeadsToSignInAndPages(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	page := app.Browser(app.Anonymous()).Visit("/")
	page.ClickText("a", "Try the demo").ClickText("button", "Maya Okafor").WantText("h1", "Hello, Maya")
	page.ClickText(".place", "Rooms").WantPath("/rooms")
	page.WaitUntilLive().Press("Control+k").Want("#palette").Type("#palette-input", "dashb").Press("Enter").WantPath("/dashboard")
}
