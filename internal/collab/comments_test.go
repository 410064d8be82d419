package collab

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/testkit"
)

var anyAnchor = Anchor{Start: json.RawMessage(`{"item":{"client":1,"clock":2}}`), End: json.RawMessage(`{"tname":"prosemirror"}`)}

// recordingNotifier records the alerts; with fail, the first call fails.
type recordingNotifier struct {
	mu     sync.Mutex
	fail   bool
	alerts []Alert
}

func (b *recordingNotifier) Notify(_ context.Context, a Alert) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail {
		b.fail = false
		return errors.New("not now")
	}
	b.alerts = append(b.alerts, a)
	return nil
}

func TestDocumentCommentIsBroadcastAndNotifies(t *testing.T) {
	notifier := &recordingNotifier{fail: true}
	n := newNode(t, func(c *Config) { c.Notifier = notifier })
	id := n.createDocument()
	a := n.writer(sam, id)
	viewer := account.User{ID: theo}
	thread, err := n.Comment(t.Context(), nil, viewer, id, anyAnchor, "the plan", "Is this right, @maya and @lin?")
	if err != nil || len(thread.Comments) != 1 || thread.Quote != "the plan" || thread.Comments[0].Author.FullName != "Theo" {
		t.Fatalf("the answer is %+v: %v", thread, err)
	}
	if got := testkit.DataOf[Thread](t, a.waitEvent(eventThread)); got.ID != thread.ID || string(got.Anchor.Start) == "" {
		t.Errorf("commentChanged is %+v", got)
	}
	if thread, err = n.Resolve(t.Context(), nil, maya, id, thread.ID, true); err != nil || thread.ResolvedBy.ID != maya {
		t.Errorf("the resolved thread is %+v: %v", thread, err)
	}
	if thread, err = n.Reply(t.Context(), nil, account.User{ID: maya}, id, thread.ID, "Yes."); err != nil || thread.ResolvedAt != nil || len(thread.Comments) != 2 {
		t.Errorf("the thread with the reply is %+v: %v", thread, err)
	}
	var alerts []Alert
	testkit.Eventually(t, "two users are notified", testkit.Timeout, func() bool {
		notifier.mu.Lock()
		defer notifier.mu.Unlock()
		alerts = slices.Clone(notifier.alerts)
		return len(alerts) == 2
	})
	slices.SortFunc(alerts, func(a, b Alert) int { return int(a.UserID - b.UserID) }) // the first was retried after the second
	if alerts[0].UserID != maya || !alerts[0].Mentioned || alerts[1].UserID != theo || alerts[1].Mentioned || alerts[1].Title != "Plan" {
		t.Errorf("the alerts are %+v", alerts)
	}
	if err := n.RemoveThread(t.Context(), nil, lin, id, thread.ID); !fault.Is(err, http.StatusNotFound) {
		t.Error("a user without rights removed the thread:", err)
	}
	if err := n.RemoveThread(t.Context(), nil, sam, id, thread.ID); err != nil {
		t.Fatal(err)
	}
	a.waitEvent(eventErased)
	if threads, err := n.Threads(t.Context(), theo, id); err != nil || len(threads) != 0 {
		t.Errorf("the remaining threads are %v: %v", threads, err)
	}
}

func TestDocumentCommentOfOtherUserNeedsWriteRight(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a := n.writer(sam, id)
	begin := func(author int64) int64 {
		thread, err := n.Comment(t.Context(), nil, account.User{ID: author}, id, anyAnchor, "the plan", "Is this right?")
		if err != nil {
			t.Fatal(err)
		}
		a.waitEvent(eventThread)
		return thread.ID
	}
	own, others := begin(theo), begin(maya)
	resolve := func(user, thread int64, resolved bool) error {
		_, err := n.Resolve(t.Context(), nil, user, id, thread, resolved)
		return err
	}
	remove := func(user, thread int64) error { return n.RemoveThread(t.Context(), nil, user, id, thread) }
	for _, c := range []struct {
		name   string
		do     func() error
		status int
	}{
		{"a viewer resolves another's", func() error { return resolve(theo, others, true) }, 403},
		{"a viewer removes another's", func() error { return remove(theo, others) }, 403},
		{"a stranger resolves one", func() error { return resolve(lin, others, true) }, 404},
		{"a stranger removes one", func() error { return remove(lin, others) }, 404},
		{"an owner removes none", func() error { return remove(sam, others+1000) }, 404},
	} {
		if err := c.do(); !fault.Is(err, c.status) {
			t.Errorf("%s: %v, want %d", c.name, err, c.status)
		}
	}
	for _, user := range []int64{theo, sam} {
		for _, resolved := range []bool{true, false} {
			if err := resolve(user, own, resolved); err != nil {
				t.Error(err)
			}
			a.waitEvent(eventThread)
		}
	}
	if err := remove(theo, own); err != nil {
		t.Error(err)
	}
	if err := remove(maya, others); err != nil {
		t.Error(err)
	}
}

func TestDocumentChangeWithoutEffectIsNotPublished(t *testing.T) {
	n := newNode(t, func(c *Config) { c.Timing.Settle, c.Timing.AtMost = time.Hour, time.Hour })
	id := n.createDocument()
	a := n.writer(maya, id)
	a.waitEvent(Resource) // for her own join
	thread, err := n.Comment(t.Context(), nil, account.User{ID: theo}, id, anyAnchor, "the plan", "Is this right?")
	if err != nil {
		t.Fatal(err)
	}
	a.waitEvent(eventThread)
	title, visibility := "Plan", Private
	for name, do := range map[string]func() error{
		"the role that she has": func() error {
			_, err := n.Share(t.Context(), nil, sam, id, maya, Editor)
			return err
		},
		"the title and the readers that it has": func() error {
			_, err := n.Change(t.Context(), nil, sam, id, Draft{&title, &visibility})
			return err
		},
		"no change": func() error {
			_, err := n.Change(t.Context(), nil, sam, id, Draft{})
			return err
		},
		"a thread that is open": func() error {
			_, err := n.Resolve(t.Context(), nil, sam, id, thread.ID, false)
			return err
		},
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if a.take(); len(a.events) > 0 {
			t.Errorf("%s is published: %+v", name, a.events)
		}
	}
}
