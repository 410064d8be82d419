package dashboard

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// sizes returns the numbers of existing orders to measure with: BENCH_ORDERS, or those
// of the documented guarantee. Ten million take some minutes and 3 GB to create.
func sizes(b *testing.B) (all []int) {
	b.Helper()
	list := os.Getenv("BENCH_ORDERS")
	if list == "" {
		list = "1000,10000000"
	}
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			b.Fatalf("BENCH_ORDERS is %q: it must be numbers of orders, such as 1000,100000", list)
		}
		all = append(all, n)
	}
	return all
}

// BenchmarkDashboard shows that the cost of opening the dashboard and of changing an
// order does not depend on the number of orders.
func BenchmarkDashboard(b *testing.B) {
	for _, n := range sizes(b) {
		s := openShop(b, Config{})
		s.fill(n)
		for _, r := range Ranges() {
			b.Run(fmt.Sprintf("orders=%d/open/range=%s", n, r), func(b *testing.B) {
				for b.Loop() {
					if _, err := s.Snapshot(b.Context(), r); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(fmt.Sprintf("orders=%d/change", n), s.changeOrders)
		b.Run(fmt.Sprintf("orders=%d/change/at-once", n), func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					s.placeAndComplete(b)
				}
			})
		})
	}
}

func (s *shop) changeOrders(b *testing.B) {
	for b.Loop() {
		s.placeAndComplete(b)
	}
}

func (s *shop) placeAndComplete(b *testing.B) {
	o, err := s.Place(b.Context(), nil, staff, NewOrder{Customer: "Noor Haddad", ProductID: s.product.ID, Quantity: 1})
	if err == nil {
		_, err = s.Move(b.Context(), nil, staff, o.ID, Completed)
	}
	if err != nil {
		b.Fatal(err)
	}
}
