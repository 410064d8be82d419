package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"hubbub/internal/postgres"
)

// shelf is a search's index.
type shelf struct {
	names   map[int64]string
	changed int
	fail    bool
}

func (s *shelf) Put(_ context.Context, _ postgres.Tx, p Product) error {
	if s.fail {
		return errors.New("no room on the shelf")
	}
	s.names[p.ID] = p.Name
	return nil
}

func (s *shelf) Drop(_ context.Context, _ postgres.Tx, id int64) error {
	delete(s.names, id)
	return nil
}

func (s *shelf) Changed() { s.changed++ }

func TestTheIndexFollowsProducts(t *testing.T) {
	index := &shelf{names: map[int64]string{}}
	s := openShop(t, Config{Index: index})
	chair := s.offer("Chair", 100)
	if _, err := s.ChangeProduct(t.Context(), nil, staff, chair.ID, ProductChange{Name: new("Armchair")}); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveProduct(t.Context(), nil, staff, s.product.ID); err != nil {
		t.Fatal(err)
	}
	index.fail = true
	if _, err := s.ChangeProduct(t.Context(), nil, staff, chair.ID, ProductChange{Name: new("Throne")}); err == nil {
		t.Error("a product has changed that the index did not take")
	}
	want := map[int64]string{chair.ID: "Armchair"}
	if p, err := s.Product(t.Context(), nil, chair.ID); err != nil || p.Name != "Armchair" || !reflect.DeepEqual(index.names, want) || index.changed != 4 {
		t.Errorf("it has %v after %d changes; the product is %+v, %v", index.names, index.changed, p, err)
	}
}

func TestProductsAreToldToWhoWatchesThem(t *testing.T) {
	s := openShop(t, Config{})
	v := s.visitor()
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
	var told []string
	for _, e := range v.all(productResource) {
		var u struct {
			Verb           string
			Data, Previous struct{ Name, Price string }
		}
		json.Unmarshal(e.Data, &u)
		told = append(told, fmt.Sprint(u))
	}
	if want := []string{"{created {Chair 1.00} { }}", "{updated {Chair 2.50} { 1.00}}", "{destroyed { } { }}"}; !slices.Equal(told, want) {
		t.Errorf("told are %q, want %q", told, want)
	}
}
