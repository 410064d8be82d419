package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
)

// fakeIndex is a search index in memory.
type fakeIndex struct {
	index.None
	names   map[int64]string
	changed int
	fail    bool
}

func (s *fakeIndex) Put(_ context.Context, _ postgres.Tx, entries ...index.Entry) error {
	if s.fail {
		return errors.New("the index fails")
	}
	for _, e := range entries {
		s.names[e.ID] = e.Title
	}
	return nil
}

func (s *fakeIndex) Drop(_ context.Context, _ postgres.Tx, _ index.Kind, ids ...int64) error {
	for _, id := range ids {
		delete(s.names, id)
	}
	return nil
}

func (s *fakeIndex) Changed() { s.changed++ }

func TestProductChangesAreIndexed(t *testing.T) {
	written := &fakeIndex{names: map[int64]string{}}
	s := openShop(t, Config{Index: written})
	chair := s.offer("Chair", 100)
	if _, err := s.ChangeProduct(t.Context(), nil, staff, chair.ID, ProductChange{Name: new("Armchair")}); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveProduct(t.Context(), nil, staff, s.product.ID); err != nil {
		t.Fatal(err)
	}
	written.fail = true
	if _, err := s.ChangeProduct(t.Context(), nil, staff, chair.ID, ProductChange{Name: new("Throne")}); err == nil {
		t.Error("a product changed although the index failed")
	}
	want := map[int64]string{chair.ID: "Armchair"}
	if p, err := s.Product(t.Context(), nil, chair.ID); err != nil || p.Name != "Armchair" || !reflect.DeepEqual(written.names, want) || written.changed != 4 {
		t.Errorf("the index has %v after %d changes; the product is %+v, %v", written.names, written.changed, p, err)
	}
}

func TestProductEventsReachWatchers(t *testing.T) {
	s := openShop(t, Config{})
	v := s.newViewer()
	if _, err := s.Products(t.Context(), v.conn, nil, 10); err != nil {
		t.Fatal(err)
	}
	p := s.offer("Chair", 100)
	if _, err := s.ChangeProduct(t.Context(), nil, staff, p.ID, ProductChange{Price: new(Money(250))}); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveProduct(t.Context(), nil, staff, p.ID); err != nil {
		t.Fatal(err)
	}
	var events []string
	for _, e := range v.all(productResource) {
		var u struct {
			Verb           string
			Data, Previous struct{ Name, Price string }
		}
		json.Unmarshal(e.Data, &u)
		events = append(events, fmt.Sprint(u))
	}
	if want := []string{"{created {Chair 1.00} { }}", "{updated {Chair 2.50} { 1.00}}", "{destroyed { } { }}"}; !slices.Equal(events, want) {
		t.Errorf("the events are %q, want %q", events, want)
	}
}
