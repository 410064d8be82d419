package collab_test

import (
	"net/http"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func share(app *apptest.App, owner *testkit.Client, docID int64, with *testkit.Client, role string) {
	app.T.Helper()
	owner.Do(http.MethodPut, "/api/documents/"+itoa(docID)+"/members", in{"userId": app.ID(with), "role": role}).Want(http.StatusOK)
}

func TestDocumentListIsLive(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	plan := apptest.NewDocument(sam, "Wombat plan", "The first wombat digs")
	page := app.Open(maya, "/documents?query=wombat")
	page.WantText("#documents-end", "No results for “wombat”").WantAccessibleInBothThemes()

	share(app, sam, plan, maya, "editor")
	row := "#document-" + itoa(plan)
	page.WantText(row, "Wombat plan").WantText(row, "by Sam Rivera").WantText(row, "You can edit").WantText(row, "Private")
	share(app, sam, plan, maya, "viewer")
	page.WantText(row, "You can read")
	sam.Do(http.MethodPatch, "/api/documents/"+itoa(plan), in{"title": "The wombat plan", "visibility": "everyone"}).Want(http.StatusOK)
	page.WantText(row, "The wombat plan").WantText(row, "Everyone")

	writer := openEditor(t, sam, plan)
	page.Want(row + ` .avatar[title="Sam Rivera"]`)
	second := apptest.NewDocument(maya, "Second wombat", "")
	page.WantText("#documents li:first-child", "Second wombat").Type(row+"-link", "")
	writer.write("The last wombat digs")
	page.WantText("#documents li:first-child", "The last wombat digs").WantFocus(row + "-link")
	page.WantAccessibleInBothThemes()
	writer.socket.Close()
	page.WantNo(row + " .avatar")

	maya.Do(http.MethodDelete, "/api/documents/"+itoa(second), nil).Want(http.StatusNoContent)
	page.WantCount("#documents li", 1).WantText("#documents-end", "1 document")
	lin := app.Open(app.As("lin"), "/documents?query=wombat")
	lin.WantText(row, "You can read")
	sam.Do(http.MethodPatch, "/api/documents/"+itoa(plan), in{"visibility": "private"}).Want(http.StatusOK)
	page.WantText(row, "Private")
	lin.WantCount("#documents li", 0)
}

func TestDocumentListIsFilteredWhileTyping(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	apptest.NewDocument(sam, "100% numbat", "about termites")
	apptest.NewDocument(sam, "Quokka", "about smiles")
	page := app.Open(sam, "/documents")
	page.Type("#query", "100%").WantPath("/documents?query=100%25").WantCount("#documents li", 1).WantText("#documents li", "numbat")
	page.Clear("#query").Type("#query", "smil").WantText("#documents li", "Quokka").WantCount("#documents li", 1)
	page.Clear("#query").WantPath("/documents").WantText("#documents", "numbat")
	share(app, sam, apptest.NewDocument(sam, "Shared quokka", ""), app.As("maya"), "viewer")
	page.WantText("#documents li:first-child", "Shared quokka")
}

func TestDocumentIsCreatedWithoutScript(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya := app.Browser(app.As("maya"))
	maya.DisableJS().Goto("/documents")
	maya.Click("[name=template][value=launch]").Click("#new button").WantText("#paper h2", "Before").WantValue("[name=title]", "Launch checklist")
	maya.Goto("/documents").Type("#title", "Retro").Click("[name=template][value=meeting]").Click("#new button")
	maya.WantText("#paper h2", "Agenda").WantValue("[name=title]", "Retro")
	maya.Goto("/documents").Type("#query", "retr").Press("Enter").WantPath("/documents?query=retr").WantCount("#documents li", 1).WantText("#documents", "Retro")
}

func TestDocumentIsImportedFromAFile(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya := app.As("maya")
	made := func(name, content string, want int) testkit.Answer {
		return maya.Post("/documents/import", testkit.File{Field: "file", Name: name, Content: content}).Want(want)
	}
	plan := made("the-big_plan.md", "# Why\n\n- [x] **because**", http.StatusSeeOther).Header.Get("Location")
	maya.Get("/api" + plan).Want(http.StatusOK).WantBody(`"title":"the big plan"`)
	maya.Get("/api" + plan + "/export").Want(http.StatusOK).WantBody("# Why\n\n- [x] **because**\n")
	text := made("notes.txt", "# no heading", http.StatusSeeOther).Header.Get("Location")
	maya.Get("/api" + text + "/export").Want(http.StatusOK).WantBody("\\# no heading\n")
	made("picture.txt", "\xff\xfe", http.StatusUnprocessableEntity).WantBody("This isn’t a text file.")
	made("empty.md", "", http.StatusUnprocessableEntity).WantBody("Choose a file")
}

func TestDocumentIsCreatedFromThePalette(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya := app.Open(app.As("maya"), "/people")
	maya.Press("Control+k").WantFocus("#palette-input").Type("#palette-input", "new doc").WantText("#palette-list [aria-selected=true]", "New document")
	maya.Press("Enter").WantValue("[name=title]", "Untitled")
}
