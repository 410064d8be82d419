package app

import (
	"net/http"
	"testing"

	"hubbub/internal/testkit"
)

// selectAll selects the whole text by the keyboard.
func (p tab) selectAll(selector string) tab {
	p.Want(selector + "[contenteditable]")
	testkit.Eval[any](p.Page, `document.querySelector("`+selector+`").focus()`)
	p.Press("Control+a")
	return p
}

func TestDocumentCommentsAreLive(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam, maya := app.as("sam"), app.as("maya")
	plan := newDocument(sam, "Plan", "We switch on Monday.")
	app.share(sam, plan, maya, "viewer")
	elsewhere := app.open(maya, "/people")
	page := app.open(sam, documentPath(plan))
	page.selectAll("#paper .ProseMirror").Click("[data-open-comments]").WantText("[data-new-quote]", "We switch on Monday.").WantText("#comments-panel", "No comments yet")
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
	page.WantNo("#paper .commented").Click("[data-open-comments]").Click("[data-open-comments]").WantText(".thread", "The text it was about is gone.")
	page.Click(".thread [aria-label^=Delete]").WantText("#comments-panel", "No comments yet")
	mayaPage.WantText("#comments-panel", "No comments yet")
}
