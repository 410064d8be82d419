package search

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hubbub/internal/hub"
)

// ranked is a result of a score.
func ranked(id int64, score float64) Result {
	return Result{Kind: Product, ID: id, Title: fmt.Sprint("p", id), Score: score}
}

func applied(t *testing.T, list []Result, notes []hub.Note) []Result {
	t.Helper()
	list = slices.Clone(list)
	for _, n := range notes {
		switch data := n.Data.(type) {
		case Gone:
			i := at(list, key{data.Kind, data.ID})
			list = slices.Delete(list, i, i+1)
		case Placed:
			if i := at(list, data.key()); i >= 0 {
				list = slices.Delete(list, i, i+1)
			}
			list = slices.Insert(list, data.Position, data.Result)
		}
	}
	return list
}

func TestTheEventsTurnOneListIntoTheOther(t *testing.T) {
	for seed := range uint64(3000) {
		dice := rand.New(rand.NewPCG(seed, 0))
		was, is := someList(dice), someList(dice)
		notes := difference(was, is, nil)
		if got := applied(t, was, notes); !slices.EqualFunc(got, is, Result.same) {
			t.Fatalf("seed %d: %v and %d events make %v, want %v", seed, was, len(notes), got, is)
		}
		if len(notes) > 2*shown+shown {
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
	slices.SortFunc(list, order)
	return list[:min(len(list), shown)]
}

func TestAResultThatSinksIsOneEvent(t *testing.T) {
	was := []Result{ranked(1, 9), ranked(2, 8), ranked(3, 7), ranked(4, 6)}
	is := []Result{ranked(2, 8), ranked(3, 7), ranked(4, 6), ranked(1, 5)}
	if notes := difference(was, is, nil); len(notes) != 1 || notes[0].Name != eventUpdated {
		t.Errorf("it is told by %d events", len(notes))
	}
}

func TestAFullListDoesNotGuessWhatCameBehindIt(t *testing.T) {
	var list []Result
	for id := range int64(shown) {
		list = append(list, ranked(id+1, float64(100-id)))
	}
	keys := []key{{Product, 3}}
	if _, certain := settled(list, keys, nil); certain {
		t.Error("it knows what moves up")
	}
	if _, certain := settled(list, keys, []Result{ranked(3, 1)}); certain {
		t.Error("it knows that nothing stands before what sank to its end")
	}
	if now, certain := settled(list, keys, []Result{ranked(3, 99.5)}); !certain || now[1].ID != 3 || len(now) != shown {
		t.Errorf("it does not know %v", now)
	}
	if now, certain := settled(list, []key{{Product, 99}}, []Result{ranked(99, 1)}); !certain || at(now, key{Product, 99}) >= 0 {
		t.Error("what is worse than all comes in")
	}
	if now, certain := settled(list[:5], keys, nil); !certain || len(now) != 4 {
		t.Error("a list that has all does not know that it has")
	}
}

func TestAResultHasItsDataBesideItsOwnFields(t *testing.T) {
	r := ranked(4, 1.5)
	r.Data = json.RawMessage(`{"product":{"id":4,"price":"3.00"},"name":"Lamp","kind":"fake","id":9}`)
	raw, err := json.Marshal(Placed{r, 2, new(int64(7))})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":4,"kind":"product","name":"Lamp","number":7,"position":2,"product":{"id":4,"price":"3.00"},"score":1.5,"snippet":"","title":"p4","url":""}`
	if string(raw) != want {
		t.Errorf("it is %s", raw)
	}
	r.Data, r.At = nil, time.Now()
	if raw, _ = json.Marshal(r); string(raw) != `{"id":4,"kind":"product","score":1.5,"snippet":"","title":"p4","url":""}` {
		t.Errorf("without data it is %s", raw)
	}
}
