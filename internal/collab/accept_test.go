package collab

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/hub"
	"hubbub/internal/testkit"
)

func TestTwoWriteInOneDocument(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.write("hello")
	a.saved()
	b.reads("hello")
	b.write("hello world")
	a.write("oh hello")
	a.saved()
	b.saved()
	a.reads("oh hello world")
	b.reads("oh hello world")
	n.wantContent(id, "oh hello world")
}

func TestWhoeverComesLaterOrAgainGetsAllAndBringsAll(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.write("one")
	a.saved()
	b.reads("one")
	b.hangUp()
	a.write("one\ntwo")
	a.saved()
	before := b.Client
	b.edit("zero one") // offline
	b.join(id)
	b.reads("zero one\ntwo")
	b.saved()
	a.reads("zero one\ntwo")
	if b.Client == before {
		t.Error("a client was given out twice")
	}
	late := n.writer(theo, id)
	late.reads("zero one\ntwo")
	late.saved() // a viewer has nothing to bring
}

func TestACommitThatFailsIsTriedAgainAndNobodyIsToldBefore(t *testing.T) {
	for _, stage := range []string{"before the commit", "after the commit"} {
		t.Run(stage, func(t *testing.T) {
			n := newNode(t)
			id := n.document()
			a, b := n.writer(sam, id), n.writer(maya, id)
			a.saved()
			b.saved()
			var broken atomic.Bool
			var tries atomic.Int64
			n.stage = func(at string) error {
				if at == stage && broken.Load() {
					tries.Add(1)
					return errors.New("the plug is pulled")
				}
				return nil
			}
			broken.Store(true)
			a.write("hello")
			a.until("two tries", func() bool { return tries.Load() > 1 })
			b.take()
			if a.acked == a.n || stage == "before the commit" && (b.text() != "" || n.content(id) != "") {
				t.Error("somebody was told of what may not be stored")
			}
			broken.Store(false)
			a.saved()
			b.reads("hello")
			n.wantContent(id, "hello")
			if after(t, n, id) != 2 {
				t.Error("it was stored twice")
			}
		})
	}
}

func after(t *testing.T, n *node, docID int64) int64 {
	seq, err := readSeq(t.Context(), n.db, docID)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func TestTheSameAgainIsAcknowledgedAndNotStored(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a := n.writer(sam, id)
	a.write("hello")
	a.saved()
	seq := after(t, n, id)
	a.submit(a.merged().Encode())
	a.saved()
	if after(t, n, id) != seq {
		t.Error("what was known made a row")
	}
}

func TestASlowReaderIsSyncedAnew(t *testing.T) {
	first := newNode(t)
	id := first.document()
	n := onDatabase(t, first.db, hub.Config{QueueFrames: 8}, Config{Timing: slow})
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.saved()
	b.saved()
	text := ""
	for i := range 30 { // b takes nothing
		text += fmt.Sprint(i, " ")
		a.write(text)
		a.saved()
	}
	b.reads(text)
	if n.hub.Stats().Dropped[hub.Log] == 0 {
		t.Error("nothing was lost, so nothing was tried")
	}
}

func TestCaretsAreRelayedAndGoWithTheirOwner(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	own := yjs.EncodeAwareness(yjs.Awareness{Client: a.Client, Clock: 5, State: []byte(`{"cursor":1}`)})
	forged := yjs.EncodeAwareness(yjs.Awareness{Client: b.Client, Clock: 9, State: []byte(`{"cursor":2}`)})
	a.send(kindAwareness, nil, forged)
	a.send(kindAwareness, nil, own)
	b.until("a caret", func() bool { return len(b.carets) > 0 })
	if c := b.carets[0]; c.Client != a.Client || string(c.State) != `{"cursor":1}` {
		t.Errorf("the caret is %+v", c)
	}
	n.Leave(a.conn, id)
	b.until("it goes", func() bool { return len(b.carets) > 1 })
	if c := b.carets[1]; c.Client != a.Client || c.Clock != 6 || string(c.State) != "null" {
		t.Errorf("it goes as %+v", c)
	}
	if left := testkit.DataOf[Visit](t, b.hears(eventLeft)); left.Client != a.Client || left.User.FullName != "Sam" {
		t.Errorf("told %+v", left)
	}
}

func TestWhatIsTriedAgainIsJudgedAnew(t *testing.T) {
	n := newNode(t)
	id := n.document()
	b := n.writer(maya, id)
	b.saved()
	var broken atomic.Bool
	var tries atomic.Int64
	n.stage = func(string) error {
		if tries.Add(1); broken.Load() {
			return errors.New("the plug is pulled")
		}
		return nil
	}
	broken.Store(true)
	acked := b.acked
	b.write("hello")
	b.submit(b.doc[len(b.doc)-1]) // nothing of it is new after the first
	failed := tries.Load()
	testkit.Eventually(t, "both were tried", testkit.Patience, func() bool { return tries.Load() > failed+1 })
	n.share(id, maya, Viewer)
	broken.Store(false)
	b.until("both are refused", func() bool { return len(b.refused) == 2 })
	if b.acked != acked {
		t.Error("what is not stored was acknowledged")
	}
}
