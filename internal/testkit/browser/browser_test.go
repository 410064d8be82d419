package browser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/browser"
)

// guestbook starts a server with a page for the tests below, and returns its URL.
func guestbook(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; img-src data:; form-action 'self'")
		visitor := "stranger"
		if cookie, err := r.Cookie("visitor"); err == nil {
			visitor = cookie.Value
		}
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Guestbook</title><link rel="icon" href="data:,">
<main><h1>Welcome %s</h1><form action="/sign"><label>Name <input name="name"></label><button>Sign</button></form>
<ul></ul><p id="theme"></p></main><script src="/script.js"></script>`, visitor)
	})
	mux.HandleFunc("GET /sign", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<!doctype html><title>Signed</title><link rel="icon" href="data:,"><p>Signed by %s</p>`, r.FormValue("name"))
	})
	mux.HandleFunc("GET /script.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `
const input = document.querySelector("input");
document.querySelector("form").addEventListener("submit", event => {
	event.preventDefault();
	setTimeout(() => {
		const item = document.createElement("li");
		item.textContent = input.value;
		document.querySelector("ul").append(item);
		input.value = "";
	}, 30);
});
input.addEventListener("keydown", event => { if (event.key === "Escape") input.blur(); });
document.querySelector("#theme").textContent = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestBrowserVerbs(t *testing.T) {
	alice := browser.Start(t).Person(t, guestbook(t)).Goto("/")
	alice.WantText("h1", "Welcome stranger")
	alice.Type("input", "Ada").Click("button").WantText("li", "Ada").WantValue("input", "")
	alice.Type("input", "Bob").Clear("input").Type("input", "Grace").Press("Enter")
	alice.WantCount("li", 2).WantNoText("li", "Bob")
	alice.WantFocus("input").Press("Escape").WantFocus("body")
	alice.Reload().WantNo("li")
}

func TestBrowserProfilesAreSharedByTabsOnly(t *testing.T) {
	url := guestbook(t)
	alice := browser.Start(t).Person(t, url, &http.Cookie{Name: "visitor", Value: "Alice", HttpOnly: true})
	bob := browser.Start(t).Person(t, url)
	alice.Goto("/").WantText("h1", "Welcome Alice")
	bob.Goto("/").WantText("h1", "Welcome stranger")
	alice.NewTab().Goto("/").WantText("h1", "Welcome Alice")
}

func TestBrowserTabsAllHaveFocus(t *testing.T) {
	alice := browser.Start(t).Person(t, guestbook(t)).Goto("/")
	other := alice.NewTab().Goto("/")
	for _, tab := range []*browser.Page{alice, other} {
		if !browser.Eval[bool](tab, `document.visibilityState === "visible" && document.hasFocus()`) {
			t.Error("a tab is not visible or has no focus")
		}
	}
}

func TestBrowserWithoutScripts(t *testing.T) {
	alice := browser.Start(t).Person(t, guestbook(t)).DisableJS().Goto("/")
	alice.Type("input", "Ada").Press("Enter").WantText("p", "Signed by Ada").WantPath("/sign?name=Ada")
}

func TestBrowserEmulatesPreferences(t *testing.T) {
	alice := browser.Start(t).Person(t, guestbook(t)).PreferTheme("dark").ReduceMotion().SetViewport(390, 844).Goto("/")
	alice.WantText("#theme", "dark").Until(`innerWidth === 390 && matchMedia("(prefers-reduced-motion: reduce)").matches`)
	picture := filepath.Join(t.TempDir(), "shots", "guestbook.png")
	alice.Screenshot(picture)
	if info, err := os.Stat(picture); err != nil || info.Size() < 1000 {
		t.Errorf("no picture: %v", err)
	}
}

func TestBrowserConsoleErrorsAreReported(t *testing.T) {
	alice := browser.Start(t).Person(t, guestbook(t)).Goto("/")
	browser.Eval[any](alice, `document.body.insertAdjacentHTML("beforeend", "<p style='color: red'>red</p>")`)
	browser.Eval[any](alice, `console.error("no luck"), setTimeout(() => { throw Error("lost") }), null`)
	var received string
	for _, want := range []string{"Content Security Policy", "no luck", "lost"} {
		testkit.Eventually(t, want, 5e9, func() bool {
			received = strings.Join(alice.ConsoleErrors(), "\n")
			return strings.Contains(received, want)
		})
	}
	alice.AllowErrors("Content Security Policy", "no luck", "lost")
	if left := alice.ConsoleErrors(); len(left) > 0 {
		t.Errorf("not allowed: %v", left)
	}
}

func TestAxeFindsAFieldWithoutALabel(t *testing.T) {
	alice := browser.Start(t).Person(t, guestbook(t)).Goto("/").WantAccessible()
	browser.Eval[any](alice, `document.querySelector("main").insertAdjacentHTML("beforeend", "<input class=nameless>"), null`)
	if breaches := alice.Axe(); !slices.ContainsFunc(breaches, func(b string) bool { return strings.HasPrefix(b, "label at .nameless") }) {
		t.Errorf("the field without a label was not found: %q", breaches)
	}
}
