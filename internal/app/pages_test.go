package app_test

import (
	"slices"
	"strings"
	"testing"

	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// page is a page that a route of routeTable answers.
type page struct {
	path   string
	caller string // who sees it
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
				pages = append(pages, page{t.path, caller})
			}
			break
		}
	}
	return pages
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
