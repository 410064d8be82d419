package collab

import (
	"fmt"
	"sync"
	"testing"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/bus"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

func TestDocumentNodesReadTheLog(t *testing.T) {
	here := newNode(t)
	id := here.createDocument()
	there := onDatabase(t, here.db, hub.Config{}, Config{Timing: manualTiming}) // without a bus, so the hint is lost
	a, b := here.writer(sam, id), there.writer(maya, id)
	a.write("hello")
	a.waitSaved()
	if err := there.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.waitText("hello")
	b.write("hello world") // on top of what the other node has stored
	b.waitSaved()
	a.write("hello!")
	a.waitSaved()
	if err := there.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.waitText("hello! world")
	b.waitText("hello! world")
	if len(a.Collaborators) != 1 || len(b.Collaborators) != 2 {
		t.Errorf("the collaborators are %v and %v", a.Collaborators, b.Collaborators)
	}
	here.share(id, maya, Viewer)
	if err := there.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.waitEvent(eventRole)
}

func TestDocumentNodesWithoutBusSendNothingAfterLostRight(t *testing.T) {
	for name, write := range map[string]func(here, there *node, id int64){
		"written on the other node": func(here, there *node, id int64) {
			elsewhere := here.writer(sam, id)
			elsewhere.write("secret")
			elsewhere.waitSaved()
			if err := there.check(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		"written on this node": func(_, there *node, id int64) {
			w := there.writer(sam, id)
			w.write("secret")
			w.waitSaved()
		},
		"written without an editor": func(_, there *node, id int64) {
			if _, err := there.Rewrite(t.Context(), nil, sam, Rewriting{DocID: id, Content: "secret"}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			here := newNode(t)
			id := here.createDocument()
			there := onDatabase(t, here.db, hub.Config{}, Config{Timing: manualTiming})
			b := there.writer(maya, id)
			if err := here.Unshare(t.Context(), nil, sam, id, maya); err != nil {
				t.Fatal(err)
			}
			write(here, there, id)
			if gone := testkit.DataOf[Gone](t, b.waitEvent(eventGone)); gone.Why != whyRevoked {
				t.Errorf("documentGone is %+v", gone)
			}
			if text := b.text(); text != "" {
				t.Errorf("Maya has the text %q", text)
			}
		})
	}
}

func TestDocumentNodesWithoutBusRemoveFromLists(t *testing.T) {
	here := newNode(t)
	id := here.createDocument()
	there := onDatabase(t, here.db, hub.Config{}, Config{Timing: manualTiming})
	list := there.connection(maya)
	if _, err := there.Documents(t.Context(), list, maya, Filter{Limit: pageSize}); err != nil {
		t.Fatal(err)
	}
	if err := here.Unshare(t.Context(), nil, sam, id, maya); err != nil {
		t.Fatal(err)
	}
	if err := there.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if there.hub.In(list, hub.RecordRoom(Resource, id)) {
		t.Error("Maya's list is still subscribed to the document")
	}
}

func TestDocumentNodesWithoutBusEvictWithoutEdits(t *testing.T) {
	here := newNode(t)
	id := here.createDocument()
	there := onDatabase(t, here.db, hub.Config{}, Config{Timing: manualTiming})
	b := there.writer(maya, id)
	if err := here.Unshare(t.Context(), nil, sam, id, maya); err != nil {
		t.Fatal(err)
	}
	if err := there.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.waitEvent(eventGone)
}

// testBus connects nodes inside this process.
type testBus struct {
	mu    sync.Mutex
	nodes map[*busEnd]func(bus.Message)
}

type busEnd struct{ *testBus }

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

func TestDocumentNodesWithBusAreInSync(t *testing.T) {
	db := newNode(t).db
	w := &testBus{nodes: map[*busEnd]func(bus.Message){}}
	here := onDatabase(t, db, hub.Config{Bus: &busEnd{w}}, Config{Timing: manualTiming})
	there := onDatabase(t, db, hub.Config{Bus: &busEnd{w}}, Config{Timing: manualTiming})
	id := here.createDocument()
	a, b := here.writer(sam, id), there.writer(maya, id)
	a.waitEvent(eventJoined)
	for i := range 10 {
		a.write(fmt.Sprint("one ", i))
		a.waitSaved()
	}
	b.waitText("one 9")
	a.send(kindAwareness, nil, yjs.EncodeAwareness(yjs.Awareness{Client: a.Client, Clock: 1, State: []byte(`{}`)}))
	b.waitUntil("a caret", func() bool { return len(b.carets) == 1 })
	here.share(id, maya, Viewer)
	b.waitEvent(eventRole)
	if err := here.Unshare(t.Context(), nil, sam, id, maya); err != nil {
		t.Fatal(err)
	}
	b.waitEvent(eventGone)
	a.waitEvent(eventLeft)
}
