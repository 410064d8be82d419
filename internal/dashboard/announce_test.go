package dashboard

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/internal/base/loop"
	"hubbub/internal/testkit"
)

// fakeNotifier records the orders that it gets. The first calls fail.
type fakeNotifier struct {
	mu       sync.Mutex
	failures int
	orders   []int64
}

func (b *fakeNotifier) OrderPlaced(_ context.Context, o Order) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures--; b.failures >= 0 {
		return errors.New("the notifier fails")
	}
	b.orders = append(b.orders, o.ID)
	return nil
}

func (b *fakeNotifier) notified() []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.orders)
}

// panickingNotifier is a fakeNotifier whose first two calls panic.
type panickingNotifier struct {
	*fakeNotifier
	tries int
}

func (p *panickingNotifier) OrderPlaced(ctx context.Context, o Order) error {
	if p.tries++; p.tries <= 2 {
		panic("notifier")
	}
	return p.fakeNotifier.OrderPlaced(ctx, o)
}

func TestAnnouncementIsMadeAfterPanics(t *testing.T) {
	b := &fakeNotifier{}
	var panics atomic.Int64
	s := openShop(t, Config{Notifier: &panickingNotifier{fakeNotifier: b}, Guard: loop.Guard{
		Log: slog.New(slog.DiscardHandler), OnPanic: func(string) { panics.Add(1) },
	}})
	s.run()
	o := s.order(1)
	testkit.Eventually(t, "the admins are notified", patience, func() bool { return slices.Equal(b.notified(), []int64{o.ID}) })
	if panics.Load() != 2 {
		t.Errorf("%d panics were counted, want 2", panics.Load())
	}
}

func TestAnnouncementThatFailsIsRetriedAndDelaysNoOther(t *testing.T) {
	b := &fakeNotifier{failures: 1}
	s := openShop(t, Config{Notifier: b})
	one, two := s.order(1), s.order(1) // stored by a node that stopped before the announcement
	if _, err := s.place(t.Context(), nil, NewOrder{Customer: "Simulated", ProductID: s.product.ID, Quantity: 1, simulated: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.announcements.Work(t.Context(), s.guard); err != nil {
		t.Fatal(err)
	}
	if want := []int64{two.ID}; !slices.Equal(b.notified(), want) {
		t.Errorf("after the first has failed, announced %v, want %v", b.notified(), want)
	}
	s.run()
	three := s.order(1)
	testkit.Eventually(t, "all orders are announced", patience, func() bool { return len(b.notified()) == 3 })
	announced := b.notified()
	slices.Sort(announced)
	if want := []int64{one.ID, two.ID, three.ID}; !slices.Equal(announced, want) {
		t.Errorf("announced %v, want %v", announced, want)
	}
}
