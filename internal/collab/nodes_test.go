package collab

import (
	"fmt"
	"sync"
	"testing"

	"hubbub/internal/bus"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/hub"
	"hubbub/internal/testkit"
)

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

func TestNodesWithoutBusSendNothingAfterARightIsLost(t *testing.T) {
	for name, write := range map[string]func(here, there *node, id int64){
		"written on the other node": func(here, there *node, id int64) {
			elsewhere := here.writer(sam, id)
			elsewhere.write("secret")
			elsewhere.saved()
			if err := there.check(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		"written on this node": func(_, there *node, id int64) {
			w := there.writer(sam, id)
			w.write("secret")
			w.saved()
		},
		"written without an editor": func(_, there *node, id int64) {
			if _, err := there.Rewrite(t.Context(), nil, sam, Rewriting{DocID: id, Content: "secret"}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			here := newNode(t)
			id := here.document()
			there := onDatabase(t, here.db, hub.Config{}, Config{Timing: slow})
			b := there.writer(maya, id)
			if err := here.Unshare(t.Context(), nil, sam, id, maya); err != nil {
				t.Fatal(err)
			}
			write(here, there, id)
			if gone := testkit.DataOf[Gone](t, b.hears(eventGone)); gone.Why != whyRevoked {
				t.Errorf("told %+v", gone)
			}
			if text := b.text(); text != "" {
				t.Errorf("Maya reads %q", text)
			}
		})
	}
}

func TestNodesWithoutBusTakeDocumentsOutOfLists(t *testing.T) {
	here := newNode(t)
	id := here.document()
	there := onDatabase(t, here.db, hub.Config{}, Config{Timing: slow})
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
	if there.hub.In(list, hub.Record(Resource, id)) {
		t.Error("Maya hears of it in her list")
	}
}

func TestNodesWithoutBusPutOutWhoLostTheRightWhenNothingIsWritten(t *testing.T) {
	here := newNode(t)
	id := here.document()
	there := onDatabase(t, here.db, hub.Config{}, Config{Timing: slow})
	b := there.writer(maya, id)
	if err := here.Unshare(t.Context(), nil, sam, id, maya); err != nil {
		t.Fatal(err)
	}
	if err := there.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.hears(eventGone)
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
