package main

import (
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/testkit"
)

const text = ".tiptap"

// inDocument opens the document's page and waits until one can write in it.
func (i *instance) inDocument(handle string, id int64) tab {
	i.t.Helper()
	return i.open(i.as(handle), documentPath(id)).editing()
}

func (p tab) editing() tab {
	p.Want(text)
	return p
}

// writes types where the caret is.
func (p tab) writes(words string) tab { p.Type(text, words); return p }

// saved waits until the page says that everything is stored.
func (p tab) saved() tab {
	p.Want("[data-doc-saved][data-state=saved]")
	return p
}


// shared is a document that Sam owns, and these may write in.
func (i *instance) shared(markdown string, handles ...string) int64 {
	i.t.Helper()
	id := newPage(i.as("sam"), "Plan", markdown)
	for _, handle := range handles {
		i.give(id, handle, "editor")
	}
	return id
}

func (i *instance) give(id int64, handle, role string) {
	i.t.Helper()
	i.as("sam").Do(http.MethodPut, "/api/documents/"+itoa(id)+"/members", in{"userId": i.id(i.as(handle)), "role": role}).Want(http.StatusOK)
}

func (i *instance) contentOf(id int64) string {
	i.t.Helper()
	return testkit.As[page](i.as("sam").Get("/api/documents/" + itoa(id)).Want(http.StatusOK)).Content
}

func TestTwoWriteInOneParagraph(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	id := app.shared("We begin.", "maya")
	sam, maya := app.inDocument("sam", id), app.inDocument("maya", id)
	sam.Want(`#doc-here [aria-label="Follow Maya Okafor"]`)
	sam.writes("One. ").saved()
	maya.WantText(text, "One. ").Want(`.caret[data-hue]`).WantText(".caret", "Sam")
	maya.writes("Two. ").saved()
	sam.WantText(text, "Two. ").WantText(".caret", "Maya")
	if got := app.contentOf(id); !strings.Contains(got, "One. ") || !strings.Contains(got, "Two. ") {
		t.Errorf("stored is %q", got)
	}
}
