package main

import (
	"fmt"
	"net/http"
	"testing"

	"hubbub/internal/testkit"
)

// TestEveryPageIsAccessible asks axe about every page, in both themes, on a
// desk and on a phone, and whether anything scrolls sideways.
func TestEveryPageIsAccessible(t *testing.T) {
	app := startApp(t)
	sam := app.as("sam")
	room := app.room(sam, "accessible")
	sam.Post("/api/chat/send", in{"roomId": room, "text": "@maya **look**:\n\n```go\nreturn nil\n```\n> said"}).Want(http.StatusOK)
	paths := []string{"/rooms", fmt.Sprint("/rooms/", room), fmt.Sprintf("/rooms/%d/settings", room), "/people", "/settings", "/components", "/nowhere"}
	for _, size := range [][2]int64{{1440, 900}, {390, 844}} {
		for _, theme := range []string{"light", "dark"} {
			t.Run(fmt.Sprint(size[0], " ", theme), func(t *testing.T) {
				signedIn := testkit.Browser(t).Person(t, app.at(), sam.Cookies()...).SetViewport(size[0], size[1]).PreferTheme(theme).ReduceMotion()
				for _, path := range paths {
					wantPage(signedIn, path)
				}
				stranger := testkit.Browser(t).Person(t, app.at()).SetViewport(size[0], size[1]).PreferTheme(theme).ReduceMotion()
				for _, path := range []string{"/signin", "/signup"} {
					wantPage(stranger, path)
				}
			})
		}
	}
}

func wantPage(p *testkit.Page, path string) {
	if path == "/nowhere" {
		p.AllowErrors("404")
	}
	p.Goto(path).Want("h1").WantAccessible().Until("document.documentElement.scrollWidth <= innerWidth")
}
