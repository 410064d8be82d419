package collab_test

import (
	"net/http"
	"testing"

	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// selectAll selects the whole text by the keyboard.
func selectAll(p apptest.Tab, selector string) apptest.Tab {
	p.Want(selector + "[contenteditable]")
	browser.Eval[any](p.Page, `document.querySelector("`+selector+`").focus()`)
	p.Press("Control+a")
	return p
}

func TestDocumentCommentsAreLive(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	plan := apptest.NewDocument(sam, "Plan", "We switch on Monday.")
	share(app, sam, plan, maya, "viewer")
	elsewhere := app.Open(maya, "/people")
	page := openDocumentAs(app, sam, plan)
	selectAll(page.Tab, "#paper .ProseMirror").Click("[data-open-comments]").WantText("[data-new-quote]", "We switch on Monday.").WantText("#comments-panel", "No comments yet")
	page.Type("#comment-text", "Is that right, @ma").WantText("#mentions", "Maya Okafor").Press("Enter").WantValue("#comment-text", "Is that right, @maya ")
	page.Click("[data-new-comment] button").WantText(".thread", "Is that right, @maya").WantText("#paper .commented", "We switch on Monday.")

	elsewhere.WantText(".toast", "mentioned you in “Plan”").Click(".toast a").Want("#doc-side .thread:focus")
	page.WantAccessibleInBothThemes()
	mayaPage := elsewhere
	mayaPage.Want("#paper .commented").WantText(".thread", "Is that right, @maya").WantNo(".thread [aria-label^=Delete]").WantNoText(".thread", "Resolve")
	mayaPage.Type(".thread textarea", "No, Tuesday").Press("Control+Enter").WantText(".comments", "No, Tuesday").WantValue(".thread textarea", "")
	page.WantText(".comments", "No, Tuesday").Type(".thread textarea", "half an ans")
	mayaPage.Type(".thread textarea", "I am sure").Press("Control+Enter").WantText(".comments", "I am sure")
	page.WantText(".comments", "I am sure").WantValue(".thread textarea", "half an ans")
	page.ClickText(".thread button", "Resolve").WantText(".thread", "Resolved by Sam Rivera").WantNo("#paper .commented")
	mayaPage.WantText(".thread", "Resolved by Sam Rivera").WantNo("#paper .commented")
	page.ClickText(".thread button", "Reopen").Want("#paper .commented").Click("[aria-controls=doc-side][aria-expanded=true]").WantNo("#doc-side")
	page.Click("#paper .commented").Want("#doc-side .thread:focus").Want("#paper .commented.is-current")

	sam.Post("/api/documents/update", in{"docId": plan, "content": ""}).Want(http.StatusOK)
	page.WantNo("#paper .commented").Click("[data-open-comments]").Click("[data-open-comments]").WantText(".thread", "Someone deleted the text this was about.")
	page.Click(".thread [aria-label^=Delete]").WantText("#comments-panel", "No comments yet")
	mayaPage.WantText("#comments-panel", "No comments yet")
}
