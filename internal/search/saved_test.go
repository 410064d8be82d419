package search

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/index"
	"hubbub/internal/testkit"
)

// fakeNotifier records the results that it gets. The first calls fail.
type fakeNotifier struct {
	mu       sync.Mutex
	found    []string
	failures int
}

func (n *fakeNotifier) Found(_ context.Context, userID int64, saved Saved, r Result) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.failures > 0 {
		n.failures--
		return errors.New("the notifier fails")
	}
	n.found = append(n.found, fmt.Sprint(userID, " ", saved.Query, ": ", r.Kind, " ", r.ID))
	return nil
}

func (n *fakeNotifier) all() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.found, ", ")
}

func TestSavedSearchNotifiesOfNewResultsOnOneNode(t *testing.T) {
	notifier := &fakeNotifier{failures: 2}
	x := newIndex(t, 3, notifier)
	nodeOn(t, x.db, notifier)
	x.put(product(1, "red lamp", ""), product(2, "blue lamp", ""))
	x.waitUntilChangesDeleted()
	for _, s := range []Saved{
		{UserID: 2, Query: "red", Notify: true}, {UserID: 3, Query: "red -shoe", Kinds: []index.Kind{index.Product}, Notify: true}, {UserID: 3, Query: "red"},
	} {
		if _, err := x.Save(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	x.grant("room:1", 2)
	x.put(product(1, "red lamp", "which was there"), product(2, "a red lamp", ""), message(3, "room:1", "red"), product(4, "red shoe", ""))
	own := message(5, index.Public, "my own red")
	own.ActorID = 2
	x.put(own)
	x.put(product(6, "the last red one", ""))
	want := []string{"2 red: message 3", "2 red: product 2", "2 red: product 4", "2 red: product 6", "3 red -shoe: product 2", "3 red -shoe: product 6"}
	testkit.Eventually(t, fmt.Sprintf("these are notified: %q", want), testkit.Timeout, func() bool {
		got := strings.Split(notifier.all(), ", ")
		slices.Sort(got)
		return slices.Equal(slices.Compact(got), want) // delivery is at least once
	})
}

func TestSavedSearchIsUniqueAndLimited(t *testing.T) {
	x := newIndex(t, 2, nil)
	first, err := x.Save(t.Context(), Saved{UserID: 1, Query: "red  lamp", Kinds: []index.Kind{index.Room, index.Message}})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := x.Save(t.Context(), Saved{UserID: 1, Query: " red lamp ", Kinds: []index.Kind{index.Message, index.Room}, Notify: true}); err != nil || again.ID != first.ID || !again.Notify {
		t.Errorf("saving it again returns %+v, %v", again, err)
	}
	for i := range maxSaved - 1 {
		if _, err := x.Save(t.Context(), Saved{UserID: 1, Query: fmt.Sprint("lamp ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := x.Save(t.Context(), Saved{UserID: 1, Query: "one more"}); !fault.Is(err, http.StatusConflict) {
		t.Errorf("saving one too many: %v", err)
	}
	if saved, err := x.Saved(t.Context(), 1); err != nil || len(saved) != maxSaved {
		t.Errorf("%d saved searches, %v", len(saved), err)
	}
	if err := x.Forget(t.Context(), 2, first.ID); !fault.Is(err, http.StatusNotFound) {
		t.Errorf("deleting another user's search: %v", err)
	}
}

func TestChangesAreDeletedAfterSavedSearchesWereNotified(t *testing.T) {
	x := newIndex(t, 1, nil)
	x.put(product(1, "red lamp", ""))
	x.waitUntilChangesDeleted()
}

// waitUntilChangesDeleted waits until every change can be deleted, which is when the
// watermark of saved searches has passed it.
func (x *testIndex) waitUntilChangesDeleted() {
	x.t.Helper()
	testkit.Eventually(x.t, "all changes are deleted", testkit.Timeout, func() bool {
		if err := deleteChanges(x.t.Context(), x.db, 0); err != nil {
			x.t.Fatal(err)
		}
		var left int
		if err := x.db.QueryRow(x.t.Context(), `select count(*) from search.changes`).Scan(&left); err != nil {
			x.t.Fatal(err)
		}
		return left == 0
	})
}
