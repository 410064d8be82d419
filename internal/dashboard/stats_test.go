package dashboard

import (
	"encoding/json"
	"testing"
	"time"

	"hubbub/internal/testkit"
)

func TestStatsAreThrottledAndTheLastStateIsSent(t *testing.T) {
	s := openShop(t, Config{})
	s.run()
	v, other := s.newViewer(), s.newViewer()
	first := v.subscribe(s)
	other.subscribe(s)
	begin := time.Now()
	for range 60 {
		s.order(1)
		v.receive() // otherwise newer states would replace queued ones
	}
	testkit.Eventually(t, "the last state is sent", patience, func() bool { return v.stats().TotalOrders == 60 && other.stats().TotalOrders == 60 })
	all := v.all(eventStatsUpdated)
	if most := int(time.Since(begin)/statsInterval) + 1; len(all) > most {
		t.Errorf("sent %d times, want at most %d", len(all), most)
	}
	has := first.Stats.Version
	for _, e := range all {
		var u StatsUpdate
		if err := json.Unmarshal(e.Data, &u); err != nil {
			t.Fatal(err)
		}
		if u.After > has || u.Version <= u.After {
			t.Errorf("version %d after %d is sent to a client with version %d", u.Version, u.After, has)
		}
		has = u.Version
	}
}

func TestStatsOfAnotherNodeAreSentWithoutABus(t *testing.T) {
	s := openShop(t, Config{})
	far := newNode(t, s.db, Config{})
	far.run()
	v := far.newViewer()
	v.subscribe(far)
	s.order(1)
	testkit.Eventually(t, "the other node sends the stats", patience, func() bool { return v.stats().TotalOrders == 1 })
	if u := v.stats(); len(u.Points) < 3 || u.Rate.PerMinute != 1 {
		t.Errorf("the update is %+v", u)
	}
}

func TestStatsAreNotSentWithoutAChange(t *testing.T) {
	s := openShop(t, Config{})
	s.order(1)
	s.run()
	v := s.newViewer()
	v.subscribe(s)
	late := s.newViewer()
	late.subscribe(s)
	testkit.Eventually(t, "the publisher has a version", patience, func() bool {
		_, watched := s.deliveredVersion()
		return watched
	})
	s.order(1)
	testkit.Eventually(t, "the change is sent", patience, func() bool { return v.stats().TotalOrders == 2 })
	if all := v.all(eventStatsUpdated); len(all) != 1 {
		t.Errorf("sent %d times", len(all))
	}
}

func TestStatsOldStepsAreDeleted(t *testing.T) {
	s := openShop(t, Config{})
	s.order(1)
	now := time.Now()
	if err := s.deleteOldSteps(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if series, err := s.Series(t.Context(), QuarterHour); err != nil || series.Orders[len(series.Orders)-1]+series.Orders[len(series.Orders)-2] != 1 {
		t.Errorf("a step that is shown was deleted: %+v, %v", series, err)
	}
	if err := s.deleteOldSteps(t.Context(), now.Add(3*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	var left int
	s.db.QueryRow(t.Context(), `select (select count(*) from dashboard.series) + (select count(*) from dashboard.sales)`).Scan(&left)
	if left != 0 {
		t.Errorf("%d steps are left", left)
	}
	if series, err := s.Series(t.Context(), QuarterHour); err != nil || series.Known != len(series.Orders) {
		t.Errorf("without steps Known is %d, %v", series.Known, err)
	}
}

// The throttle's guarantee: never more often than the interval, and no change is left
// unsent.
func TestThrottleLimitsTheRateAndSendsTheLastChange(t *testing.T) {
	p := throttle{interval: 250 * time.Millisecond}
	start, changes, sentChanges := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), 0, 0
	var sent []time.Time
	for ms := range 3000 {
		now := start.Add(time.Duration(ms) * time.Millisecond)
		if ms%3 == 0 && ms < 2000 { // two seconds of changes, then none
			changes++
			p.markDirty()
		}
		if p.allow(now) {
			p.markSent(now)
			sentChanges = changes
			sent = append(sent, now)
		}
	}
	for i := 1; i < len(sent); i++ {
		if sent[i].Sub(sent[i-1]) < p.interval {
			t.Errorf("sent again after %v", sent[i].Sub(sent[i-1]))
		}
	}
	if len(sent) != 9 || sentChanges != changes {
		t.Errorf("sent %d times, up to change %d of %d", len(sent), sentChanges, changes)
	}
}
