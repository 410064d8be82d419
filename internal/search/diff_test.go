package search

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hubbub/internal/base/index"
	"hubbub/internal/live/hub"
)

// ranked returns a result with a score.
func ranked(id int64, score float64) Result {
	return Result{Kind: index.Product, ID: id, Title: fmt.Sprint("p", id), Score: score}
}

func applyNotes(t *testing.T, list []Result, notes []hub.DigestEvent) []Result {
	t.Helper()
	list = slices.Clone(list)
	for _, n := range notes {
		switch data := n.Data.(type) {
		case RemovedResult:
			i := indexOf(list, key{data.Kind, data.ID})
			list = slices.Delete(list, i, i+1)
		case PlacedResult:
			if i := indexOf(list, data.key()); i >= 0 {
				list = slices.Delete(list, i, i+1)
			}
			list = slices.Insert(list, data.Position, data.Result)
		}
	}
	return list
}

func TestDifferenceTurnsOneListIntoTheOther(t *testing.T) {
	for seed := range uint64(3000) {
		dice := rand.New(rand.NewPCG(seed, 0))
		was, is := someList(dice), someList(dice)
		notes := difference(was, is, nil)
		if got := applyNotes(t, was, notes); !slices.EqualFunc(got, is, Result.equal) {
			t.Fatalf("seed %d: %v after %d events is %v, want %v", seed, was, len(notes), got, is)
		}
		if len(notes) > 2*pageSize+pageSize {
			t.Errorf("seed %d: %d events", seed, len(notes))
		}
	}
}

func someList(dice *rand.Rand) []Result {
	var list []Result
	for id := range int64(30) {
		if dice.IntN(3) > 0 {
			list = append(list, ranked(id+1, float64(dice.IntN(8))))
		}
	}
	slices.SortFunc(list, compareResults)
	return list[:min(len(list), pageSize)]
}

func TestDifferenceHasOneEventForAResultThatMovesDown(t *testing.T) {
	was := []Result{ranked(1, 9), ranked(2, 8), ranked(3, 7), ranked(4, 6)}
	is := []Result{ranked(2, 8), ranked(3, 7), ranked(4, 6), ranked(1, 5)}
	if notes := difference(was, is, nil); len(notes) != 1 || notes[0].Name != eventUpdated {
		t.Errorf("got %d events, want one searchResultUpdated", len(notes))
	}
}

func TestListAfterIsIncompleteWhenAnUnknownResultMovesUp(t *testing.T) {
	var list []Result
	for id := range int64(pageSize) {
		list = append(list, ranked(id+1, float64(100-id)))
	}
	keys := []key{{index.Product, 3}}
	if _, certain := listAfter(list, keys, nil); certain {
		t.Error("a full list that loses a result is complete, want incomplete")
	}
	if _, certain := listAfter(list, keys, []Result{ranked(3, 1)}); certain {
		t.Error("a full list whose result moves to the end is complete, want incomplete")
	}
	if now, certain := listAfter(list, keys, []Result{ranked(3, 99.5)}); !certain || now[1].ID != 3 || len(now) != pageSize {
		t.Errorf("after a result moved up within a full list: %v", now)
	}
	if now, certain := listAfter(list, []key{{index.Product, 99}}, []Result{ranked(99, 1)}); !certain || indexOf(now, key{index.Product, 99}) >= 0 {
		t.Error("a result worse than all others is inserted into a full list")
	}
	if now, certain := listAfter(list[:5], keys, nil); !certain || len(now) != 4 {
		t.Error("a list that is not full is incomplete after a removal")
	}
}

func TestResultJSONHasTheFieldsOfItsData(t *testing.T) {
	r := ranked(4, 1.5)
	r.Data = json.RawMessage(`{"product":{"id":4,"price":"3.00"},"name":"Lamp","kind":"fake","id":9}`)
	raw, err := json.Marshal(PlacedResult{r, 2, new(int64(7))})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":4,"kind":"product","name":"Lamp","number":7,"position":2,"product":{"id":4,"price":"3.00"},"score":1.5,"snippet":"","title":"p4","url":""}`
	if string(raw) != want {
		t.Errorf("got %s", raw)
	}
	r.Data, r.At = nil, time.Now()
	if raw, _ = json.Marshal(r); string(raw) != `{"id":4,"kind":"product","score":1.5,"snippet":"","title":"p4","url":""}` {
		t.Errorf("without data: got %s", raw)
	}
}
