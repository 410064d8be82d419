package app_test

import (
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// page is a page that a route of routeTable answers.
type page struct {
	route, path string
	caller      string // who sees it
	html        string
}

// pages returns every page of the router, as its owner sees it, or else an admin or an
// anonymous caller.
func (w *world) pages() (pages []page) {
	w.T.Helper()
	for _, r := range routeTable {
		if !strings.HasPrefix(r.route, "GET ") || strings.Contains(r.route, "/api/") || r.by != either {
			continue
		}
		statuses := r.statuses(w.T)
		for _, caller := range []string{"owner", "admin", "anonymous"} {
			if statuses[slices.Index(callers, caller)] != "200" {
				continue
			}
			t := w.target(r)
			answer := w.call(caller, t, false, false)
			if strings.HasPrefix(strings.ToLower(answer.Body), "<!doctype html>") {
				pages = append(pages, page{r.route, t.path, caller, answer.Body})
			}
			break
		}
	}
	return pages
}

// A page's scripts may take so many requests and bytes, as they are served with brotli.
// The scripts of a document include its editor.
func TestPagesLoadFewScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pages := w.pages()
	if len(pages) < 20 {
		t.Fatalf("only %d pages were found", len(pages))
	}
	for _, p := range pages {
		requests, bytes := 6, 25_000
		switch p.route {
		case "GET /rooms/:room":
			bytes = 30_000
		case "GET /documents/:document":
			requests, bytes = 8, 200_000
		}
		n, size := w.scripts(p)
		t.Logf("%s: %d requests, %d bytes", p.route, n, size)
		if n == 0 || n > requests || size > bytes {
			t.Errorf("%s loads %d scripts with %d bytes, want at most %d with %d", p.path, n, size, requests, bytes)
		}
	}
}

var (
	scriptAddress  = regexp.MustCompile(`<(?:script [^>]*src|link rel="modulepreload" href)="([^"]+)"`)
	importedModule = regexp.MustCompile(`(?:from|import)\s?\(?"(\.[^"]+)"`)
)

// scripts returns the number of scripts that the page loads, and their bytes. A document
// loads its editor by itself; what other pages import dynamically is loaded on demand.
func (w *world) scripts(p page) (requests, bytes int) {
	w.T.Helper()
	loaded := map[string]bool{}
	var load func(address string)
	load = func(address string) {
		if loaded[address] {
			return
		}
		loaded[address] = true
		bytes += w.compressedSize(address)
		if p.route != "GET /documents/:document" || !strings.Contains(address, "/collab/") && !strings.Contains(address, "/document-") {
			return
		}
		for _, found := range importedModule.FindAllStringSubmatch(w.clients["anonymous"].Get(address).Body, -1) {
			load(path.Join(path.Dir(address), found[1]))
		}
	}
	for _, found := range scriptAddress.FindAllStringSubmatch(p.html, -1) {
		load(found[1])
	}
	return len(loaded), bytes
}

// compressedSize returns the bytes of a file as it is served with brotli.
func (w *world) compressedSize(address string) int {
	w.T.Helper()
	request, err := http.NewRequestWithContext(w.T.Context(), http.MethodGet, w.BaseURL()+address, nil)
	if err != nil {
		w.T.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "br")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		w.T.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Encoding") != "br" {
		w.T.Fatalf("%s: %d %s, %v", address, response.StatusCode, response.Header.Get("Content-Encoding"), err)
	}
	return len(content)
}

// The tests of internal/account check the pages of the account.
func TestPagesAreAccessibleInBothThemesAtEveryWidth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.clients["owner"]
	archive := w.Room(owner, "archive")
	for range 3 {
		w.Send(owner, archive, "kept")
	}
	owner.Do("PATCH", "/api"+apptest.RoomPath(archive), in{"archived": true}).Want(200)
	visits := map[string][]string{"owner": {apptest.RoomPath(archive), "/rooms/3", "/search?q=launch", "/nowhere"}}
	for _, p := range w.pages() {
		if p.path != "/signin" && p.path != "/signup" { // they have no socket to wait for
			visits[p.caller] = append(visits[p.caller], p.path)
		}
	}
	for caller, paths := range visits {
		tab := w.Open(w.clients[caller], paths[0])
		tab.ReduceMotion().AllowErrors("404")
		for _, size := range apptest.WindowSizes {
			tab.SetViewport(size.Width, size.Height)
			for _, path := range paths {
				tab.Visit(path).WantAccessibleInBothThemes()
				wantNoSidewaysScroll(t, tab, path, size.Width)
			}
		}
		tab.SetViewport(320, 640)
		for _, path := range paths {
			wantNoSidewaysScroll(t, tab.Visit(path), path, 320)
		}
	}
}

func wantNoSidewaysScroll(t *testing.T, p apptest.Tab, path string, width int64) {
	t.Helper()
	if over := browser.Eval[float64](p.Page, `Math.max(...[document.documentElement, ...document.querySelectorAll(".scroll")].map(e => e.scrollWidth - e.clientWidth))`); over > 0 {
		t.Errorf("%s at %d is %.0f px too wide", path, width, over)
	}
}
