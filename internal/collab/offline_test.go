package collab_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

func TestDocumentOfflineEditsMerge(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.", "maya")
	maya := openDocument(app, "maya", id)
	relay, sam := openDocumentThroughRelay(app, "sam", id)
	sam.waitForEditor().write("One. ").waitUntilSaved()
	maya.wantText("One. ")

	relay.Cut()
	sam.Want("[data-doc-saved][data-state=kept]")
	sam.write("Two. ")
	maya.write("Meanwhile. ").waitUntilSaved()
	if strings.Contains(contentOf(app, id), "Two") {
		t.Fatal("the connection was not cut")
	}
	relay.Restore()
	sam.waitUntilSaved().wantText("Meanwhile. ")
	maya.wantText("Two. ")
	if a, b := sam.paragraphs(), maya.paragraphs(); a != b {
		t.Errorf("Sam sees %q, Maya %q", a, b)
	}
}

// waitForLocalCopy waits until the browser has stored the updates in IndexedDB: a read
// transaction runs after all earlier writes.
func (p documentTab) waitForLocalCopy() documentTab {
	browser.Eval[bool](p.Page, `(async () => {
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
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.")
	relay, sam := openDocumentThroughRelay(app, "sam", id)
	sam.waitForEditor().write("One. ").waitUntilSaved()
	relay.Cut()
	sam.Want("[data-state=kept]")
	sam.write("In the tunnel. ").wantText("In the tunnel. ").waitForLocalCopy()
	sam.Until(`(location.href = "about:blank", true)`).Until(`location.href === "about:blank"`)
	relay.Restore()
	sam.Visit(documentPath(id))
	sam.waitForEditor().wantText("In the tunnel. ").waitUntilSaved()
	if got := contentOf(app, id); !strings.Contains(got, "In the tunnel. ") {
		t.Errorf("the document is stored as %q", got)
	}
}

func TestDocumentKeepsSavedTextAfterARestart(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.", "maya")
	sam, maya := openDocument(app, "sam", id), openDocument(app, "maya", id)
	for _, p := range []documentTab{sam, maya} {
		p.AllowErrors("ERR_", "WebSocket", "Failed to load resource")
	}
	sam.write("Before. ").waitUntilSaved()
	maya.write("Hers. ").waitUntilSaved()
	app.Stop()
	sam.write("While it was down. ")
	maya.write("She too. ")
	again := apptest.StartOn(t, app.DatabaseURL, func(c *apptest.Config) { c.Addr = app.Addr() })
	for _, p := range []documentTab{sam, maya} {
		p.waitUntilSaved()
		for _, words := range []string{"Before. ", "Hers. ", "While it was down. ", "She too. "} {
			p.wantText(words)
		}
	}
	if a, b := sam.paragraphs(), maya.paragraphs(); a != b || strings.TrimSpace(contentOf(again, id)) != strings.TrimSpace(a) {
		t.Errorf("Sam sees %q, Maya %q, stored is %q", a, b, contentOf(again, id))
	}
}

func TestDocumentKeepsTheTextOnTheScreenOfARemovedEditor(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.", "maya")
	maya := openDocument(app, "maya", id)
	maya.write("Mine. ").waitUntilSaved()
	at := fmt.Sprintf("/api/documents/%d/members/%d", id, app.ID(app.As("maya")))

	grant(app, id, "maya", "viewer")
	maya.Want(`[data-doc-notice]`).WantText("[data-doc-notice]", "no longer edit it").Want(`.tiptap[contenteditable=false]`).WantNo(".format-bar")
	grant(app, id, "maya", "editor")
	maya.Want(`.tiptap[contenteditable=true]`).WantNo("[data-doc-notice]")
	maya.write("Again. ").waitUntilSaved()

	app.As("sam").Do(http.MethodDelete, at, nil).Want(http.StatusNoContent)
	maya.WantText("[data-doc-notice]", "no longer have access").Want(`.tiptap[contenteditable=false]`)
	maya.wantText("Again. ").WantText("[data-doc-notice] button", "Copy text")
}

func TestSignOutDeletesLocalDocumentCopies(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.")
	sam := openDocument(app, "sam", id)
	sam.write("Kept. ").waitUntilSaved()
	kept := `indexedDB.databases().then(all => all.filter(({name}) => name.startsWith("hubbub-document-")).length)`
	if n := browser.Eval[int](sam.Page, kept); n != 1 {
		t.Fatalf("the browser keeps %d documents", n)
	}
	sam.Click(`[popovertarget="me"]`).ClickText("#me button", "Sign out").Until(`location.pathname.startsWith("/signin")`)
	testkit.Eventually(t, "the browser keeps no document", testkit.Timeout, func() bool { return browser.Eval[int](sam.Page, kept) == 0 })
}
