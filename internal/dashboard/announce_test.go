package dashboard

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/internal/loop"
	"hubbub/internal/testkit"
)

// bell is somebody's way to be told; it fails at first.
type bell struct {
	mu     sync.Mutex
	fails  int
	orders []int64
}

func (b *bell) OrderPlaced(_ context.Context, o Order) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails--; b.fails >= 0 {
		return errors.New("the bell is out of order")
	}
	b.orders = append(b.orders, o.ID)
	return nil
}

func (b *bell) rung() []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.orders)
}

// panicky is a bell whose first tries panic.
type panicky struct {
	*bell
	tries int
}

func (p *panicky) OrderPlaced(ctx context.Context, o Order) error {
	if p.tries++; p.tries <= 2 {
		panic("bell")
	}
	return p.bell.OrderPlaced(ctx, o)
}

func TestAnnouncementIsMadeAfterPanics(t *testing.T) {
	b := &bell{}
	var panics atomic.Int64
	s := openShop(t, Config{Notifier: &panicky{bell: b}, Guard: loop.Guard{
		Log: slog.New(slog.DiscardHandler), OnPanic: func(string) { panics.Add(1) },
	}})
	s.run()
	o := s.order(1)
	testkit.Eventually(t, "the admins are told", soon, func() bool { return slices.Equal(b.rung(), []int64{o.ID}) })
	if panics.Load() != 2 {
		t.Errorf("%d panics were counted, want 2", panics.Load())
	}
}

func TestTheAdminsAreToldEvenIfTheFirstTryFails(t *testing.T) {
	b := &bell{fails: 1}
	s := openShop(t, Config{Notifier: b})
	one, two := s.order(1), s.order(1) // taken by a node that died before it told
	if _, err := s.place(t.Context(), nil, NewOrder{Customer: "A machine", ProductID: s.product.ID, Quantity: 1, simulated: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.announceAll(t.Context()); err == nil {
		t.Fatal("the first try did not fail")
	}
	s.run()
	three := s.order(1)
	testkit.Eventually(t, "all are told", soon, func() bool { return len(b.rung()) == 3 })
	if want := []int64{one.ID, two.ID, three.ID}; !slices.Equal(b.rung(), want) {
		t.Errorf("told of %v, want %v", b.rung(), want)
	}
}
