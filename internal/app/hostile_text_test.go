package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/testkit"
)

// withinAMinute fails the test if the call takes longer. Without its limit it took hours
// or gigabytes.
func withinAMinute(t *testing.T, name string, call func()) {
	t.Helper()
	began := time.Now()
	call()
	if took := time.Since(began); took > time.Minute {
		t.Errorf("%s took %v", name, took)
	}
}

func TestHostileCodeInAMessageIsRenderedInTime(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam := app.as("sam")
	socket := sam.Connect("")
	for _, language := range []string{"jsonata", "jungle", "c"} {
		text := "```" + language + "\né\n" + strings.Repeat("\n", 1900) + "\n```"
		withinAMinute(t, language, func() {
			sent := testkit.As[thing](sam.Post("/api/chat/send", in{"roomId": 1, "text": text}).Want(http.StatusOK))
			sam.Do(http.MethodPatch, "/api/chat/messages/"+itoa(sent.ID), in{"text": text + " "}).Want(http.StatusOK)
			socket.Post("/api/chat/send", in{"roomId": 1, "text": text}).Want(http.StatusOK)
		})
	}
}

// wideTable is 9 KB of Markdown that would become 900,000 cells.
var wideTable = strings.Repeat("|a", 300) + "|\n" + strings.Repeat("|-", 300) + "|\n" + strings.Repeat("|b\n", 3000)

func TestHostileImportsAreRefused(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam := app.as("sam")
	withinAMinute(t, "a wide table", func() {
		refused := sam.Post("/api/documents", in{"title": "Bomb", "markdown": wideTable})
		refused.Want(http.StatusUnprocessableEntity).WantBody("markdown")
		refused = sam.Post("/documents/import", testkit.File{Field: "file", Name: "bomb.md", Content: wideTable})
		refused.Want(http.StatusUnprocessableEntity).WantBody("too complex")
	})
	withinAMinute(t, "empty lines", func() {
		refused := sam.Post("/api/documents", in{"title": "Lines", "text": strings.Repeat("a\n", 50_000)})
		refused.Want(http.StatusUnprocessableEntity).WantBody("too large a document")
	})
}

func TestHostileStoredDocumentsAreHandledInTime(t *testing.T) {
	t.Parallel()
	database := testkit.DatabaseURL(t)
	app := startAppOn(t, database)
	long := yjs.Import(0, []yjs.Node{{Type: "paragraph", Children: []yjs.Node{{Text: strings.Repeat("a", 25<<20)}}}})
	bombs := []int64{app.store(tableOf(150, 150)), app.store(long)}
	app.stop()

	app = startAppOn(t, database)
	sam := app.as("sam")
	for _, id := range bombs {
		withinAMinute(t, "a page", func() {
			page := sam.Get("/documents/" + itoa(id)).Want(http.StatusOK).WantBody("too large for this page")
			if len(page.Body) > 4<<20 {
				t.Errorf("the page has %d MB", len(page.Body)>>20)
			}
		})
		withinAMinute(t, "an export", func() {
			at := "/api/documents/" + itoa(id)
			sam.Get(at + "/export?format=text").Want(http.StatusOK)
			sam.Get(at + "/versions").Want(http.StatusOK)
		})
	}
	sam.Get("/api/documents/" + itoa(bombs[1]) + "/export?format=md").Want(http.StatusRequestEntityTooLarge)
	socket := sam.Connect("")
	socket.Get("/api/documents/join", in{"docId": bombs[1], "schema": 1}).Want(http.StatusRequestEntityTooLarge)
	newDocument(sam, "Sound", "a heliotrope")
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
func (i *instance) store(state []byte) (id int64) {
	i.t.Helper()
	sam := i.id(i.as("sam"))
	id = find[int64](i, `
		insert into collab.documents (title, created_by, updated_by, seq, tail_rows, tail_bytes, schema, updated_at)
		values ('Stored', $1, $1, 1, 1, $2, 1, now() - interval '1 hour')
		returning id`, sam, len(state))
	i.exec(`insert into collab.members (doc_id, user_id, role) values ($1, $2, 'owner')`, id, sam)
	i.exec(`insert into collab.updates (doc_id, seq, user_id, bytes) values ($1, 1, $2, $3)`, id, sam, state)
	return id
}

func TestHostileMentionsBeyondTwentyNotifyNoUser(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam := app.as("sam")
	app.exec(`
		insert into account.users (full_name, handle, email)
		select 'Crowd ' || n, 'crowd' || n, n || '@crowd.example' from generate_series(1, 30) n`)
	var text strings.Builder
	for n := range 30 {
		text.WriteString("@crowd" + itoa(int64(n+1)) + " ")
	}
	sent := testkit.As[thing](sam.Post("/api/chat/send", in{"roomId": 1, "text": text.String()}).Want(http.StatusOK))
	html := find[string](app, `select html from chat.messages where id = $1`, sent.ID)
	if strings.Count(html, `class="mention"`) != 30 {
		t.Errorf("the message is shown as %s", html)
	}
	if n := find[int](app, `select cardinality(mentions) from chat.messages where id = $1`, sent.ID); n != 20 {
		t.Errorf("%d users are mentioned", n)
	}
}

func TestHostileRoomOfTooManyMembersIsRefused(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	ids := make([]int64, 1001)
	for i := range ids {
		ids[i] = 1
	}
	refused := app.as("sam").Post("/api/rooms", in{"name": "crowd", "kind": "private", "memberIds": ids})
	refused.Want(http.StatusUnprocessableEntity).WantBody("memberIds")
}
