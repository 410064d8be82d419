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

	"hubbub/internal/fault"
	"hubbub/internal/testkit"
)

// notices are what a Notifier was given, which fails when it is told to.
type notices struct {
	mu    sync.Mutex
	told  []string
	fails int
}

func (n *notices) Found(_ context.Context, userID int64, saved Saved, r Result) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fails > 0 {
		n.fails--
		return errors.New("it cannot be told now")
	}
	n.told = append(n.told, fmt.Sprint(userID, " ", saved.Query, ": ", r.Kind, " ", r.ID))
	return nil
}

func (n *notices) all() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.told, ", ")
}

func TestSavedSearchesTellWhatIsNewOnceOverAllNodes(t *testing.T) {
	told := &notices{fails: 2}
	x := newIndex(t, 3, told)
	nodeOn(t, x.db, told)
	x.put(product(1, "red lamp", ""), product(2, "blue lamp", ""))
	x.wantAllTold()
	for _, s := range []Saved{
		{UserID: 2, Query: "red", Notify: true}, {UserID: 3, Query: "red -shoe", Kinds: []Kind{Product}, Notify: true}, {UserID: 3, Query: "red"},
	} {
		if _, err := x.Save(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	x.grant("room:1", 2)
	x.put(product(1, "red lamp", "which was there"), product(2, "a red lamp", ""), message(3, "room:1", "red"), product(4, "red shoe", ""))
	own := message(5, Public, "my own red")
	own.ActorID = 2
	x.put(own)
	x.put(product(6, "the last red one", ""))
	testkit.Eventually(t, "all were told", testkit.Patience, func() bool {
		return strings.Contains(told.all(), "2 red: product 6") && strings.Contains(told.all(), "3 red -shoe: product 6")
	})
	got := strings.Split(told.all(), ", ")
	slices.Sort(got)
	want := []string{"2 red: message 3", "2 red: product 2", "2 red: product 4", "2 red: product 6", "3 red -shoe: product 2", "3 red -shoe: product 6"}
	if !slices.Equal(slices.Compact(got), want) { // at least once
		t.Errorf("told is %q", got)
	}
}

func TestAPersonSavesTheSameSearchOnceAndNotTooMany(t *testing.T) {
	x := newIndex(t, 2, nil)
	first, err := x.Save(t.Context(), Saved{UserID: 1, Query: "red  lamp", Kinds: []Kind{Room, Message}})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := x.Save(t.Context(), Saved{UserID: 1, Query: " red lamp ", Kinds: []Kind{Message, Room}, Notify: true}); err != nil || again.ID != first.ID || !again.Notify {
		t.Errorf("again it is %+v, %v", again, err)
	}
	for i := range maxSaved - 1 {
		if _, err := x.Save(t.Context(), Saved{UserID: 1, Query: fmt.Sprint("lamp ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := x.Save(t.Context(), Saved{UserID: 1, Query: "one more"}); !fault.Is(err, http.StatusConflict) {
		t.Errorf("one more is %v", err)
	}
	if saved, err := x.Saved(t.Context(), 1); err != nil || len(saved) != maxSaved {
		t.Errorf("%d are saved, %v", len(saved), err)
	}
	if err := x.Forget(t.Context(), 2, first.ID); !fault.Is(err, http.StatusNotFound) {
		t.Errorf("another's is forgotten: %v", err)
	}
}

func TestChangesAreForgottenOnceTheyWereTold(t *testing.T) {
	x := newIndex(t, 1, nil)
	x.put(product(1, "red lamp", ""))
	x.wantAllTold()
}

// wantAllTold waits until the saved searches were told of every change: only
// then can all be forgotten.
func (x *index) wantAllTold() {
	x.t.Helper()
	testkit.Eventually(x.t, "all is told", testkit.Patience, func() bool {
		if err := forgetChanges(x.t.Context(), x.db, 0); err != nil {
			x.t.Fatal(err)
		}
		var left int
		if err := x.db.QueryRow(x.t.Context(), `select count(*) from search.changes`).Scan(&left); err != nil {
			x.t.Fatal(err)
		}
		return left == 0
	})
}
