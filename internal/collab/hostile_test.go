package collab_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// wideTable is 9 KB of Markdown that would become 900,000 cells.
var wideTable = strings.Repeat("|a", 300) + "|\n" + strings.Repeat("|-", 300) + "|\n" + strings.Repeat("|b\n", 3000)

func TestHostileImportsAreRefused(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	testkit.Within(t, time.Minute, "a wide table", func() {
		refused := sam.Post("/api/documents", in{"title": "Bomb", "markdown": wideTable})
		refused.Want(http.StatusUnprocessableEntity).WantBody("markdown")
		refused = sam.Post("/documents/import", testkit.File{Field: "file", Name: "bomb.md", Content: wideTable})
		refused.Want(http.StatusUnprocessableEntity).WantBody("too complex")
	})
	testkit.Within(t, time.Minute, "empty lines", func() {
		refused := sam.Post("/api/documents", in{"title": "Lines", "text": strings.Repeat("a\n", 50_000)})
		refused.Want(http.StatusUnprocessableEntity).WantBody("too long for one document")
	})
}

func TestHostileStoredDocumentsAreHandledInTime(t *testing.T) {
	t.Parallel()
	database := testkit.DatabaseURL(t)
	app := apptest.StartOn(t, database)
	long := yjs.Import(0, []yjs.Node{{Type: "paragraph", Children: []yjs.Node{{Text: strings.Repeat("a", 25<<20)}}}})
	bombs := []int64{store(app, tableOf(150, 150)), store(app, long)}
	app.Stop()

	app = apptest.StartOn(t, database)
	sam := app.As("sam")
	for _, id := range bombs {
		testkit.Within(t, time.Minute, "a page", func() {
			page := sam.Get("/documents/" + itoa(id)).Want(http.StatusOK).WantBody("too large to show in full")
			if len(page.Body) > 4<<20 {
				t.Errorf("the page has %d MB", len(page.Body)>>20)
			}
		})
		testkit.Within(t, time.Minute, "an export", func() {
			at := "/api/documents/" + itoa(id)
			sam.Get(at + "/export?format=text").Want(http.StatusOK)
			sam.Get(at + "/versions").Want(http.StatusOK)
		})
	}
	sam.Get("/api/documents/" + itoa(bombs[1]) + "/export?format=md").Want(http.StatusRequestEntityTooLarge)
	socket := sam.Connect("")
	socket.Get("/api/documents/join", in{"docId": bombs[1], "schema": 1}).Want(http.StatusRequestEntityTooLarge)
	apptest.NewDocument(sam, "Sound", "a heliotrope")
	testkit.Eventually(t, "the search finds a new document", time.Minute, func() bool {
		found := sam.Get("/api/search?query=heliotrope&kinds=document").Want(http.StatusOK)
		return strings.Contains(found.Body, `"title":"Sound"`)
	})
	for _, id := range bombs {
		sam.Do(http.MethodDelete, "/api/documents/"+itoa(id), nil).Want(http.StatusNoContent)
	}
}

// tableOf returns the state of a document with a table of empty cells.
func tableOf(columns, rows int) []byte {
	row := yjs.Node{Type: "tableRow", Children: make([]yjs.Node, columns)}
	for i := range row.Children {
		row.Children[i] = yjs.Node{Type: "tableCell", Children: []yjs.Node{{Type: "paragraph"}}}
	}
	table := yjs.Node{Type: "table", Children: make([]yjs.Node, rows)}
	for i := range table.Children {
		table.Children[i] = row
	}
	return yjs.Import(0, []yjs.Node{table})
}

// store stores a document of Sam's without checking any limit.
func store(app *apptest.App, state []byte) (id int64) {
	app.T.Helper()
	sam := app.ID(app.As("sam"))
	id = apptest.Find[int64](app, `
		insert into collab.documents (title, created_by, updated_by, seq, tail_rows, tail_bytes, schema, updated_at)
		values ('Stored', $1, $1, 1, 1, $2, 1, now() - interval '1 hour')
		returning id`, sam, len(state))
	app.Exec(`insert into collab.members (doc_id, user_id, role) values ($1, $2, 'owner')`, id, sam)
	app.Exec(`insert into collab.updates (doc_id, seq, user_id, bytes) values ($1, 1, $2, $3)`, id, sam, state)
	return id
}
