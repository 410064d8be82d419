package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/web"
)

func TestPagesAndActionsAreNeverStored(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam := app.as("sam")
	for _, path := range []string{"/", "/rooms", "/settings", "/api/me", "/api/rooms", "/nowhere", "/api/nowhere", "/signin"} {
		for name, client := range map[string]*testkit.Client{"sam": sam, "anonymous": app.anonymous()} {
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
	app := startApp(t)
	for _, path := range []string{"/assets/0123/js/socket.js", "/assets/"} {
		wantProblem(t, app.anonymous().Get(path), http.StatusNotFound)
		app.anonymous().Do(http.MethodGet, path, nil, "Accept", "text/html").Want(http.StatusNotFound).WantBody("<html")
	}
}

func TestHTTPSBaseURLSetsHSTSAndAHostCookie(t *testing.T) {
	t.Parallel()
	app := startApp(t, func(c *Config) { c.BaseURL = &url.URL{Scheme: "https", Host: "hubbub.example"} })
	answer := app.anonymous().Do(http.MethodPost, "/signin/demo", url.Values{"as": {"sam"}}).Want(http.StatusSeeOther)
	if got := answer.Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("Strict-Transport-Security %q", got)
	}
	if cookie := answer.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-hubbub_session=") || !strings.Contains(cookie, "; Secure") {
		t.Errorf("the cookie is %s", cookie)
	}
	if got := startApp(t).anonymous().Get("/healthz").Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("without https: Strict-Transport-Security %q", got)
	}
}

func TestBackButtonAfterSignOutShowsNothingPersonal(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam := testkit.Browser(t).Person(t, app.at(), app.as("sam").Cookies()...)
	sam.Goto("/settings").WantText("h1", "Settings").WantText("b", "sam@hubbub.example")
	sam.Until(`(document.querySelector("form[action='/signout']").requestSubmit(), true)`)
	sam.WantPath("/signin")
	sam.Until("(history.back(), true)")
	sam.WantPath("/signin?next=%2Fsettings")
	sam.WantNoText("b", "sam@hubbub.example")
}
