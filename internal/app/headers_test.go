package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
	"hubbub/web"
)

func TestPagesAndActionsAreNeverStored(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	for _, path := range []string{"/", "/rooms", "/settings", "/api/me", "/api/rooms", "/nowhere", "/api/nowhere", "/signin"} {
		for name, client := range map[string]*testkit.Client{"sam": sam, "anonymous": app.Anonymous()} {
			answer := client.Do(http.MethodGet, path, nil, "Accept", "text/html")
			if got := answer.Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s for %s: Cache-Control %q", path, name, got)
			}
		}
	}
	if got := sam.Get(web.Asset("js/socket.js")).Want(http.StatusOK).Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("static files: Cache-Control %q", got)
	}
}

func TestUnknownAssetIsAProblem(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	for _, path := range []string{"/assets/0123/js/socket.js", "/assets/"} {
		apptest.WantProblem(t, app.Anonymous().Get(path), http.StatusNotFound)
		app.Anonymous().Do(http.MethodGet, path, nil, "Accept", "text/html").Want(http.StatusNotFound).WantBody("<html")
	}
}

func TestHTTPSBaseURLSetsHSTSAndAHostCookie(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.BaseURL = &url.URL{Scheme: "https", Host: "hubbub.example"} })
	answer := app.Anonymous().Do(http.MethodPost, "/signin/demo", url.Values{"as": {"sam"}}).Want(http.StatusSeeOther)
	if got := answer.Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("Strict-Transport-Security %q", got)
	}
	if cookie := answer.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-hubbub_session=") || !strings.Contains(cookie, "; Secure") {
		t.Errorf("the cookie is %s", cookie)
	}
	if got := apptest.Start(t).Anonymous().Get("/healthz").Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("without https: Strict-Transport-Security %q", got)
	}
}

func TestBackButtonAfterSignOutShowsNothingPersonal(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := browser.Start(t).Person(t, app.BaseURL(), app.As("sam").Cookies()...)
	sam.Goto("/settings").WantText("h1", "Settings").WantText("b", "sam@hubbub.example")
	sam.Until(`(document.querySelector("form[action='/signout']").requestSubmit(), true)`)
	sam.WantPath("/signin")
	sam.Until("(history.back(), true)")
	sam.WantPath("/signin?next=%2Fsettings")
	sam.WantNoText("b", "sam@hubbub.example")
}
