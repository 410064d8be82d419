package collab_test

import (
	"fmt"
	"net/http"
	"testing"

	"hubbub/internal/testkit/apptest"
)

func documentPath(id int64) string { return fmt.Sprintf("/documents/%d", id) }

func TestDocumentIsReadableWithoutScript(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	id := apptest.NewDocument(sam, "Launch checklist", "# Before\n\nWe switch **on Thursday**.\n\n- one\n- two\n\n| a | b |\n| - | - |\n| 1 | 2 |\n")
	page := app.Browser(sam)
	page.DisableJS()
	page.Goto(documentPath(id)).WantText("#paper h1", "Before").WantText("#paper strong", "on Thursday").WantText("#paper td", "1")
	page.WantText(".paper-foot", "by Sam Rivera").WantNo(".format-bar")
	page.Clear("[data-doc-title]").Type("[data-doc-title]", "The plan").Press("Enter").WantText("h1", "The plan")
	app.As("maya").Get(documentPath(id)).Want(http.StatusNotFound)
	app.Anonymous().Get(documentPath(id)).Want(http.StatusSeeOther)
}
