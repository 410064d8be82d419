package collab

import (
	"context"
	_ "embed"
	"time"

	"hubbub/web"
)

// Template is the first content of a new document.
type Template struct {
	Key, Label, Note string
	title            string // of the document, if the user gives none
	dated            bool   // the title gets the date
	markdown         string
}

var (
	//go:embed templates/launch-checklist.md
	launchChecklist string
	//go:embed templates/meeting-notes.md
	meetingNotes string
)

// Templates are offered in this order; the first one is the default.
var Templates = []Template{
	{Key: "blank", Label: "Blank", Note: "An empty document.", title: "Untitled"},
	{Key: "launch", Label: "Launch checklist", Note: "Tasks for before, during and after.", title: "Launch checklist", markdown: launchChecklist},
	{Key: "meeting", Label: "Meeting notes", Note: "Notes, decisions and action items.", title: "Meeting notes", dated: true, markdown: meetingNotes},
}

// templateOf returns the template with the key, or the first one if there is none.
func templateOf(key string) Template {
	for _, t := range Templates {
		if t.Key == key {
			return t
		}
	}
	return Templates[0]
}

// titleFor returns the title of a document of this template if the user gives none.
func (t Template) titleFor(ctx context.Context, now time.Time) string {
	if t.dated {
		return t.title + ", " + now.In(web.Zone(ctx)).Format("2 January")
	}
	return t.title
}
