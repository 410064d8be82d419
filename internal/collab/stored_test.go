package collab

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/base/budget"
	"hubbub/internal/base/fault"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/testkit"
)

const readingAtMost = time.Minute // on a busy machine; an idle one takes half a second

// tableOfCells returns a table as imports made it before cells were limited.
func tableOfCells(columns, rows int) []byte {
	cells := make([]yjs.Node, columns)
	for i := range cells {
		cells[i] = yjs.Node{Type: "tableCell", Children: []yjs.Node{paragraph()}}
	}
	row := yjs.Node{Type: "tableRow", Children: cells}
	table := yjs.Node{Type: "table"}
	for range rows {
		table.Children = append(table.Children, row)
	}
	return yjs.Import(0, []yjs.Node{paragraph(yjs.Node{Text: "before the table"}), table})
}

// createUnchecked makes a document of Sam's without checking the limits of its first update.
func (n *node) createUnchecked(seed []byte) int64 {
	n.t.Helper()
	title := "Stored before"
	id, err := n.insert(n.t.Context(), sam, Draft{Title: &title}, seed)
	if err != nil {
		n.t.Fatal(err)
	}
	return id
}

// hostileStates returns documents that a database may have: one that can be read in part,
// one of too many structs, one of too many bytes.
var hostileStates = sync.OnceValue(func() map[string][]byte {
	long := paragraph(yjs.Node{Text: strings.Repeat("a", budget.DocumentState.Bytes)})
	return map[string][]byte{
		"a large table":  tableOfCells(100, 250),
		"too many cells": tableOfCells(300, 1800),
		"too many bytes": yjs.Import(0, []yjs.Node{long}),
	}
})

func TestDocumentTooLargeIsShownInPart(t *testing.T) {
	n := newNode(t)
	for name, seed := range hostileStates() {
		id := n.createUnchecked(seed)
		took, memory := measured(func() {
			v, err := n.View(t.Context(), sam, id)
			if err != nil || !v.Cut {
				t.Errorf("%s: cut is %v, %v", name, v.Cut, err)
			}
			var page bytes.Buffer
			err = DocumentPage(v).Render(t.Context(), &page)
			if err != nil || !strings.Contains(page.String(), "too large to show in full") {
				t.Errorf("%s: the page does not mention the limit, %v", name, err)
			}
			if page.Len() > 4<<20 {
				t.Errorf("%s: the page has %d MB", name, page.Len()>>20)
			}
		})
		if took > readingAtMost || memory > 2<<30 {
			t.Errorf("%s took %v and %d MB", name, took, memory>>20)
		}
		t.Logf("%s (%d KB): %v, %d MB", name, len(seed)>>10, took, memory>>20)
	}
}

func TestDocumentTooLargeDoesNotStopMaintenance(t *testing.T) {
	n := newNode(t, func(c *Config) { c.Timing = Timing{Settle: 1, Idle: 1} })
	for _, seed := range hostileStates() {
		n.createUnchecked(seed)
	}
	good := n.createUnchecked(yjs.Import(0, []yjs.Node{paragraph(yjs.Node{Text: "a plain document"})}))
	n.maintenance.wake.Signal()
	for began := time.Now(); n.jobsLeft(); {
		if time.Since(began) > 2*readingAtMost {
			t.Fatal("the jobs do not end")
		}
		if err := errors.Join(n.makeVersions(t.Context()), n.updateTexts(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	n.wantContent(good, "a plain document")
}

// jobsLeft reports whether a text or a version is due.
func (n *node) jobsLeft() bool {
	n.t.Helper()
	texts, err := staleTexts(n.t.Context(), n.db, time.Now(), time.Now())
	if err != nil {
		n.t.Fatal(err)
	}
	versions, err := dueForVersion(n.t.Context(), n.db, time.Now(), time.Now())
	if err != nil {
		n.t.Fatal(err)
	}
	return len(texts)+len(versions) > 0
}

func TestDocumentTooLargeIsCompactedOrKept(t *testing.T) {
	n := newNode(t)
	for name, seed := range hostileStates() {
		id := n.createUnchecked(seed)
		for range 2 {
			began := time.Now()
			if err := n.Compact(t.Context(), id); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(began); took > readingAtMost {
				t.Errorf("%s took %v", name, took)
			}
		}
	}
}

func TestDocumentTooLargeIsExportedAsTextOnly(t *testing.T) {
	n := newNode(t)
	states := maps.Clone(hostileStates())
	states["a large table"] = tableOfCells(300, 400) // of more nodes than an export may have
	for name, seed := range states {
		id := n.createUnchecked(seed)
		for _, format := range []string{"md", "html"} {
			if _, err := n.Export(t.Context(), sam, id, format); !fault.Is(err, http.StatusRequestEntityTooLarge) {
				t.Errorf("%s as %s: %v", name, format, err)
			}
		}
		if _, err := n.Export(t.Context(), sam, id, "text"); err != nil {
			t.Errorf("%s as text: %v", name, err)
		}
	}
}

func TestDocumentTooLargeCanBeDeletedButNotOpened(t *testing.T) {
	n := newNode(t)
	schema := Schema
	long := n.createUnchecked(hostileStates()["too many bytes"])
	_, err := n.Join(t.Context(), n.connection(sam), Opening{DocID: long, Schema: &schema})
	if !fault.Is(err, http.StatusRequestEntityTooLarge) {
		t.Errorf("a document of too many bytes: %v", err)
	}
	wide := n.createUnchecked(hostileStates()["too many cells"])
	w := &writer{t: t, node: n, conn: n.connection(sam)}
	if w.Joined, err = n.Join(t.Context(), w.conn, Opening{DocID: wide, Schema: &schema}); err != nil {
		t.Fatal(err)
	}
	w.conn.Release()
	if gone := testkit.DataOf[Gone](t, w.waitEvent(eventGone)); gone.Why != whyLarge {
		t.Errorf("the document of too many cells is closed as %q", gone.Why)
	}
	for _, id := range []int64{long, wide} {
		if err := n.Delete(t.Context(), nil, sam, id); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
}

func TestDocumentTooLargeIsComparedInPart(t *testing.T) {
	n := newNode(t)
	id := n.createUnchecked(hostileStates()["a large table"])
	kept, err := n.KeepVersion(t.Context(), nil, sam, id, "large", false)
	if err != nil {
		t.Fatal(err)
	}
	took, _ := measured(func() {
		v, err := n.Preview(t.Context(), sam, id, kept.ID)
		if err != nil || !v.Cut {
			t.Errorf("cut is %v, %v", v.Cut, err)
		}
	})
	if took > readingAtMost {
		t.Errorf("the comparison took %v", took)
	}
}
