package collab

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/testkit"
)

var somewhere = Anchor{Start: json.RawMessage(`{"item":{"client":1,"clock":2}}`), End: json.RawMessage(`{"tname":"prosemirror"}`)}

// bell keeps what people are told, and fails the first time.
type bell struct {
	mu     sync.Mutex
	broken bool
	told   []Alert
}

func (b *bell) Notify(_ context.Context, a Alert) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken {
		b.broken = false
		return errors.New("not now")
	}
	b.told = append(b.told, a)
	return nil
}

func TestCommentsAreLiveAndTellWhomTheyConcern(t *testing.T) {
	heard := &bell{broken: true}
	n := newNode(t, func(c *Config) { c.Notifier = heard })
	id := n.document()
	a := n.writer(sam, id)
	viewer := account.User{ID: theo}
	thread, err := n.Comment(t.Context(), nil, viewer, id, somewhere, "the plan", "Is this right, @maya and @lin?")
	if err != nil || len(thread.Comments) != 1 || thread.Quote != "the plan" || thread.Comments[0].Author.FullName != "Theo" {
		t.Fatalf("answered %+v: %v", thread, err)
	}
	if got := testkit.DataOf[Thread](t, a.hears(eventThread)); got.ID != thread.ID || string(got.Anchor.Start) == "" {
		t.Errorf("told %+v", got)
	}
	if thread, err = n.Resolve(t.Context(), nil, maya, id, thread.ID, true); err != nil || thread.ResolvedBy.ID != maya {
		t.Errorf("resolved %+v: %v", thread, err)
	}
	if thread, err = n.Reply(t.Context(), nil, account.User{ID: maya}, id, thread.ID, "Yes."); err != nil || thread.ResolvedAt != nil || len(thread.Comments) != 2 {
		t.Errorf("replied %+v: %v", thread, err)
	}
	var told []Alert
	testkit.Eventually(t, "two are told", testkit.Patience, func() bool {
		n.chores.wake.Signal()
		heard.mu.Lock()
		defer heard.mu.Unlock()
		told = slices.Clone(heard.told)
		return len(told) == 2
	})
	if told[0].UserID != maya || !told[0].Mentioned || told[1].UserID != theo || told[1].Mentioned || told[1].Title != "Plan" {
		t.Errorf("told %+v", told)
	}
	if err := n.RemoveThread(t.Context(), nil, lin, id, thread.ID); !fault.Is(err, http.StatusNotFound) {
		t.Error("a stranger removed it:", err)
	}
	if err := n.RemoveThread(t.Context(), nil, sam, id, thread.ID); err != nil {
		t.Fatal(err)
	}
	a.hears(eventErased)
	if threads, err := n.Threads(t.Context(), theo, id); err != nil || len(threads) != 0 {
		t.Errorf("left are %v: %v", threads, err)
	}
}
