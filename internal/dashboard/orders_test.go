package dashboard

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
)

func TestOrderRollupsEqualARecount(t *testing.T) {
	s := openShop(t, Config{})
	products := []Product{s.product, s.offer("Chair", 54000), s.offer("Napkins", 4207)}
	var changing sync.WaitGroup
	for range 8 {
		changing.Go(func() {
			for range 40 {
				s.randomChange(products)
			}
		})
	}
	changing.Wait()
	if kept, counted := s.rollups(), s.recount(); kept != counted {
		t.Errorf("the rollups are %s\nbut a recount is %s", kept, counted)
	}
}

// randomChange places an order, or tries to move one to a random status.
func (s *shop) randomChange(products []Product) {
	ctx := context.Background()
	n := NewOrder{Customer: "A customer", ProductID: products[rand.N(len(products))].ID, Quantity: 1 + rand.N(9)}
	if rand.N(2) == 0 {
		if _, err := s.Place(ctx, nil, staff, n); err != nil {
			s.t.Error(err)
		}
		return
	}
	ids, err := newestIDs(ctx, s.db, 15)
	if err != nil || len(ids) == 0 {
		return
	}
	to := []Status{Pending, Completed, Completed, Shipped, Cancelled}[rand.N(5)]
	if _, err := s.Move(ctx, nil, staff, ids[rand.N(len(ids))], to); err != nil && !fault.Is(err, http.StatusConflict) {
		s.t.Error(err)
	}
}

func TestOrderIsMovedByOneOfSeveralConcurrentCalls(t *testing.T) {
	s := openShop(t, Config{})
	for range 10 {
		o := s.order(2)
		var won, lost int
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				_, err := s.Move(context.Background(), nil, staff, o.ID, []Status{Completed, Cancelled}[i%2])
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case fault.Is(err, http.StatusConflict):
					lost++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won != 1 || lost != 7 {
			t.Errorf("%d moves succeeded and %d were conflicts", won, lost)
		}
	}
}

func TestOrderAndProductInputIsValidated(t *testing.T) {
	s := openShop(t, Config{})
	ctx, o := t.Context(), s.order(1)
	good := NewOrder{Customer: "Noor", ProductID: s.product.ID, Quantity: 1}
	place := func(who account.User, change func(*NewOrder)) error {
		n := good
		change(&n)
		_, err := s.Place(ctx, nil, who, n)
		return err
	}
	move := func(who account.User, id int64, to Status) error {
		_, err := s.Move(ctx, nil, who, id, to)
		return err
	}
	product := func(who account.User, ch ProductChange) error {
		_, err := s.ChangeProduct(ctx, nil, who, s.product.ID, ch)
		return err
	}
	before := s.rollups()
	for what, c := range map[string]struct {
		err  error
		want int
	}{
		"a member's order":             {place(member, func(*NewOrder) {}), 403},
		"no customer":                  {place(staff, func(n *NewOrder) { n.Customer = " \t" }), 422},
		"a customer of two lines":      {place(staff, func(n *NewOrder) { n.Customer = "a\nb" }), 422},
		"a long customer":              {place(staff, func(n *NewOrder) { n.Customer = strings.Repeat("ö", 101) }), 422},
		"a quantity of zero":           {place(staff, func(n *NewOrder) { n.Quantity = 0 }), 422},
		"a negative quantity":          {place(staff, func(n *NewOrder) { n.Quantity = -1 }), 422},
		"too large a quantity":         {place(staff, func(n *NewOrder) { n.Quantity = 1001 }), 422},
		"no such product":              {place(staff, func(n *NewOrder) { n.ProductID = 999 }), 422},
		"a member's move":              {move(member, o.ID, Completed), 403},
		"a move to an unknown status":  {move(staff, o.ID, "lost"), 422},
		"a move to the current status": {move(staff, o.ID, Pending), 409},
		"a move that skips a status":   {move(staff, o.ID, Shipped), 409},
		"no such order":                {move(staff, 999, Completed), 404},
		"a member's product":           {product(member, ProductChange{}), 403},
		"a product without a name":     {product(staff, ProductChange{Name: new(" ")}), 422},
		"a long name":                  {product(staff, ProductChange{Name: new(strings.Repeat("ö", 121))}), 422},
		"a long description":           {product(staff, ProductChange{Description: new(strings.Repeat("ö", 2001))}), 422},
		"a negative price":             {product(staff, ProductChange{Price: new(Money(-1))}), 422},
		"too high a price":             {product(staff, ProductChange{Price: new(maxPrice + 1)}), 422},
		"removing by a member":         {s.RemoveProduct(ctx, nil, member, s.product.ID), 403},
		"removing an unknown product":  {s.RemoveProduct(ctx, nil, staff, 999), 404},
	} {
		if !fault.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %d", what, c.err, c.want)
		}
	}
	if after := s.rollups(); after != before {
		t.Errorf("a rejected change is in the rollups: %s", after)
	}
}

func TestOrderWithTheSameClientIDIsPlacedOnce(t *testing.T) {
	s := openShop(t, Config{})
	n := NewOrder{Customer: "Noor", ProductID: s.product.ID, Quantity: 1, ClientID: new("7f1c1d1e-0000-4000-8000-000000000001")}
	ids := make([]int64, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			o, err := s.Place(context.Background(), nil, staff, n)
			if err != nil {
				t.Error(err)
			}
			ids[i] = o.ID
		})
	}
	all.Wait()
	if slices.Sort(ids); ids[0] == 0 || ids[0] != ids[7] {
		t.Errorf("the ids are %v", ids)
	}
	if other, err := s.Place(t.Context(), nil, admin, n); err != nil || other.ID == ids[0] {
		t.Errorf("another user's order with the same clientId is %d, %v", other.ID, err)
	}
	if st, _, _ := s.Stats(t.Context()); st.TotalOrders != 2 || st.PendingOrders != 2 {
		t.Errorf("the stats are %+v", st)
	}
}

func TestOrderKeepsItsAmountAndProduct(t *testing.T) {
	s := openShop(t, Config{})
	o := s.order(3)
	if o.Amount != 3150 || o.Status != Pending {
		t.Errorf("the order is %+v", o)
	}
	if _, err := s.ChangeProduct(t.Context(), nil, staff, s.product.ID, ProductChange{Price: new(Money(2000))}); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveProduct(t.Context(), nil, staff, s.product.ID); err != nil {
		t.Fatal(err)
	}
	again, err := s.Order(t.Context(), o.ID)
	if err != nil || again.Amount != 3150 || again.Product.Name != "Lamp" {
		t.Errorf("after the change the order is %+v, %v", again, err)
	}
	if _, err := s.Place(t.Context(), nil, staff, NewOrder{Customer: "Noor", ProductID: s.product.ID, Quantity: 1}); !fault.Is(err, 422) {
		t.Errorf("a removed product can be ordered: %v", err)
	}
	if _, err := s.Product(t.Context(), nil, s.product.ID); !fault.Is(err, 404) {
		t.Errorf("a removed product can be read: %v", err)
	}
	if _, err := s.Move(t.Context(), nil, staff, o.ID, Completed); err != nil {
		t.Errorf("an order of a removed product cannot be moved: %v", err)
	}
}
