package collab_test

import (
	"encoding/binary"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/testkit"
)

// page has the fields of a document in an answer.
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

// editor is a minimal editor on a socket: it keeps the updates, and edits by rewriting
// the whole text.
type editor struct {
	t      *testing.T
	socket *testkit.Socket
	page
	doc   [][]byte
	acked uint64
	n     uint64

	mortal, dead bool // the app may be killed; it was
}

func openEditor(t *testing.T, client *testkit.Client, docID int64) *editor {
	t.Helper()
	e := &editor{t: t}
	e.join(client, docID)
	return e
}

// join opens the document on a new connection and exchanges the missing updates.
func (e *editor) join(client *testkit.Client, docID int64) {
	e.t.Helper()
	e.socket, e.n, e.acked, e.mortal, e.dead = client.Connect(""), 0, 0, false, false
	e.page = testkit.As[page](e.socket.Get("/api/documents/join", map[string]any{"docId": docID, "schema": 1}).Want(http.StatusOK))
	e.until("both have all updates", func() bool { return len(e.doc) > 0 && e.n > 0 && e.acked == e.n })
}

func (e *editor) send(kind byte, number *uint64, payload []byte) {
	e.t.Helper()
	message := append(binary.AppendUvarint(nil, uint64(e.Channel)), kind)
	if number != nil {
		*number++
		message = binary.AppendUvarint(message, *number)
	}
	err := e.socket.SendBinary(append(message, payload...))
	if e.dead = err != nil; e.dead && !e.mortal {
		e.t.Fatal(err)
	}
}

// receive applies the messages that have arrived.
func (e *editor) receive() {
	for _, message := range e.socket.Binary() {
		_, size := binary.Uvarint(message)
		kind, payload := message[size], message[size+1:]
		switch kind {
		case 0:
			e.answer(payload)
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

// answer sends the updates that the server lacks, and asks for those that the editor
// lacks.
func (e *editor) answer(sv []byte) {
	theirs, err := yjs.DecodeStateVector(sv)
	if err != nil {
		e.t.Fatal(err)
	}
	whole := e.merged()
	lacking, err := yjs.Diff(whole.Encode(), theirs)
	if err != nil {
		e.t.Fatal(err)
	}
	e.send(1, &e.n, lacking)
	e.send(0, nil, whole.StateVector().Encode())
}

func (e *editor) merged() *yjs.Update {
	if len(e.doc) == 0 {
		return &yjs.Update{}
	}
	u, err := yjs.Merge(e.doc...)
	if err != nil {
		e.t.Fatal(err)
	}
	return u
}

func (e *editor) document() *yjs.Document {
	d, err := yjs.Build(e.merged().Encode(), yjs.DefaultBudget)
	if err != nil {
		e.t.Fatal(err)
	}
	return d
}

func (e *editor) text() string {
	text, err := e.document().Text(yjs.Page)
	if err != nil {
		e.t.Fatal(err)
	}
	return strings.TrimSuffix(text, "\n")
}

func (e *editor) write(text string) {
	update := e.document().Rewrite(e.Client, text)
	e.doc = append(e.doc, update)
	e.send(2, &e.n, update)
}

// until waits for the condition, and receives messages in the meantime.
func (e *editor) until(what string, cond func() bool) {
	e.t.Helper()
	testkit.Eventually(e.t, what, testkit.Timeout, func() bool { e.receive(); return cond() })
}

func (e *editor) wantText(want string) {
	e.t.Helper()
	e.until("the text is "+want, func() bool { return e.text() == want })
}

func (e *editor) waitUntilSaved() {
	e.t.Helper()
	e.until("all edits are acknowledged", func() bool { return e.acked == e.n })
}
