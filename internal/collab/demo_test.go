package collab

import (
	"context"
	"strings"
	"sync"
	"testing"

	"hubbub/internal/account"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// cast seeds the users of the demo.
func (n *node) cast() map[string]account.User {
	n.t.Helper()
	people, err := account.New(n.db, account.Config{
		Hub: n.hub, Online: noPresence{}, Demo: true, Cost: account.Cost{MemoryKiB: 64, Iterations: 1},
	})
	if err != nil {
		n.t.Fatal(err)
	}
	cast, err := people.SeedDemo(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	return cast
}

func TestDocumentDemoIsSeededOnce(t *testing.T) {
	db := testkit.Database(t)
	n := onDatabase(t, db, hub.Config{}, Config{Timing: manualTiming})
	cast := n.cast()
	var starts sync.WaitGroup
	for range 3 {
		starts.Go(func() {
			if _, err := n.SeedDemo(context.Background(), cast); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	lin, amara := cast["lin"].ID, cast["amara"].ID
	documents, err := n.Documents(t.Context(), nil, lin, Filter{Limit: 10})
	if err != nil || len(documents) != len(demoDocuments) {
		t.Fatalf("Lin finds %+v: %v", documents, err)
	}
	checklist := documents[0]
	if checklist.Title != "Launch checklist" || checklist.UpdatedBy.ID != lin || checklist.Role != Editor {
		t.Errorf("the latest is %+v", checklist)
	}
	w, err := n.Get(t.Context(), amara, checklist.ID)
	if err != nil || w.Role != Viewer || !strings.Contains(w.Content, "A rollback is a normal step, not a failure.") {
		t.Errorf("Amara reads %+v: %v", w, err)
	}
	n.wantDemoHistory(lin, checklist.ID)
}

func (n *node) wantDemoHistory(reader, docID int64) {
	n.t.Helper()
	versions, err := n.Versions(n.t.Context(), reader, docID)
	if err != nil || len(versions) != 3 || versions[0].Name != "Before the dress rehearsal" || len(versions[0].Authors) != 3 {
		n.t.Errorf("the versions are %+v: %v", versions, err)
	}
	threads, err := n.Threads(n.t.Context(), reader, docID)
	if err != nil || len(threads) != 2 || len(threads[0].Comments) != 2 {
		n.t.Errorf("the threads are %+v: %v", threads, err)
	}
	n.compactNow(docID)
	if _, snapshots, state := n.rows(docID); snapshots != 1 || state != stateOK {
		n.t.Errorf("after a compaction the state is %s, with %d snapshots", state, snapshots)
	}
}

func TestDocumentDemoQuoteIsFound(t *testing.T) {
	u, err := yjs.Decode(yjs.Import(7, nodesOf(t, "# Ünder\n\nsmile 😀 and **bold**")))
	if err != nil {
		t.Fatal(err)
	}
	first, last, found := u.Find("and")
	start, _, _ := u.Find("smile")
	if !found || first.Client != 7 || first.Clock != start.Clock+9 || last.Clock != first.Clock+2 {
		t.Errorf("found is %v from %v to %v, the line begins at %v", found, first, last, start)
	}
	if _, _, found := u.Find("is bold"); found {
		t.Error("a missing text was found")
	}
}
