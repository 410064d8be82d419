package dashboard

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

func TestDemoIsSeededOnceWithCorrectRollups(t *testing.T) {
	db := testkit.Database(t)
	s := &shop{Service: New(db, hub.New(hub.Config{}), Config{Simulate: true}), t: t, db: db}
	var seeding sync.WaitGroup
	for range 3 {
		seeding.Go(func() {
			if err := s.SeedDemo(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	seeding.Wait()
	for _, r := range Ranges() {
		series, err := s.Series(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		ordered := int64(0)
		for _, n := range series.Orders {
			ordered += n
		}
		few := r == QuarterHour && ordered < 4*bestCount // at night
		if ordered == 0 && !few || series.Known != 0 || series.BeforeKnown != 0 || series.Revenue == nil ||
			len(series.Products) != bestCount && !few {
			t.Errorf("%s shows %d orders: %+v", r, ordered, series)
		}
	}
	if offer, err := s.Offer(t.Context()); err != nil || len(offer) != len(demoProducts()) {
		t.Errorf("there are %d products, %v", len(offer), err)
	}
	st, _, err := s.Stats(t.Context())
	if err != nil || st.TotalOrders < 1000 || st.PendingOrders > 60 {
		t.Errorf("the stats are %+v, %v", st, err)
	}
}

func TestSimulatorPlacesOrdersOnOneNode(t *testing.T) {
	s := openShop(t, Config{Simulate: true, Node: "one"})
	far := newNode(t, s.db, Config{Simulate: true, Node: "two"})
	if _, err := s.SetRate(t.Context(), staff, maxRate); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC)
	var here, there simulatorState
	for range 50 {
		now = now.Add(simulateEvery)
		if err := errors.Join(s.simulateRound(t.Context(), &here, now), far.simulateRound(t.Context(), &there, now)); err != nil {
			t.Fatal(err)
		}
	}
	if here.rate != maxRate || there.rate != 0 {
		t.Errorf("the rates are %d and %d", here.rate, there.rate)
	}
	st, _, err := s.Stats(t.Context())
	if most := int64(5 * maxRate * 2); err != nil || st.TotalOrders < 100 || st.TotalOrders > most {
		t.Errorf("%d orders were placed in five seconds, %v", st.TotalOrders, err)
	}
	if kept, counted := s.rollups(), s.recount(); kept != counted {
		t.Errorf("the rollups are %s\nbut a recount is %s", kept, counted)
	}
}

func TestSimulatorRunsOnlyWhileADashboardIsOpen(t *testing.T) {
	var sim simulatorState
	now := time.Now()
	for _, c := range []struct {
		dashboards int
		after      time.Duration
		want       bool
	}{{0, 0, false}, {1, 0, false}, {1, 4 * time.Second, false}, {1, 6 * time.Second, true}, {0, 7 * time.Second, false}, {1, 8 * time.Second, false}} {
		if got := sim.watchedLongEnough(c.dashboards, now.Add(c.after)); got != c.want {
			t.Errorf("with %d dashboards after %v the simulator runs: %v", c.dashboards, c.after, got)
		}
	}
}

func TestSimulatedOrdersAreMovedAndPruned(t *testing.T) {
	s := openShop(t, Config{Simulate: true})
	id := func(status Status) (int64, error) { return oldestSimulated(t.Context(), s.db, status, 0) }
	mine := s.order(1)
	for range 3 {
		if _, err := s.place(t.Context(), nil, randomOrder([]Product{s.product})); err != nil {
			t.Fatal(err)
		}
	}
	oldest, err := id(Pending)
	if err != nil || oldest <= mine.ID {
		t.Errorf("the simulator takes order %d, %v; the user's is %d", oldest, err, mine.ID)
	}
	for range 4 { // one more than there are
		if err := s.advance(t.Context(), Pending, Completed, 0); err != nil {
			t.Fatal(err)
		}
	}
	before, _, _ := s.Stats(t.Context())
	if err := pruneSimulated(t.Context(), s.db, 1); err != nil {
		t.Fatal(err)
	}
	if left, err := newestIDs(t.Context(), s.db, 9); err != nil || len(left) != 2 || left[1] != mine.ID {
		t.Errorf("the remaining orders are %v, %v", left, err)
	}
	after, _, _ := s.Stats(t.Context())
	if before.At = after.At; before != after || after.PendingOrders != 1 || after.TotalOrders != 4 {
		t.Errorf("the stats were %+v, then %+v", before, after)
	}
}

func TestSimulatorRateIsSetByStaff(t *testing.T) {
	s, plain := openShop(t, Config{Simulate: true}), openShop(t, Config{})
	v := s.newViewer()
	if shown := v.subscribe(s); shown.Simulator == nil || shown.Simulator.Rate != 1 {
		t.Errorf("it begins with %+v", shown.Simulator)
	}
	if shown := plain.newViewer().subscribe(plain); shown.Simulator != nil {
		t.Errorf("without a demo the simulator is %+v", shown.Simulator)
	}
	set := func(s *shop, who account.User, rate int) error {
		_, err := s.SetRate(t.Context(), who, rate)
		return err
	}
	for what, c := range map[string]struct {
		err  error
		want int
	}{
		"a member":       {set(s, member, 5), 403},
		"too fast":       {set(s, staff, 51), 422},
		"negative":       {set(s, staff, -1), 422},
		"without a demo": {set(plain, staff, 5), 404},
	} {
		if !fault.Is(c.err, c.want) {
			t.Errorf("%s: %v", what, c.err)
		}
	}
	if err := set(s, staff, 0); err != nil {
		t.Error(err)
	}
	if all := v.all(eventSimulatorUpdated); len(all) != 1 || string(all[0].Data) != `{"rate":0}` {
		t.Errorf("the events are %v", all)
	}
}
