package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/testkit"
)

func TestDocumentOfflineEditsMerge(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	id := app.shared("We begin.", "maya")
	maya := app.inDocument("maya", id)
	wire, sam := app.overWire("sam", documentPath(id))
	sam.editing().writes("One. ").saved()
	maya.showing("One. ")

	wire.Cut()
	sam.Want("[data-doc-saved][data-state=kept]")
	sam.writes("Two. ")
	maya.writes("Meanwhile. ").saved()
	if strings.Contains(app.contentOf(id), "Two") {
		t.Fatal("the wire was not cut")
	}
	wire.Restore()
	sam.saved().showing("Meanwhile. ")
	maya.showing("Two. ")
	if a, b := sam.paper(), maya.paper(); a != b {
		t.Errorf("Sam sees %q, Maya %q", a, b)
	}
}

// keeps waits until the browser has written what it was given to keep: it reads
// after all that is being written.
func (p tab) keeps() tab {
	testkit.Eval[bool](p.Page, `(async () => {
		const done = request => new Promise(resolve => { request.onsuccess = () => resolve(request.result); });
		for (const {name} of await indexedDB.databases()) {
			const kept = await done(indexedDB.open(name));
			await done(kept.transaction("updates").objectStore("updates").count());
			kept.close();
		}
		return true;
	})()`)
	return p
}

func TestDocumentOfflineEditsSurviveAClosedTab(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	id := app.shared("We begin.")
	wire, sam := app.overWire("sam", documentPath(id))
	sam.editing().writes("One. ").saved()
	wire.Cut()
	sam.Want("[data-state=kept]")
	sam.writes("In the tunnel. ").showing("In the tunnel. ").keeps()
	sam.Until(`(location.href = "about:blank", true)`).Until(`location.href === "about:blank"`)
	wire.Restore()
	sam.visit(documentPath(id)).editing().showing("In the tunnel. ").saved()
	if got := app.contentOf(id); !strings.Contains(got, "In the tunnel. ") {
		t.Errorf("stored is %q", got)
	}
}

func TestDocumentKeepsSavedTextAfterARestart(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	id := app.shared("We begin.", "maya")
	sam, maya := app.inDocument("sam", id), app.inDocument("maya", id)
	for _, p := range []tab{sam, maya} {
		p.AllowErrors("ERR_", "WebSocket", "Failed to load resource")
	}
	sam.writes("Before. ").saved()
	maya.writes("Hers. ").saved()
	app.stop()
	sam.writes("While it was down. ")
	maya.writes("She too. ")
	again := startAppOn(t, app.config.DatabaseURL, func(c *Config) { c.Addr = app.listener.Addr().String() })
	for _, p := range []tab{sam, maya} {
		p.saved()
		for _, words := range []string{"Before. ", "Hers. ", "While it was down. ", "She too. "} {
			p.showing(words)
		}
	}
	if a, b := sam.paper(), maya.paper(); a != b || strings.TrimSpace(again.contentOf(id)) != strings.TrimSpace(a) {
		t.Errorf("Sam sees %q, Maya %q, stored is %q", a, b, again.contentOf(id))
	}
}

func TestDocumentKeepsTheTextOnTheScreenOfARemovedEditor(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	id := app.shared("We begin.", "maya")
	maya := app.inDocument("maya", id)
	maya.writes("Mine. ").saved()
	at := fmt.Sprintf("/api/documents/%d/members/%d", id, app.id(app.as("maya")))

	app.give(id, "maya", "viewer")
	maya.Want(`[data-doc-notice]`).WantText("[data-doc-notice]", "no longer change it").Want(`.tiptap[contenteditable=false]`).WantNo(".format-bar")
	app.give(id, "maya", "editor")
	maya.Want(`.tiptap[contenteditable=true]`).WantNo("[data-doc-notice]")
	maya.writes("Again. ").saved()

	app.as("sam").Do(http.MethodDelete, at, nil).Want(http.StatusNoContent)
	maya.WantText("[data-doc-notice]", "no longer have access").Want(`.tiptap[contenteditable=false]`)
	maya.showing("Again. ").WantText("[data-doc-notice] button", "Copy the text")
}

func TestSignOutDeletesLocalDocumentCopies(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	id := app.shared("We begin.")
	sam := app.inDocument("sam", id)
	sam.writes("Kept. ").saved()
	kept := `indexedDB.databases().then(all => all.filter(({name}) => name.startsWith("hubbub-document-")).length)`
	if n := testkit.Eval[int](sam.Page, kept); n != 1 {
		t.Fatalf("%d documents are kept", n)
	}
	sam.Click(`[popovertarget="me"]`).ClickText("#me button", "Sign out").Until(`location.pathname.startsWith("/signin")`)
	testkit.Eventually(t, "nothing is kept", testkit.Patience, func() bool { return testkit.Eval[int](sam.Page, kept) == 0 })
}
