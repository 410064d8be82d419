package collab

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

const sam, maya, theo, lin = 1, 2, 3, 4

// node is a service on a database with a few users.
type node struct {
	*Service
	t   testing.TB
	db  *postgres.DB
	hub *hub.Hub
}

type noPresence struct{}

func (noPresence) Online(context.Context, []int64) map[int64]account.Presence { return nil }

// manualTiming runs background work only when a test starts it.
var manualTiming = Timing{Check: time.Hour, PlainGap: 10 * time.Millisecond}

func newNode(t testing.TB, change ...func(*Config)) *node {
	t.Helper()
	c := Config{Timing: manualTiming}
	for _, f := range change {
		f(&c)
	}
	db := testkit.Database(t)
	if _, err := db.Exec(t.Context(), `
		insert into account.users (full_name, handle, email)
		select name, lower(name), lower(name) || '@test.example' from unnest(array['Sam','Maya','Theo','Lin']) name`); err != nil {
		t.Fatal(err)
	}
	return onDatabase(t, db, hub.Config{}, c)
}

// onDatabase returns a node on an existing database.
func onDatabase(t testing.TB, db *postgres.DB, hc hub.Config, c Config) *node {
	t.Helper()
	n := &node{t: t, db: db, hub: hub.New(hc)}
	people, err := account.New(db, account.Config{Hub: n.hub, Online: noPresence{}, Cost: account.Cost{MemoryKiB: 64, Iterations: 1}})
	if err != nil {
		t.Fatal(err)
	}
	n.Service = New(db, n.hub, people, c)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); n.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return n
}

// createDocument makes a document of Sam's, with Maya as an editor and Theo as a viewer.
func (n *node) createDocument() int64 {
	n.t.Helper()
	title := "Plan"
	d, err := n.Create(n.t.Context(), nil, sam, Draft{Title: &title}, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	n.share(d.ID, maya, Editor)
	n.share(d.ID, theo, Viewer)
	return d.ID
}

func (n *node) share(docID, userID int64, role Role) {
	n.t.Helper()
	if _, err := n.Share(n.t.Context(), nil, sam, docID, userID, role); err != nil {
		n.t.Fatal(err)
	}
}

// content returns the document's text in the database.
func (n *node) content(docID int64) string {
	n.t.Helper()
	c, err := readContent(n.t.Context(), n.db, docID)
	if err != nil {
		n.t.Fatal(err)
	}
	text, err := readText(n.t.Context(), c.updates...)
	if err != nil {
		n.t.Fatal(err)
	}
	return text
}

func (n *node) wantContent(docID int64, want string) {
	n.t.Helper()
	testkit.Eventually(n.t, "the document's text is "+want, testkit.Timeout, func() bool { return n.content(docID) == want })
}

// writer is a simple client of the protocol. It stores its document as updates, and edits
// with Document.Rewrite.
type writer struct {
	t    testing.TB
	node *node
	conn *hub.Conn
	Joined

	doc     [][]byte // all updates that it has
	n       uint64   // of its last update
	acked   uint64
	refused []refusal
	carets  []yjs.Awareness
	events  []testkit.Event
}

// connection opens a connection of a user, which ends with the test.
func (n *node) connection(userID int64) *hub.Conn {
	conn := n.hub.Open(hub.Identity{UserID: userID})
	n.t.Cleanup(func() { n.hub.Remove(conn) })
	return conn
}

func (n *node) writer(userID, docID int64) *writer {
	n.t.Helper()
	w := &writer{t: n.t, node: n, conn: n.connection(userID)}
	w.join(docID)
	return w
}

// join opens the document and syncs.
func (w *writer) join(docID int64) {
	w.t.Helper()
	schema := Schema
	joined, err := w.node.Join(w.t.Context(), w.conn, Opening{DocID: docID, Schema: &schema})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Joined, w.n, w.acked = joined, 0, 0
	w.conn.Release()
	w.waitUntil("the first STEP2", func() bool { return len(w.doc) > 0 })
}

// reconnect closes the connection and opens a new one, without a join.
func (w *writer) reconnect() {
	w.node.hub.Remove(w.conn)
	w.conn = w.node.connection(w.conn.UserID())
}

func (w *writer) send(k kind, numbers []uint64, payload []byte) {
	w.node.Receive(w.conn, encodeMessage(w.ID, k, numbers, payload))
}

// take reads the queued frames.
func (w *writer) take() {
	frames, _ := w.conn.Take(nil)
	for _, f := range frames {
		if f.Binary {
			w.receive(f.Bytes)
			continue
		}
		for line := range strings.SplitSeq(string(f.Bytes), "\n") {
			var e testkit.Event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				w.t.Fatal(err)
			}
			w.events = append(w.events, e)
		}
	}
}

func (w *writer) receive(in []byte) {
	channel, size := binary.Uvarint(in)
	if int64(channel) != w.ID {
		w.t.Fatalf("got a message of channel %d", channel)
	}
	k, payload := kind(in[size]), in[size+1:]
	number := func() uint64 {
		n, size := binary.Uvarint(payload)
		payload = payload[size:]
		return n
	}
	switch k {
	case kindStep1:
		w.answer(payload)
	case kindStep2:
		number()
		w.doc = append(w.doc, payload)
	case kindUpdate:
		w.doc = append(w.doc, payload)
	case kindAck:
		w.acked = number()
	case kindRefused:
		number()
		w.refused = append(w.refused, refusal(number()))
	case kindAwareness:
		states, err := yjs.DecodeAwareness(payload)
		if err != nil {
			w.t.Fatal(err)
		}
		w.carets = append(w.carets, states...)
	}
}

// answer answers a STEP1: it sends what the server lacks, and a STEP1 of its own.
func (w *writer) answer(sv []byte) {
	theirs, err := yjs.DecodeStateVector(sv)
	if err != nil {
		w.t.Fatal(err)
	}
	mine := w.merged()
	lacking := []byte{0, 0}
	if len(w.doc) > 0 {
		if lacking, err = yjs.Diff(mine.Encode(), theirs); err != nil {
			w.t.Fatal(err)
		}
	}
	w.n++
	w.send(kindStep2, []uint64{w.n}, lacking)
	w.send(kindStep1, nil, mine.StateVector().Encode())
}

func (w *writer) merged() *yjs.Update {
	if len(w.doc) == 0 {
		return &yjs.Update{}
	}
	u, err := yjs.Merge(w.doc...)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func (w *writer) text() string {
	text, err := readText(w.t.Context(), w.doc...)
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

// edit changes the writer's copy, and returns the update without sending it.
func (w *writer) edit(text string) []byte {
	d, err := yjs.Build(w.merged().Encode(), yjs.DefaultBudget)
	if err != nil {
		w.t.Fatal(err)
	}
	update := d.Rewrite(w.Client, text)
	if update == nil {
		w.t.Fatalf("the text is %q already", text)
	}
	w.doc = append(w.doc, update)
	return update
}

func (w *writer) submit(update []byte) {
	w.n++
	w.send(kindUpdate, []uint64{w.n}, update)
}

// write changes the text and sends it.
func (w *writer) write(text string) { w.submit(w.edit(text)) }

func (w *writer) waitUntil(what string, cond func() bool) {
	w.t.Helper()
	testkit.Eventually(w.t, what, testkit.Timeout, func() bool {
		w.take()
		return cond()
	})
}

func (w *writer) waitSaved() {
	w.t.Helper()
	w.waitUntil("every edit is acknowledged", func() bool { return w.acked == w.n })
}

func (w *writer) waitText(want string) {
	w.t.Helper()
	w.waitUntil("the writer has the text "+want, func() bool { return w.text() == want })
}

func (w *writer) wantRefused(why refusal) {
	w.t.Helper()
	w.waitUntil("a refusal", func() bool { return len(w.refused) > 0 })
	if w.refused[0] != why {
		w.t.Errorf("refused with %d, want %d", w.refused[0], why)
	}
	w.refused = w.refused[1:]
}

func (w *writer) waitEvent(name string) testkit.Event {
	w.t.Helper()
	var found testkit.Event
	w.waitUntil(name, func() bool {
		for i, e := range w.events {
			if e.Name == name {
				found, w.events = e, w.events[i+1:]
				return true
			}
		}
		return false
	})
	return found
}

// nodesOf returns the nodes of a Markdown text.
func nodesOf(t testing.TB, markdown string) []yjs.Node {
	t.Helper()
	nodes, err := fromMarkdown(t.Context(), markdown)
	if err != nil {
		t.Fatal(err)
	}
	return nodes
}
