package app

import (
	"hubbub/internal/testkit"
	"testing"
)

func TestStartPageLeadsToSignInAndPages(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	page := tab{testkit.Browser(t).Person(t, app.at())}.visit("/")
	page.ClickText("a", "Pick someone to be").ClickText("button", "Maya Okafor").WantText("h1", "Hello, Maya")
	page.ClickText(".place", "Rooms").WantPath("/rooms")
	page.live().Press("Control+k").Want("#palette").Type("#palette-input", "dashb").Press("Enter").WantPath("/dashboard")
}
