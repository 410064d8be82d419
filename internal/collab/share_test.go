package collab_test

import (
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestDocumentIsShared(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	plan := apptest.NewDocument(sam, "Wombat plan", "The first wombat digs")
	list := app.Open(maya, "/documents?query=wombat")
	page := openDocumentAs(app, sam, plan)
	page.Click("[data-open-share]").WantText("#share-panel", "Sam Rivera").WantAccessible()

	page.Type("#share-name", "nobody").Press("Enter").WantText("#share-problem", "No one here is called “nobody”.").WantFocus("#share-name").WantAccessible()
	page.Clear("#share-name").Type("#share-name", "maya").Press("Enter").WantText("#share-panel", "@maya").WantFocus("#share-name").WantValue("#share-name", "")
	row := "#document-" + itoa(plan)
	list.WantText(row, "You can edit")
	member := "#share-member-" + itoa(app.ID(maya))
	page.Type(member+" select", "V").WantText("[data-announce=polite]", "Sharing updated.")
	list.WantText(row, "You can read")

	mayaPage := openDocumentAs(app, maya, plan)
	mayaPage.Click("[data-open-share]").WantText("#share-panel", "Viewer").WantNo("#share-name").WantAccessible()
	page.Type("#share-visibility", "E").WantText("#share-panel", "Anyone who is signed in can read")
	mayaPage.WantText("#share-panel", "Anyone who is signed in can read")
	page.Click(member + " [aria-label^=Remove]").WantNo(member)
	list.WantText(row, "Everyone")
}

func TestDocumentIsSharedAndDeletedWithoutScript(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	plan := apptest.NewDocument(sam, "Wombat plan", "The first wombat digs")
	page := app.Browser(sam)
	page.DisableJS().Goto(documentPath(plan)).Click("[data-open-share]").WantPath(documentPath(plan) + "/share")
	page.Type("#share-name", "Maya").Click(".share-admit button").WantText("#share-panel", "@maya")
	maya.Get("/api" + documentPath(plan)).Want(http.StatusOK).WantBody(`"role":"editor"`)
	member := "#share-member-" + itoa(app.ID(maya))
	page.Type(member+" select", "V").Click(member + " [aria-label^=Change]")
	testkit.Eventually(t, "Maya is a viewer", testkit.Timeout, func() bool {
		return strings.Contains(maya.Get("/api"+documentPath(plan)).Body, `"role":"viewer"`)
	})
	page.Click("[aria-label^='Back to']").Click("[popovertarget=doc-menu]").Click("[commandfor=doc-delete]").WantText("#doc-delete", "You can’t undo this")
	page.Click("#doc-delete [type=submit]").WantPath("/documents")
	maya.Get("/api" + documentPath(plan)).Want(http.StatusNotFound)
}
