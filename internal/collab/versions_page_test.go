package collab_test

import (
	"net/http"
	"testing"

	"hubbub/internal/testkit/apptest"
)

func TestDocumentVersionIsRestoredWhileAnotherUserTypes(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	plan := apptest.NewDocument(sam, "Plan", "We switch on Monday.\n\nThe end")
	share(app, sam, plan, maya, "editor")
	writer := openEditor(t, maya, plan)
	page := openDocumentAs(app, sam, plan)
	page.Click("[data-open-versions]").WantText("#versions-panel", "No versions yet")
	page.Type("#version-name", "Before the change").Press("Enter").WantText("#versions-panel .version", "Before the change").WantText("#versions-panel .version", "Sam Rivera")

	writer.wantText("We switch on Monday.\nThe end")
	writer.write("We switch on Tuesday.\nThe end")
	page.WantText("#paper", "Tuesday").Click("#versions-panel .version").WantText("#version-preview del", "Monday").WantText("#version-preview ins", "Tuesday").WantAccessibleInBothThemes()
	page.Click("#version-preview [name=changes]").WantNo("#version-preview ins").WantText("#version-preview", "We switch on Monday.")

	page.Click("[data-restore]").WantText("#paper", "We switch on Monday.").WantText("#versions-panel", "Before restoring")
	writer.until("Maya's editor has it", func() bool { return writer.text() == "We switch on Monday.\nThe end" })
	writer.write("We switch on Monday.\nThe end, she wrote")
	page.WantText("#paper", "she wrote").Click("[data-do=undo]").WantText("#paper", "Tuesday")
}

func TestDocumentVersionsWorkWithoutScript(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, theo := app.As("sam"), app.As("theo")
	plan := apptest.NewDocument(sam, "Plan", "We switch on Monday.")
	share(app, sam, plan, theo, "viewer")
	sam.Post("/api"+documentPath(plan)+"/versions", in{"name": "First"}).Want(http.StatusOK)
	sam.Post("/api/documents/update", in{"docId": plan, "content": "We switch on Tuesday."}).Want(http.StatusOK)
	page := app.Browser(theo)
	page.DisableJS().Goto(documentPath(plan)+"/versions").WantNo("#version-name").Click(".version").WantText("h1", "First")
	page.WantText("del", "Monday").WantText("ins", "Tuesday").WantNo("[data-restore]")
	theo.Post(documentPath(plan)+"/versions", in{"name": "mine"}).Want(http.StatusForbidden)
}
