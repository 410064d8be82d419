package collab

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// createTitled makes documents of Sam's in this order, and returns their ids.
func (n *node) createTitled(titles ...string) (ids []int64) {
	n.t.Helper()
	for _, title := range titles {
		d, err := n.Create(n.t.Context(), nil, sam, Draft{Title: &title}, nil)
		if err != nil {
			n.t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	return ids
}

// listTwo returns the titles of a page of two documents that the user gets, and the place of
// the last one.
func (n *node) listTwo(userID int64, before Place) (titles []string, last Place) {
	n.t.Helper()
	documents, err := n.Documents(n.t.Context(), nil, userID, Filter{Before: before, Limit: 2})
	if err != nil {
		n.t.Fatal(err)
	}
	for _, d := range documents {
		titles, last = append(titles, d.Title), placeOf(d)
	}
	return titles, last
}

func TestDocumentListContinuesAfterDeletedDocument(t *testing.T) {
	n := newNode(t)
	ids := n.createTitled("one", "two", "three", "four")
	first, last := n.listTwo(sam, Place{})
	if err := n.Delete(t.Context(), nil, sam, ids[2]); err != nil {
		t.Fatal(err)
	}
	second, _ := n.listTwo(sam, last)
	if got := fmt.Sprint(first, second); got != "[four three] [two one]" {
		t.Errorf("the pages are %s", got)
	}
}

func TestDocumentListHasAllDocumentsOfOneMillisecond(t *testing.T) {
	n := newNode(t)
	n.createTitled("one", "two", "three", "four")
	if _, err := n.db.Exec(t.Context(), `update collab.documents set updated_at = '2026-11-21T09:04:00.125Z'`); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for titles, last := n.listTwo(sam, Place{}); len(titles) > 0; titles, last = n.listTwo(sam, last) {
		seen += len(titles)
	}
	if seen != 4 {
		t.Errorf("the pages have %d documents of 4", seen)
	}
}

func TestDocumentListPlaceIsMadeFromJSON(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	if _, err := n.Rewrite(t.Context(), nil, sam, Rewriting{DocID: id, Content: "hello"}); err != nil {
		t.Fatal(err)
	}
	documents, err := n.Documents(t.Context(), nil, sam, Filter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	updatedAt, err := json.Marshal(documents[0].UpdatedAt)
	if err != nil {
		t.Fatal(err)
	}
	var place Place
	err = json.Unmarshal(fmt.Appendf(nil, `"%s,%d"`, strings.Trim(string(updatedAt), `"`), id), &place)
	if want := placeOf(documents[0]); err != nil || !place.At.Equal(want.At) || place.ID != want.ID {
		t.Errorf("a client makes the place %v, want %v (%v)", place, want, err)
	}
}

func TestDocumentListDoesNotRevealHiddenDocument(t *testing.T) {
	n := newNode(t)
	hidden, shared := n.createTitled("hidden")[0], n.createDocument()
	if _, err := n.db.Exec(t.Context(), `update collab.documents set updated_at = now() + interval '1 hour' where id = $1`, hidden); err != nil {
		t.Fatal(err)
	}
	ofHidden, _ := n.listTwo(theo, Place{ID: hidden})
	ofNone, _ := n.listTwo(theo, Place{ID: 999_999})
	if fmt.Sprint(ofHidden) != fmt.Sprint(ofNone) {
		t.Errorf("after a hidden document the list has %v, after a missing one %v", ofHidden, ofNone)
	}
	if _, err := n.db.Exec(t.Context(), `update collab.documents set updated_at = now() + interval '2 hours' where id = $1`, shared); err != nil {
		t.Fatal(err)
	}
	if before, _ := n.listTwo(sam, Place{ID: shared}); fmt.Sprint(before) != "[hidden]" {
		t.Errorf("after the id of a readable document the list has %v", before)
	}
}
