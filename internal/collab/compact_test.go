package collab

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// rows counts the rows of a document's log.
func (n *node) rows(docID int64) (updates, snapshots int, state string) {
	n.t.Helper()
	err := n.db.QueryRow(n.t.Context(), `
		select (select count(*) from collab.updates where doc_id = $1),
		       (select count(*) from collab.snapshots where doc_id = $1), state
		  from collab.documents where id = $1`, docID).Scan(&updates, &snapshots, &state)
	if err != nil {
		n.t.Fatal(err)
	}
	return updates, snapshots, state
}

func (n *node) compactNow(docID int64) {
	n.t.Helper()
	if err := n.Compact(n.t.Context(), docID); err != nil {
		n.t.Fatal(err)
	}
}

func TestDocumentCompactionKeepsPreviousSnapshot(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a := n.writer(sam, id)
	a.write("one")
	a.waitSaved()
	n.compactNow(id)
	if updates, snapshots, _ := n.rows(id); updates != 2 || snapshots != 1 {
		t.Errorf("after the first compaction there are %d updates and %d snapshots", updates, snapshots)
	}
	n.compactNow(id) // nothing new
	a.write("two")
	a.waitSaved()
	n.compactNow(id)
	a.write("three")
	a.waitSaved()
	if updates, snapshots, _ := n.rows(id); updates != 2 || snapshots != 2 {
		t.Errorf("after the second compaction there are %d updates and %d snapshots", updates, snapshots)
	}
	var tail, behind int
	if err := n.db.QueryRow(t.Context(), `select tail_rows, (select count(*) from collab.updates where seq > 3) from collab.documents`).Scan(&tail, &behind); err != nil || tail != 1 || behind != 1 {
		t.Errorf("tail_rows is %d, but the tail has %d rows: %v", tail, behind, err)
	}
	n.wantContent(id, "three")
	n.writer(maya, id).waitText("three")
	if _, err := n.db.Exec(t.Context(), `delete from collab.snapshots s where seq = (select max(seq) from collab.snapshots)`); err != nil {
		t.Fatal(err)
	}
	n.wantContent(id, "three") // the previous snapshot is complete
}

func TestDocumentCompactionThatDiffersIsRefused(t *testing.T) {
	for name, wrong := range map[string]func(...[]byte) ([]byte, error){
		"another text": func(...[]byte) ([]byte, error) { return yjs.Import(0, []yjs.Node{{Type: "heading"}}), nil },
		"a letter less": func(in ...[]byte) ([]byte, error) {
			return yjs.Compact(in[:len(in)-1]...)
		},
		"nonsense": func(...[]byte) ([]byte, error) { return []byte("nonsense"), nil },
		"an error": func(...[]byte) ([]byte, error) { return nil, errors.New("no") },
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			id := n.createDocument()
			a := n.writer(sam, id)
			a.write("hello")
			a.waitSaved()
			n.compact = wrong
			n.compactNow(id)
			if updates, snapshots, state := n.rows(id); updates != 2 || snapshots != 0 || state != stateBroken {
				t.Errorf("there are %d updates and %d snapshots, the state is %s", updates, snapshots, state)
			}
			a.write("hello world") // editing continues
			a.waitSaved()
			n.wantContent(id, "hello world")
		})
	}
}

func TestDocumentCompactionRacesWithWritersAndJoins(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a := n.writer(sam, id)
	stop := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if err := n.Compact(t.Context(), id); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	text := ""
	for i := range 30 {
		text += fmt.Sprintf("line %d\n", i)
		a.write(text)
		if i%10 == 0 {
			n.writer(maya, id)
		}
		a.waitSaved()
	}
	close(stop)
	others.Wait()
	last := n.writer(maya, id)
	last.waitText(a.text())
	fresh := onDatabase(t, n.db, hub.Config{}, Config{Timing: manualTiming})
	fresh.writer(maya, id).waitText(a.text())
}

func TestDocumentCompactionOfLongLogIsAutomatic(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a := n.writer(sam, id)
	a.write("hello")
	a.waitSaved()
	n.Leave(a.conn, id) // the last channel
	testkit.Eventually(t, "a snapshot", testkit.Timeout, func() bool {
		_, snapshots, _ := n.rows(id)
		return snapshots == 1
	})
	c := newMaintenance()
	for _, d := range []struct {
		backlog
		due bool
	}{
		{backlog{rows: 499}, false},
		{backlog{rows: 500}, true},
		{backlog{bytes: 256<<10 - 1}, false},
		{backlog{bytes: 256 << 10}, true},
		{backlog{bytes: 300 << 10, snapshot: 400 << 10}, false},
		{backlog{bytes: 400 << 10, snapshot: 400 << 10}, true},
	} {
		c.addIfDue(1, d.backlog)
		if due := len(c.take()) == 1; due != d.due {
			t.Errorf("%+v: due %v", d.backlog, due)
		}
	}
}

func TestDocumentTextIsUpdatedForSearch(t *testing.T) {
	n := newNode(t, func(c *Config) { c.Timing.Settle = -time.Minute }) // at once
	id := n.createDocument()
	a := n.writer(sam, id)
	a.write("the quick brown fox")
	a.waitSaved()
	n.maintenance.wake.Signal()
	testkit.Eventually(t, "the search finds the document", testkit.Timeout, func() bool {
		found, err := n.Documents(t.Context(), nil, maya, Filter{Query: "quick fox", Limit: 10})
		return err == nil && len(found) == 1 && found[0].Excerpt == "the quick brown fox"
	})
	if found, err := n.Documents(t.Context(), nil, lin, Filter{Query: "fox", Limit: 10}); err != nil || len(found) != 0 {
		t.Errorf("a user without rights finds %v: %v", found, err)
	}
}

func TestDocumentCompactionDeletesUnusedClients(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a, silent := n.writer(sam, id), n.writer(theo, id)
	a.write("hello")
	a.waitSaved()
	n.Leave(silent.conn, id)
	a.waitEvent(eventLeft)
	if _, err := n.db.Exec(t.Context(), `
		insert into collab.clients (doc_id, client, user_id, plain, seen_at)
		values ($1, 1001, $2, false, null), ($1, 1002, $2, true, null), ($1, 1003, $2, false, now())`, id, maya); err != nil {
		t.Fatal(err)
	}
	if _, err := n.db.Exec(t.Context(), `update collab.clients set since = now() - interval '91 days' where client <> $1`, silent.Client); err != nil {
		t.Fatal(err)
	}
	n.compactNow(id)
	left, err := ids(t.Context(), n.db, `select client from collab.clients order by client`)
	if want := []int64{int64(a.Client), int64(silent.Client), 1002, 1003}; err != nil || !slices.Equal(left, want) {
		t.Errorf("the remaining clients are %v, want %v: %v", left, want, err)
	}
}
