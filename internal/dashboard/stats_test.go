package dashboard

import (
	"encoding/json"
	"testing"
	"time"

	"hubbub/internal/testkit"
)

func TestStatsAreToldFourTimesASecondAndTheLastAlways(t *testing.T) {
	s := openShop(t, Config{})
	s.run()
	v, other := s.visitor(), s.visitor()
	first := v.subscribe(s)
	other.subscribe(s)
	begin := time.Now()
	for range 60 {
		s.order(1)
		v.hear() // else a newer state takes the place of one that waits
	}
	testkit.Eventually(t, "the last is told", soon, func() bool { return v.stats().TotalOrders == 60 && other.stats().TotalOrders == 60 })
	all := v.all(eventStatsUpdated)
	if most := int(time.Since(begin)/pace) + 1; len(all) > most {
		t.Errorf("told %d times, want at most %d", len(all), most)
	}
	has := first.Stats.Version
	for _, e := range all {
		var u StatsUpdate
		if err := json.Unmarshal(e.Data, &u); err != nil {
			t.Fatal(err)
		}
		if u.After > has || u.Version <= u.After {
			t.Errorf("of %d, after %d, is told to somebody who has %d", u.Version, u.After, has)
		}
		has = u.Version
	}
}

func TestAnotherNodesChangesAreToldWithoutABus(t *testing.T) {
	s := openShop(t, Config{})
	far := branch(t, s.db, Config{})
	far.run()
	v := far.visitor()
	v.subscribe(far)
	s.order(1)
	testkit.Eventually(t, "the other node tells", soon, func() bool { return v.stats().TotalOrders == 1 })
	if u := v.stats(); len(u.Points) < 3 || u.Rate.PerMinute != 1 {
		t.Errorf("it tells %+v", u)
	}
}

func TestNothingIsToldWithoutAChange(t *testing.T) {
	s := openShop(t, Config{})
	s.order(1)
	s.run()
	v := s.visitor()
	v.subscribe(s)
	late := s.visitor()
	late.subscribe(s)
	testkit.Eventually(t, "the teller has looked", soon, func() bool {
		_, watched := s.standing.begin(s.followers.dashboards)
		return watched
	})
	s.order(1)
	testkit.Eventually(t, "the change is told", soon, func() bool { return v.stats().TotalOrders == 2 })
	if all := v.all(eventStatsUpdated); len(all) != 1 {
		t.Errorf("told %d times", len(all))
	}
}

func TestOldStepsAreForgotten(t *testing.T) {
	s := openShop(t, Config{})
	s.order(1)
	now := time.Now()
	if err := s.forgetOldSteps(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if series, err := s.Series(t.Context(), QuarterHour); err != nil || series.Orders[len(series.Orders)-1]+series.Orders[len(series.Orders)-2] != 1 {
		t.Errorf("what is shown is forgotten: %+v, %v", series, err)
	}
	if err := s.forgetOldSteps(t.Context(), now.Add(3*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	var left int
	s.db.QueryRow(t.Context(), `select (select count(*) from dashboard.series) + (select count(*) from dashboard.sales)`).Scan(&left)
	if left != 0 {
		t.Errorf("%d steps are left", left)
	}
	if series, err := s.Series(t.Context(), QuarterHour); err != nil || series.Known != len(series.Orders) {
		t.Errorf("of nothing is known %d, %v", series.Known, err)
	}
}

// The pacer's promise, whatever happens when: never faster than the pace, and
// nothing that was noted stays untold.
func TestThePacerIsNeverFasterAndForgetsNothing(t *testing.T) {
	p := pacer{pace: 250 * time.Millisecond}
	start, noted, seen := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), 0, 0
	var told []time.Time
	for ms := range 3000 {
		now := start.Add(time.Duration(ms) * time.Millisecond)
		if ms%3 == 0 && ms < 2000 { // a busy time, then silence
			noted++
			p.note()
		}
		if p.take(now) {
			p.told(now)
			seen = noted
			told = append(told, now)
		}
	}
	for i := 1; i < len(told); i++ {
		if told[i].Sub(told[i-1]) < p.pace {
			t.Errorf("told again after %v", told[i].Sub(told[i-1]))
		}
	}
	if len(told) != 9 || seen != noted {
		t.Errorf("told %d times, up to %d of %d", len(told), seen, noted)
	}
}
