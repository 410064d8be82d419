package collab

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/hub"
	"hubbub/internal/testkit"
)

// rows counts what a document's log has.
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

func TestACompactionKeepsOneGenerationBehind(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a := n.writer(sam, id)
	a.write("one")
	a.saved()
	n.compactNow(id)
	if updates, snapshots, _ := n.rows(id); updates != 2 || snapshots != 1 {
		t.Errorf("after the first there are %d updates and %d snapshots", updates, snapshots)
	}
	n.compactNow(id) // nothing new
	a.write("two")
	a.saved()
	n.compactNow(id)
	a.write("three")
	a.saved()
	if updates, snapshots, _ := n.rows(id); updates != 2 || snapshots != 2 {
		t.Errorf("after the second there are %d updates and %d snapshots", updates, snapshots)
	}
	var tail, behind int
	if err := n.db.QueryRow(t.Context(), `select tail_rows, (select count(*) from collab.updates where seq > 3) from collab.documents`).Scan(&tail, &behind); err != nil || tail != 1 || behind != 1 {
		t.Errorf("the tail is said to have %d rows, it has %d: %v", tail, behind, err)
	}
	n.wantContent(id, "three")
	n.writer(maya, id).reads("three")
	if _, err := n.db.Exec(t.Context(), `delete from collab.snapshots s where seq = (select max(seq) from collab.snapshots)`); err != nil {
		t.Fatal(err)
	}
	n.wantContent(id, "three") // the generation before still stands
}

func TestAWrongCompactionNeverCounts(t *testing.T) {
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
			id := n.document()
			a := n.writer(sam, id)
			a.write("hello")
			a.saved()
			n.compact = wrong
			n.compactNow(id)
			if updates, snapshots, state := n.rows(id); updates != 2 || snapshots != 0 || state != stateBroken {
				t.Errorf("%d updates, %d snapshots, %s", updates, snapshots, state)
			}
			a.write("hello world") // people go on
			a.saved()
			n.wantContent(id, "hello world")
		})
	}
}

func TestCompactionRacesWithWritersAndJoiners(t *testing.T) {
	n := newNode(t)
	id := n.document()
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
		a.saved()
	}
	close(stop)
	others.Wait()
	last := n.writer(maya, id)
	last.reads(a.text())
	fresh := onDatabase(t, n.db, hub.Config{}, Config{Timing: slow})
	fresh.writer(maya, id).reads(a.text())
}

func TestALongLogIsCompactedByItself(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a := n.writer(sam, id)
	a.write("hello")
	a.saved()
	n.Leave(a.conn, id) // the last one here
	testkit.Eventually(t, "a snapshot", testkit.Patience, func() bool {
		_, snapshots, _ := n.rows(id)
		return snapshots == 1
	})
	c := newChores()
	for _, d := range []struct {
		debt
		due bool
	}{
		{debt{rows: 499}, false}, {debt{rows: 500}, true},
		{debt{bytes: 256<<10 - 1}, false}, {debt{bytes: 256 << 10}, true},
		{debt{bytes: 300 << 10, snapshot: 400 << 10}, false}, {debt{bytes: 400 << 10, snapshot: 400 << 10}, true},
	} {
		c.owed(1, d.debt)
		if due := len(c.take()) == 1; due != d.due {
			t.Errorf("%+v: due %v", d.debt, due)
		}
	}
}

func TestTheTextFollowsForTheSearch(t *testing.T) {
	n := newNode(t, func(c *Config) { c.Timing.Settle = -time.Minute }) // at once
	id := n.document()
	a := n.writer(sam, id)
	a.write("the quick brown fox")
	a.saved()
	n.chores.all()
	testkit.Eventually(t, "it is found", testkit.Patience, func() bool {
		found, err := n.Documents(t.Context(), nil, maya, Filter{Query: "quick fox", Limit: 10})
		return err == nil && len(found) == 1 && found[0].Excerpt == "the quick brown fox"
	})
	if found, err := n.Documents(t.Context(), nil, lin, Filter{Query: "fox", Limit: 10}); err != nil || len(found) != 0 {
		t.Errorf("a stranger finds %v: %v", found, err)
	}
}

func TestVersionsStandByThemselves(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.write("first draft")
	a.saved()
	b.reads("first draft")
	b.write("first good draft")
	b.saved()
	kept, err := n.KeepVersion(t.Context(), nil, maya, id, " Good ", false)
	if err != nil || kept.Name != "Good" || kept.Kind != kindNamed || len(kept.Authors) != 2 {
		t.Fatalf("kept %+v: %v", kept, err)
	}
	b.write("")
	b.saved()
	n.compactNow(id)
	one, err := n.Version(t.Context(), theo, id, kept.ID)
	if err != nil || one.Content != "first good draft" {
		t.Errorf("it reads %q: %v", one.Content, err)
	}
	if text, err := textIn(one.Update); err != nil || text != "first good draft" {
		t.Errorf("its update reads %q: %v", text, err)
	}
	patient := onDatabase(t, n.db, hub.Config{}, Config{Timing: Timing{Check: time.Hour, Idle: -time.Minute}}) // at once
	for range 2 {
		if err := patient.keepVersions(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	versions, err := n.Versions(t.Context(), theo, id)
	if err != nil || len(versions) != 2 || versions[0].Kind != kindAuto {
		t.Errorf("versions %+v: %v", versions, err)
	}
	if _, err := n.KeepVersion(t.Context(), nil, theo, id, "", false); err == nil {
		t.Error("a viewer made a version")
	}
}

func TestOldVersionsGoNamedOnesStay(t *testing.T) {
	n := newNode(t)
	id := n.document()
	if _, err := n.db.Exec(t.Context(), `
		insert into collab.versions (doc_id, seq, epoch, kind, authors, bytes, text, created_at)
		select $1, 1, 1, kind, '{}', '', '', date_trunc('day', now()) - ago + minute * interval '1 minute'
		  from unnest(array[interval '0', '3 days', '30 days', '100 days']) ago, unnest(array[1, 2, 61]) minute, unnest(array['auto', 'named']) kind`, id); err != nil {
		t.Fatal(err)
	}
	if err := pruneVersions(t.Context(), n.db, id); err != nil {
		t.Fatal(err)
	}
	var auto, named int
	if err := n.db.QueryRow(t.Context(), `select count(*) filter (where kind = 'auto'), count(*) filter (where kind = 'named') from collab.versions`).Scan(&auto, &named); err != nil {
		t.Fatal(err)
	}
	if auto != 3+2+1+0 || named != 12 {
		t.Errorf("%d automatic and %d named versions are left", auto, named)
	}
}

func TestWhoHasNoEditorReadsAndWritesText(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a := n.writer(sam, id)
	plain, other := &writer{t: t, node: n, conn: n.connection(maya)}, &writer{t: t, node: n, conn: n.connection(theo)}
	for _, w := range []*writer{plain, other} {
		if _, err := n.Join(t.Context(), w.conn, Opening{DocID: id}); err != nil {
			t.Fatal(err)
		}
		w.conn.Release()
	}
	a.write("hello")
	got := testkit.DataOf[Updated](t, plain.hears(eventUpdated))
	if got.Content != "hello" || got.UserID != sam {
		t.Errorf("told %+v", got)
	}
	other.hears(eventUpdated)
	position := int64(11)
	w, err := n.Rewrite(t.Context(), plain.conn, maya, Rewriting{DocID: id, Content: "hello\nworld", CursorPosition: &position})
	if err != nil || w.Content != "hello\nworld" {
		t.Fatalf("answered %+v: %v", w, err)
	}
	if got := testkit.DataOf[Updated](t, other.hears(eventUpdated)); got.Content != "hello\nworld" || got.UserID != maya || *got.CursorPosition != 11 {
		t.Errorf("told %+v", got)
	}
	a.reads("hello\nworld")
	a.write("hello\nbig world")
	a.saved()
	if got := testkit.DataOf[Updated](t, plain.hears(eventUpdated)); got.UserID != sam {
		t.Errorf("the one who wrote was told of her own change: %+v", got)
	}
	if _, err := n.Rewrite(t.Context(), nil, theo, Rewriting{DocID: id, Content: "mine"}); err == nil {
		t.Error("a viewer wrote")
	}
}
