package collab

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

func TestDocumentEditsOfTwoWritersMerge(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.write("hello")
	a.waitSaved()
	b.waitText("hello")
	b.write("hello world")
	a.write("oh hello")
	a.waitSaved()
	b.waitSaved()
	a.waitText("oh hello world")
	b.waitText("oh hello world")
	n.wantContent(id, "oh hello world")
}

func TestDocumentReconnectSyncsBothWays(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.write("one")
	a.waitSaved()
	b.waitText("one")
	b.reconnect()
	a.write("one\ntwo")
	a.waitSaved()
	before := b.Client
	b.edit("zero one") // offline
	b.join(id)
	b.waitText("zero one\ntwo")
	b.waitSaved()
	a.waitText("zero one\ntwo")
	if b.Client == before {
		t.Error("the same Yjs client was assigned twice")
	}
	late := n.writer(theo, id)
	late.waitText("zero one\ntwo")
	late.waitSaved() // a viewer has no edits to send
}

func TestDocumentCommitIsRetriedBeforeAck(t *testing.T) {
	for _, stage := range []string{"before the commit", "after the commit"} {
		t.Run(stage, func(t *testing.T) {
			n := newNode(t)
			id := n.createDocument()
			a, b := n.writer(sam, id), n.writer(maya, id)
			a.waitSaved()
			b.waitSaved()
			var broken atomic.Bool
			var tries atomic.Int64
			n.stage = func(at string) error {
				if at == stage && broken.Load() {
					tries.Add(1)
					return errors.New("the database is down")
				}
				return nil
			}
			broken.Store(true)
			a.write("hello")
			a.waitUntil("two attempts", func() bool { return tries.Load() > 1 })
			b.take()
			if a.acked == a.n || stage == "before the commit" && (b.text() != "" || n.content(id) != "") {
				t.Error("an edit was acknowledged or sent before its commit")
			}
			broken.Store(false)
			a.waitSaved()
			b.waitText("hello")
			n.wantContent(id, "hello")
			if logSeq(t, n, id) != 2 {
				t.Error("the edit was stored twice")
			}
		})
	}
}

func logSeq(t *testing.T, n *node, docID int64) int64 {
	seq, err := readSeq(t.Context(), n.db, docID)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func TestDocumentRepeatedEditIsAcknowledgedNotStored(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a := n.writer(sam, id)
	a.write("hello")
	a.waitSaved()
	seq := logSeq(t, n, id)
	a.submit(a.merged().Encode())
	a.waitSaved()
	if logSeq(t, n, id) != seq {
		t.Error("a repeated update was appended to the log")
	}
}

func TestDocumentSlowReaderIsSyncedAgain(t *testing.T) {
	first := newNode(t)
	id := first.createDocument()
	n := onDatabase(t, first.db, hub.Config{QueueFrames: 8}, Config{Timing: manualTiming})
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.waitSaved()
	b.waitSaved()
	text := ""
	for i := range 30 { // b reads nothing
		text += fmt.Sprint(i, " ")
		a.write(text)
		a.waitSaved()
	}
	b.waitText(text)
	if n.hub.Stats().Dropped[hub.Log] == 0 {
		t.Error("no message was dropped, so the test proves nothing")
	}
}

func TestDocumentCaretIsRelayedAndRemovedOnLeave(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a, b := n.writer(sam, id), n.writer(maya, id)
	own := yjs.EncodeAwareness(yjs.Awareness{Client: a.Client, Clock: 5, State: []byte(`{"cursor":1}`)})
	forged := yjs.EncodeAwareness(yjs.Awareness{Client: b.Client, Clock: 9, State: []byte(`{"cursor":2}`)})
	a.send(kindAwareness, nil, forged)
	a.send(kindAwareness, nil, own)
	b.waitUntil("a caret", func() bool { return len(b.carets) > 0 })
	if c := b.carets[0]; c.Client != a.Client || string(c.State) != `{"cursor":1}` {
		t.Errorf("the caret is %+v", c)
	}
	n.Leave(a.conn, id)
	b.waitUntil("the caret is removed", func() bool { return len(b.carets) > 1 })
	if c := b.carets[1]; c.Client != a.Client || c.Clock != 6 || string(c.State) != "null" {
		t.Errorf("the caret is removed as %+v", c)
	}
	if left := testkit.DataOf[Visit](t, b.waitEvent(eventLeft)); left.Client != a.Client || left.User.FullName != "Sam" {
		t.Errorf("collaboratorLeft is %+v", left)
	}
}

func TestDocumentRetryValidatesEditsAgain(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	b := n.writer(maya, id)
	b.waitSaved()
	var broken atomic.Bool
	var tries atomic.Int64
	n.stage = func(string) error {
		if tries.Add(1); broken.Load() {
			return errors.New("the database is down")
		}
		return nil
	}
	broken.Store(true)
	acked := b.acked
	b.write("hello")
	b.submit(b.doc[len(b.doc)-1]) // after the first one, it has nothing new
	failed := tries.Load()
	testkit.Eventually(t, "both edits were attempted", testkit.Timeout, func() bool { return tries.Load() > failed+1 })
	n.share(id, maya, Viewer)
	broken.Store(false)
	b.waitUntil("both edits are refused", func() bool { return len(b.refused) == 2 })
	if b.acked != acked {
		t.Error("an edit that is not stored was acknowledged")
	}
}
