package collab

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/internal/bus"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/fault"
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
	seq, err := seqOf(t.Context(), n.db, docID)
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

func TestARightWithdrawnInsideABurstEndsIt(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.saved()
	b.saved()
	text := ""
	withdrawn := make(chan error)
	for i := range 40 {
		text += string(rune('a' + i%26))
		b.write(text)
		if i == 20 {
			go func() {
				_, err := n.Share(t.Context(), nil, sam, id, maya, Viewer)
				withdrawn <- err
			}()
		}
	}
	if err := <-withdrawn; err != nil {
		t.Fatal(err)
	}
	seq := after(t, n, id)
	b.hears(eventRole)
	b.write(text + "!")
	b.until("a refusal", func() bool { return len(b.refused) > 0 && b.refused[len(b.refused)-1] == refusedReadOnly })
	if after(t, n, id) != seq || strings.Contains(n.content(id), "!") {
		t.Error("something was stored after the right was withdrawn")
	}
	a.take()
	if strings.Contains(a.text(), "!") {
		t.Error("somebody saw what was refused")
	}
}

func TestWhoLosesTheDocumentIsPutOut(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	if err := n.Unshare(t.Context(), nil, sam, id, maya); err != nil {
		t.Fatal(err)
	}
	if gone := testkit.DataOf[Gone](t, b.hears(eventGone)); gone.Why != whyRevoked || gone.DocID != id {
		t.Errorf("told %+v", gone)
	}
	b.write("still here?")
	a.write("hello")
	a.saved()
	b.take()
	if b.text() != "still here?" {
		t.Errorf("who was put out reads %q", b.text())
	}
	n.wantContent(id, "hello")
	if _, err := n.Get(t.Context(), maya, id); !fault.Is(err, http.StatusNotFound) {
		t.Error("she may still read:", err)
	}
	if err := n.Delete(t.Context(), nil, sam, id); err != nil {
		t.Fatal(err)
	}
	if gone := testkit.DataOf[Gone](t, a.hears(eventGone)); gone.Why != whyDeleted {
		t.Errorf("told %+v", gone)
	}
}

func TestWhatIsRefused(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b, viewer := n.writer(sam, id), n.writer(maya, id), n.writer(theo, id)
	a.saved()
	b.saved()
	viewer.saved()
	foreign := built(t, a.merged()).Rewrite(b.Client, "in her name")
	forged := built(t, a.merged()).Rewrite(77, "as nobody")
	first := a.edit("one")
	second := a.edit("one two")
	for name, refused := range map[string]struct {
		by     *writer
		update []byte
		why    refusal
	}{
		"nonsense":          {a, []byte("nonsense"), refusedInvalid},
		"a viewer":          {viewer, built(t, viewer.merged()).Rewrite(viewer.Client, "me, too"), refusedReadOnly},
		"a gap":             {a, second, refusedGap},
		"too long":          {a, make([]byte, maxUpdate+1), refusedTooLarge},
		"a value too long":  {b, yjs.Import(b.Client, []yjs.Node{{Type: "image", Attrs: map[string]any{"src": strings.Repeat("x", maxValue+1)}}}), refusedTooLarge},
		"in another's name": {a, foreign, refusedForeign},
		"as nobody":         {a, forged, refusedForeign},
		"as the seed":       {b, built(t, b.merged()).Rewrite(0, "as the seed"), refusedForeign},
	} {
		t.Run(name, func(t *testing.T) {
			refused.by.t = t
			refused.by.submit(refused.update)
			refused.by.wantRefused(refused.why)
		})
	}
	a.t = t
	a.submit(first)
	a.reads("one two") // the gap was asked for, and filled
	b.reads("one two")
}

func built(t *testing.T, u *yjs.Update) *yjs.Document {
	d, err := yjs.Build(u.Encode(), yjs.DefaultBudget)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAFullDocumentTakesDeletionsOnly(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a := n.writer(sam, id)
	a.write("hello")
	a.saved()
	if _, err := n.db.Exec(t.Context(), `update collab.documents set state = 'full'`); err != nil {
		t.Fatal(err)
	}
	a.write("hell")
	a.saved()
	a.write("hell!")
	a.wantRefused(refusedFull)
	n.wantContent(id, "hell")
}

func TestTooMuchAtOnceIsRefusedAndCaughtUp(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.saved()
	text := ""
	var typed [][]byte
	for range burst*updateRate + 60 {
		text += "x"
		typed = append(typed, a.edit(text))
	}
	for _, update := range typed {
		a.submit(update)
	}
	a.until("a refusal", func() bool { return len(a.refused) > 0 })
	if a.refused[0] != refusedTooFast {
		t.Fatalf("refused with %d", a.refused[0])
	}
	a.until("the bucket fills again", func() bool {
		if a.acked < a.n {
			a.n++
			a.send(kindStep2, []uint64{a.n}, a.merged().Encode())
		}
		return a.acked == a.n
	})
	b.reads(text)
	n.wantContent(id, text)
}

func TestAnOlderEditorMayNotJoin(t *testing.T) {
	n := newNode(t)
	id := n.document()
	older, newer, epoch := Schema-1, Schema, 7
	conn := n.connection(sam)
	for _, o := range []Opening{{DocID: id, Schema: &older}, {DocID: id, Schema: &newer, Epoch: &epoch}} {
		if _, err := n.Join(t.Context(), conn, o); !fault.Is(err, http.StatusConflict) {
			t.Errorf("%+v: %v", o, err)
		}
		if n.hub.In(conn, Room(id)) {
			t.Error("it is in the room")
		}
	}
}

func TestOtherNodesReadTheLog(t *testing.T) {
	here := newNode(t)
	id := here.document()
	there := onDatabase(t, here.db, hub.Config{}, Config{Timing: slow}) // and the hint is lost
	a, b := here.writer(sam, id), there.writer(maya, id)
	a.write("hello")
	a.saved()
	if err := there.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.reads("hello")
	b.write("hello world") // on top of what the other node has stored
	b.saved()
	a.write("hello!")
	a.saved()
	if err := there.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.reads("hello! world")
	b.reads("hello! world")
	if len(a.Collaborators) != 1 || len(b.Collaborators) != 2 {
		t.Errorf("collaborators %v, %v", a.Collaborators, b.Collaborators)
	}
	here.share(id, maya, Viewer)
	if err := there.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.hears(eventRole)
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

// wires joins nodes inside this process.
type wires struct {
	mu    sync.Mutex
	nodes map[*busEnd]func(bus.Message)
}

type busEnd struct{ *wires }

func (w *busEnd) Publish(m bus.Message) {
	w.mu.Lock()
	var others []func(bus.Message)
	for other, receive := range w.nodes {
		if other != w {
			others = append(others, receive)
		}
	}
	w.mu.Unlock()
	for _, receive := range others {
		receive(m)
	}
}

func (w *busEnd) Subscribe(fn func(bus.Message)) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nodes[w] = fn
	return func() {}
}

func (w *busEnd) Close() error { return nil }

func TestNodesOnABusAreInStepAtOnce(t *testing.T) {
	db := newNode(t).db
	w := &wires{nodes: map[*busEnd]func(bus.Message){}}
	here := onDatabase(t, db, hub.Config{Bus: &busEnd{w}}, Config{Timing: slow})
	there := onDatabase(t, db, hub.Config{Bus: &busEnd{w}}, Config{Timing: slow})
	id := here.document()
	a, b := here.writer(sam, id), there.writer(maya, id)
	a.hears(eventJoined)
	for i := range 10 {
		a.write(fmt.Sprint("one ", i))
		a.saved()
	}
	b.reads("one 9")
	a.send(kindAwareness, nil, yjs.EncodeAwareness(yjs.Awareness{Client: a.Client, Clock: 1, State: []byte(`{}`)}))
	b.until("a caret", func() bool { return len(b.carets) == 1 })
	here.share(id, maya, Viewer)
	b.hears(eventRole)
	if err := here.Unshare(t.Context(), nil, sam, id, maya); err != nil {
		t.Fatal(err)
	}
	b.hears(eventGone)
	a.hears(eventLeft)
}

func TestAnErasedDocumentForgetsAndBeginsAnew(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.write("the password is 1234")
	a.saved()
	a.write("the password")
	a.saved()
	if err := n.Erase(t.Context(), maya, id); !fault.Is(err, http.StatusForbidden) {
		t.Error("an editor erased it:", err)
	}
	b.reads("the password")
	offline := b.edit("the password is 1234 again")
	if err := n.Erase(t.Context(), sam, id); err != nil {
		t.Fatal(err)
	}
	if gone := testkit.DataOf[Gone](t, b.hears(eventGone)); gone.Why != whyEpoch {
		t.Errorf("told %+v", gone)
	}
	b.submit(offline)
	var secrets int
	if err := n.db.QueryRow(t.Context(), `
		select count(*) from collab.updates where position('1234'::bytea in bytes) > 0`).Scan(&secrets); err != nil || secrets != 0 {
		t.Errorf("%d rows know it still: %v", secrets, err)
	}
	epoch, schema := b.Epoch, Schema
	if _, err := n.Join(t.Context(), b.conn, Opening{DocID: id, Schema: &schema, Epoch: &epoch}); !fault.Is(err, http.StatusConflict) {
		t.Error("what was erased came back:", err)
	}
	b.doc = nil
	b.join(id)
	b.reads("the password")
	b.write("no password")
	b.saved()
	n.wantContent(id, "no password")
}
