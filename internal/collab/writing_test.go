package collab_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// documentTab is a tab with the page of a document.
type documentTab struct{ apptest.Tab }

// openDocument opens the document's page and waits for its editor.
func openDocument(app *apptest.App, handle string, id int64) documentTab {
	app.T.Helper()
	return openDocumentAs(app, app.As(handle), id)
}

// openDocumentAs is openDocument for a client. The page's script is fetched after the page
// is live; until then a click on a link, such as Share, leads to another page.
func openDocumentAs(app *apptest.App, client *testkit.Client, id int64) documentTab {
	app.T.Helper()
	return documentTab{app.Open(client, documentPath(id))}.waitForEditor()
}

func openDocumentThroughRelay(app *apptest.App, handle string, id int64) (*testkit.Relay, documentTab) {
	app.T.Helper()
	relay, p := app.OpenThroughRelay(handle, documentPath(id))
	return relay, documentTab{p}
}

func (p documentTab) waitForEditor() documentTab { p.Want(".tiptap"); return p }

// write types at the caret.
func (p documentTab) write(words string) documentTab { p.Type(".tiptap", words); return p }

// waitUntilSaved waits until the page shows that everything is stored.
func (p documentTab) waitUntilSaved() documentTab {
	p.Want("[data-doc-saved][data-state=saved]")
	return p
}

// wantText waits until the document contains the words.
func (p documentTab) wantText(words string) documentTab { p.WantText(".tiptap", words); return p }

// paragraphs returns the text of the document's paragraphs, without carets.
func (p documentTab) paragraphs() string {
	return browser.Eval[string](p.Page, `[...document.querySelector(".tiptap").children].map(block => {
		const copy = block.cloneNode(true)
		for (const caret of copy.querySelectorAll(".caret")) caret.remove()
		return copy.textContent.replaceAll("\u2060", "")
	}).join("\n")`)
}

// newSharedDocument creates a document that Sam owns and the named users may edit.
func newSharedDocument(app *apptest.App, markdown string, handles ...string) int64 {
	app.T.Helper()
	id := apptest.NewDocument(app.As("sam"), "Plan", markdown)
	for _, handle := range handles {
		grant(app, id, handle, "editor")
	}
	return id
}

// grant gives a user a role in a document of Sam's.
func grant(app *apptest.App, id int64, handle, role string) {
	app.T.Helper()
	app.As("sam").Do(http.MethodPut, "/api/documents/"+itoa(id)+"/members", in{"userId": app.ID(app.As(handle)), "role": role}).Want(http.StatusOK)
}

func contentOf(app *apptest.App, id int64) string {
	app.T.Helper()
	return testkit.As[page](app.As("sam").Get("/api/documents/" + itoa(id)).Want(http.StatusOK)).Content
}

func TestDocumentParagraphIsWrittenByThreeUsers(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.", "maya", "theo")
	sam, maya, theo := openDocument(app, "sam", id), openDocument(app, "maya", id), openDocument(app, "theo", id)
	sam.Want(`#doc-here [aria-label="Follow Maya Okafor"]`).Want(`#doc-here [aria-label="Follow Theo Martin"]`)
	sam.write("One. ")
	maya.write("Two. ")
	theo.write("Three. ")
	for _, p := range []documentTab{sam, maya, theo} {
		p.waitUntilSaved().wantText("One. ").wantText("Two. ").wantText("Three. ")
	}
	if a, b, c := sam.paragraphs(), maya.paragraphs(), theo.paragraphs(); a != b || b != c {
		t.Errorf("Sam sees %q, Maya %q, Theo %q", a, b, c)
	}
	sam.WantText(".caret", "Maya").WantText(".caret", "Theo").WantNoText(".caret", "Sam")
	maya.Press("Shift+Home")
	sam.Want(".remote-selection[data-hue]")
	theo.Visit("/people")
	sam.WantNoText(".caret", "Theo").WantNo(`#doc-here [aria-label="Follow Theo Martin"]`)
}

func TestDocumentUndoKeepsEditsOfOthers(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.", "maya")
	sam, maya := openDocument(app, "sam", id), openDocument(app, "maya", id)
	sam.write("Mine. ").waitUntilSaved()
	maya.wantText("Mine. ").write("Hers. ").waitUntilSaved()
	sam.wantText("Hers. ").Press("Control+z")
	maya.WantNoText(".tiptap", "Mine. ")
	if got := maya.paragraphs(); got != "Hers. We begin." {
		t.Errorf("after Sam's undo the text is %q", got)
	}
	sam.Click(`[data-do="redo"]`)
	maya.wantText("Mine. ")
}

func TestDocumentFormattingByMarkdownAndToolbar(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "", "maya")
	sam, maya := openDocument(app, "sam", id), openDocument(app, "maya", id)
	sam.write("## Plan").Press("Enter")
	sam.write("- [ ] rehearse")
	maya.WantText(".tiptap h2", "Plan").WantText(`.tiptap [data-type="taskList"] p`, "rehearse").WantNo(".tiptap ul ul")
	maya.Click(`.tiptap input[type=checkbox]`)
	sam.Want(`.tiptap li[data-checked=true]`)

	sam.Press("Enter").Press("Enter").Click(`[data-do="bold"][aria-pressed=false]`).Want(`[data-do="bold"][aria-pressed=true]`)
	sam.write("loud")
	maya.WantText(".tiptap > p strong", "loud")
	sam.Press("Alt+F10").WantFocus(`[data-do="bold"]`).Press("ArrowRight").WantFocus(`[data-do="italic"]`).Press("Escape").WantFocus(".tiptap")
	sam.Press("Control+a").Click(`[data-do="link"]`).Type("#doc-link-to", "example.org").Press("Enter")
	maya.Want(`.tiptap strong a[href="https://example.org"], .tiptap a[href="https://example.org"]`)
	sam.waitUntilSaved()
	app.As("sam").Get("/api/documents/" + itoa(id) + "/export?format=md").Want(http.StatusOK).WantBody("- [x] ")
}

func TestDocumentPasteKeepsFormatting(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := openDocument(app, "sam", newSharedDocument(app, ""))
	sam.paste("text/plain", "# Plan\n\nIt is **big**.\n\n| a | b |\n| - | - |\n| 1 | 2 |\n")
	sam.WantText(".tiptap h1", "Plan").WantText(".tiptap strong", "big").WantText(".tiptap td", "2")
	sam.Press("Control+a").Press("Backspace")
	sam.paste("text/html", `<style>p{color:red}</style><b style="font-weight:normal"><p>plain <span style="font-weight:700">loud</span></p></b>`+
		`<p style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">· </span>first</p><p style="mso-list:l0 level2 lfo1"><span style="mso-list:Ignore">o </span>within</p>`)
	sam.WantText(".tiptap strong", "loud").WantNoText(".tiptap strong", "plain").WantText(".tiptap ul ul", "within").WantNoText(".tiptap li", "·")
}

func (p documentTab) paste(kind, content string) documentTab {
	p.Type(".tiptap", "")
	browser.Eval[bool](p.Page, `(() => {
		const clipboardData = new DataTransfer()
		clipboardData.setData(`+strconv.Quote(kind)+`, `+strconv.Quote(content)+`)
		return document.querySelector(".tiptap").dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
	})()`)
	return p
}

func TestDocumentIsReadOnlyForAViewer(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.")
	grant(app, id, "maya", "viewer")
	sam, maya := openDocument(app, "sam", id), openDocument(app, "maya", id)
	maya.Want(`.tiptap[contenteditable=false][aria-readonly=true]`).WantNo(".format-bar").Want("[data-doc-saved][data-state=reading]").Want("[data-doc-title]:read-only")
	sam.write("News. ").waitUntilSaved()
	maya.wantText("News. ")
}

func TestDocumentFollowsTheCaretOfAnotherUser(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "first\n\n"+strings.Repeat("and on\n\n", 100)+"last", "maya")
	sam, maya := openDocument(app, "sam", id), openDocument(app, "maya", id)
	top := `document.querySelector("[data-doc-scroll]").scrollTop`
	maya.write("")
	maya.Until(`(getSelection().selectAllChildren(document.querySelector(".tiptap").lastElementChild), true)`).Press("ArrowRight")
	maya.write(" of all")
	sam.wantText(" of all")
	sam.Click(`[aria-label="Follow Maya Okafor"]`).Want(`[aria-label="Follow Maya Okafor"][aria-pressed=true]`).Until(top + " > 500")
	sam.write("x")
	sam.Want(`[aria-label="Follow Maya Okafor"][aria-pressed=false]`)
}

func TestDocumentRefusesAPasteThatCannotBeSaved(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.")
	sam := openDocument(app, "sam", id)
	for kind, content := range map[string]string{
		"text/plain": strings.Repeat("much too long ", 80_000),
		"text/html":  strings.Repeat("<p>much too long</p>", 12_000),
	} {
		sam.paste(kind, content).waitUntilSaved().WantText(".toast", "That’s too much text")
		sam.Click(".toast .dismiss").WantNo(".toast")
	}
	sam.paste("text/plain", strings.Repeat("long ", 40_000)).wantText("long long").waitUntilSaved().write("And on. ").waitUntilSaved()
	if got := contentOf(app, id); strings.Contains(got, "much") || strings.Count(got, "long ") != 40_000 {
		t.Errorf("the document is stored with %d bytes", len(got))
	}
}

// insert inserts the letters as one change, without the limit on pastes.
func (p documentTab) insert(letter string, times int) documentTab {
	browser.Eval[bool](p.Page, fmt.Sprintf(`(() => {
		const { view, state } = document.querySelector(".tiptap").editor
		view.dispatch(state.tr.insertText(%q.repeat(%d), 1).setMeta("unbounded", true))
		return true
	})()`, letter, times))
	return p
}

func TestDocumentKeepsAChangeThatIsTooLargeToSend(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.")
	sam := openDocument(app, "sam", id)
	sam.Until(`(io.socket.on("disconnect", () => { window.wasCut = true }), true)`)
	sam.insert("x", 1_060_000)
	sam.WantText("[data-doc-notice]", "Not saved: This change is too large to send.")
	sam.Want(`[data-doc-saved][data-state=stuck][title="Not saved, kept on this device"]`)
	sam.WantText("[data-doc-notice] button", "Copy text")
	sam.Type(".tiptap", "").Press("Control+a").Press("Backspace")
	sam.write("We go on.").waitUntilSaved()
	sam.WantNoText("[data-doc-notice]", "Not saved").Until(`!window.wasCut`)
	if got := contentOf(app, id); got != "We go on." {
		t.Errorf("the document is stored with %d bytes", len(got))
	}
}

func TestDocumentSendsOfflinePastesOneByOne(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "We begin.")
	relay, sam := openDocumentThroughRelay(app, "sam", id)
	sam.waitForEditor().waitUntilSaved()
	relay.Cut()
	sam.Want("[data-doc-saved][data-state=kept]")
	for _, letter := range []string{"a", "b", "c"} {
		sam.insert(letter, 400_000)
	}
	relay.Restore()
	sam.Want("[data-doc-saved][data-state=saved]")
	got := contentOf(app, id)
	for _, letter := range []string{"a", "b", "c"} {
		if n := strings.Count(got, letter); n < 400_000 {
			t.Errorf("%d of 400000 %s are stored", n, letter)
		}
	}
}

func TestDocumentTitleAndOutlineAreLive(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "# First\n\nthree words here\n\n## Second", "maya")
	sam, maya := openDocument(app, "sam", id), openDocument(app, "maya", id)
	sam.Clear("[data-doc-title]").Type("[data-doc-title]", "The plan").Press("Enter")
	maya.WantValue("[data-doc-title]", "The plan").Until(`document.title.includes("The plan")`)
	maya.WantText(".paper-foot", "5 words").SetViewport(1440, 900)
	maya.Click("[data-open-outline]").WantText("#doc-side", "Second").ClickText("#doc-side button", "Second").WantFocus(".tiptap")
	sam.write("## Third").Press("Enter")
	maya.WantText("#doc-side", "Third").Click(`#doc-side [aria-label="Close"]`).WantNo("#doc-side").WantFocus("[data-open-outline]")
}

func TestDocumentPageIsAccessible(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	id := newSharedDocument(app, "# First\n\n- [ ] task\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n## Second", "maya")
	sam, maya := openDocument(app, "sam", id), openDocument(app, "maya", id)
	maya.write("Hello. ").waitUntilSaved()
	sam.WantText(".caret", "Maya").WantAccessibleInBothThemes()
	sam.write("").Press("Escape").Press("Tab").WantNo(".tiptap:focus")
}
