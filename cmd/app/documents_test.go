package main

import (
	"encoding/binary"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/testkit"
)

// page is a document as answers have it.
type page struct {
	ID      int64  `json:"id"`
	Title   string `json:"title"`
	Role    string `json:"role"`
	Content string `json:"content"`
	Channel int64  `json:"channel"`
	Client  uint64 `json:"client"`
	Epoch   int    `json:"epoch"`
	Excerpt string `json:"excerpt"`
}

func itoa(id int64) string { return strconv.FormatInt(id, 10) }

func newPage(owner *testkit.Client, title, markdown string) int64 {
	return testkit.As[page](owner.Post("/api/documents", map[string]string{"title": title, "markdown": markdown}).Want(http.StatusOK)).ID
}

// editor is somebody's Yjs on a socket, as small as can be: it knows updates, and
// edits by rewriting.
type editor struct {
	t      *testing.T
	socket *testkit.Socket
	page
	doc   [][]byte
	acked uint64
	n     uint64
}

func openEditor(t *testing.T, who *testkit.Client, docID int64) *editor {
	t.Helper()
	e := &editor{t: t, socket: who.Connect("")}
	e.page = testkit.As[page](e.socket.Get("/api/documents/join", map[string]any{"docId": docID, "schema": 1}).Want(http.StatusOK))
	e.until("it is in step", func() bool { return len(e.doc) > 0 })
	return e
}

func (e *editor) send(kind byte, number *uint64, payload []byte) {
	e.t.Helper()
	message := append(binary.AppendUvarint(nil, uint64(e.Channel)), kind)
	if number != nil {
		*number++
		message = binary.AppendUvarint(message, *number)
	}
	if err := e.socket.SendBinary(append(message, payload...)); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) take() {
	for _, message := range e.socket.Binary() {
		_, size := binary.Uvarint(message)
		kind, payload := message[size], message[size+1:]
		switch kind {
		case 0:
			e.send(1, &e.n, []byte{0, 0})
			e.send(0, nil, e.whole().StateVector().Encode())
		case 1:
			e.doc = append(e.doc, payload[1:])
		case 2:
			e.doc = append(e.doc, payload)
		case 4:
			e.acked, _ = binary.Uvarint(payload)
		case 5:
			e.t.Fatalf("refused: %s", payload)
		}
	}
}

func (e *editor) whole() *yjs.Update {
	if len(e.doc) == 0 {
		return &yjs.Update{}
	}
	u, err := yjs.Merge(e.doc...)
	if err != nil {
		e.t.Fatal(err)
	}
	return u
}

func (e *editor) built() *yjs.Document {
	d, err := yjs.Build(e.whole().Encode(), yjs.DefaultBudget)
	if err != nil {
		e.t.Fatal(err)
	}
	return d
}

func (e *editor) text() string {
	text, err := e.built().Text(yjs.Page)
	if err != nil {
		e.t.Fatal(err)
	}
	return strings.TrimSuffix(text, "\n")
}

func (e *editor) writes(text string) {
	update := e.built().Rewrite(e.Client, text)
	e.doc = append(e.doc, update)
	e.send(2, &e.n, update)
}

func (e *editor) until(what string, cond func() bool) {
	e.t.Helper()
	testkit.Eventually(e.t, what, testkit.Patience, func() bool { e.take(); return cond() })
}

func (e *editor) reads(want string) {
	e.t.Helper()
	e.until("it reads "+want, func() bool { return e.text() == want })
}

func (e *editor) saved() {
	e.t.Helper()
	e.until("it is saved", func() bool { return e.acked == e.n })
}

func TestTwoWriteInOneDocumentOverSockets(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam, maya, theo := app.as("sam"), app.as("maya"), app.as("theo")
	id := newPage(sam, "Launch", "# Plan\n\nfirst")
	at := "/api/documents/" + itoa(id)
	maya.Get(at).Want(http.StatusNotFound)
	sam.Do(http.MethodPut, at+"/members", map[string]any{"userId": app.id(maya), "role": "editor"}).Want(http.StatusOK)
	sam.Do(http.MethodPut, at+"/members", map[string]any{"userId": app.id(theo), "role": "viewer"}).Want(http.StatusOK)

	a, b := openEditor(t, sam, id), openEditor(t, maya, id)
	a.reads("Plan\nfirst")
	a.writes("Plan\nfirst things")
	a.saved()
	b.reads("Plan\nfirst things")
	b.writes("The Plan\nfirst things")
	b.saved()
	a.reads("The Plan\nfirst things")
	a.socket.WantEvent("collaboratorJoined")

	theo.Post("/api/documents/update", map[string]any{"docId": id, "content": "mine"}).Want(http.StatusForbidden)
	reader := theo.Connect("")
	reader.Get("/api/documents/join", map[string]any{"docId": id}).Want(http.StatusOK).WantBody("first things")
	maya.Post("/api/documents/update", map[string]any{"docId": id, "content": "The Plan\nfirst things first", "cursorPosition": 3}).Want(http.StatusOK)
	a.reads("The Plan\nfirst things first")
	if e := reader.WantEvent("documentUpdated"); !strings.Contains(string(e.Data), "things first") {
		t.Errorf("told %s", e.Data)
	}
	sam.Get(at + "/export?format=md").Want(http.StatusOK).WantBody("# The Plan\n\nfirst things first\n")
	finds := func(who *testkit.Client) bool {
		return strings.Contains(who.Get("/api/search?query=things&kinds=document").Want(http.StatusOK).Body, `"title":"Launch"`)
	}
	testkit.Eventually(t, "Theo finds it", testkit.Patience, func() bool { return finds(theo) })
	if !finds(maya) || finds(app.as("lin")) {
		t.Error("others than its readers find it, or not they")
	}
	sam.Do(http.MethodDelete, at+"/members/"+itoa(app.id(maya)), nil).Want(http.StatusNoContent)
	if finds(maya) {
		t.Error("Maya still finds it")
	}
	b.socket.WantEvent("documentGone")
	b.socket.Close()
	a.socket.WantEvent("collaboratorLeft")
	sam.Do(http.MethodDelete, at, nil).Want(http.StatusNoContent)
	a.socket.WantEvent("documentGone")
}

func TestAStockEditorJoins(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam := app.as("sam")
	id := newPage(sam, "Launch", "hello")
	a := openEditor(t, sam, id)
	if status := app.anybody().RefusedAt("/api/documents/" + itoa(id) + "/yjs"); status != http.StatusUnauthorized {
		t.Errorf("anybody: %d", status)
	}
	if status := app.as("maya").RefusedAt("/api/documents/" + itoa(id) + "/yjs"); status != http.StatusNotFound {
		t.Errorf("Maya: %d", status)
	}
	stock := sam.ConnectAt("/api/documents/" + itoa(id) + "/yjs")
	if err := stock.SendBinary([]byte{0, 0, 1, 0}); err != nil { // sync, step 1, nothing is known
		t.Fatal(err)
	}
	var doc [][]byte
	testkit.Eventually(t, "step 1 and step 2", testkit.Patience, func() bool {
		for _, m := range stock.Binary() {
			if m[0] == 0 && m[1] > 0 {
				_, size := binary.Uvarint(m[2:])
				doc = append(doc, m[2+size:])
			}
		}
		return len(doc) > 0
	})
	d, err := yjs.Build(doc[0], yjs.DefaultBudget)
	if err != nil {
		t.Fatal(err)
	}
	update := d.Rewrite(4_000_000_000, "hello world")
	if err := stock.SendBinary(append(binary.AppendUvarint([]byte{0, 2}, uint64(len(update))), update...)); err != nil {
		t.Fatal(err)
	}
	a.reads("hello world")
	a.writes("oh hello world")
	testkit.Eventually(t, "an update", testkit.Patience, func() bool {
		for _, m := range stock.Binary() {
			if m[0] == 0 && m[1] == 2 {
				return true
			}
		}
		return false
	})
	sam.Do(http.MethodDelete, "/api/documents/"+itoa(id), nil).Want(http.StatusNoContent)
	stock.WantClosed(1012)
}

func TestWhoIsInvisibleIsNotSeenInDocuments(t *testing.T) {
	t.Parallel()
	app := startApp(t, brisk)
	sam, maya := app.as("sam"), app.as("maya")
	id := newPage(sam, "Launch", "hello")
	sam.Do(http.MethodPut, "/api/documents/"+itoa(id)+"/members", map[string]any{"userId": app.id(maya), "role": "editor"}).Want(http.StatusOK)
	a, b := openEditor(t, sam, id), openEditor(t, maya, id)
	if e := a.socket.WantEvent("collaboratorJoined"); !strings.Contains(string(e.Data), "Maya Okafor") {
		t.Errorf("told %s", e.Data)
	}
	b.socket.Post("/api/presence/status", map[string]string{"status": "invisible"}).Want(http.StatusOK)
	a.socket.WantEvent("collaboratorLeft")
	again := maya.Connect("")
	again.Get("/api/documents/join", map[string]any{"docId": id, "schema": 1}).Want(http.StatusOK)
	b.writes("hello again")
	a.reads("hello again")
	a.socket.WantNo("collaboratorJoined")
	if found := sam.Connect("").Get("/api/documents/join", map[string]any{"docId": id}).Want(http.StatusOK).Body; strings.Contains(found, `"userId":`+itoa(app.id(maya))) || strings.Count(found, "Maya") != 1 { // once: who changed it last
		t.Errorf("joining tells %s", found)
	}
	b.socket.Post("/api/presence/status", map[string]string{"status": "online"}).Want(http.StatusOK)
	a.socket.WantEvent("collaboratorJoined")
}
