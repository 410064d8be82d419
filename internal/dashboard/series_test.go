package dashboard

import (
	"math"
	"slices"
	"testing"
	"time"

	"hubbub/internal/live/wire"
)

func TestSeriesPerMinuteIsOfTheMinuteThatEndsWithTheStep(t *testing.T) {
	s := Series{Step: 10, Orders: []int64{1, 0, 0, 2, 0, 0, 0}, Before: []int64{9, 1, 1, 1, 1, 1}, Known: 0}
	want := []float64{6, 5, 4, 5, 4, 3, 2}
	if got := s.PerMinute(); !slices.Equal(got, want) {
		t.Errorf("with steps of 10 s they are %v, want %v", got, want)
	}
	s = Series{Step: 900, Orders: []int64{30, 15}, Known: 1}
	if got := s.PerMinute(); !math.IsNaN(got[0]) || got[1] != 1 {
		t.Errorf("with steps of 15 minutes they are %v", got)
	}
	s = Series{Step: 60, Orders: []int64{3, 4}}
	if got := s.PerMinute(); !slices.Equal(got, []float64{3, 4}) {
		t.Errorf("with steps of a minute they are %v", got)
	}
}

func clock(clock string) time.Time {
	at, err := time.Parse(time.TimeOnly, clock)
	if err != nil {
		panic(err)
	}
	return at
}

func TestRateIsOfASlidingMinute(t *testing.T) {
	now := clock("12:00:05")
	point := func(step int, at string, orders int64) Point {
		return Point{Step: step, At: wire.Time(clock(at)), Orders: orders}
	}
	recent := []Point{
		point(10, "11:58:50", 100), point(10, "11:59:00", 10), point(10, "11:59:10", 3), point(10, "12:00:00", 2),
		point(60, "11:45:00", 15), point(60, "11:58:00", 30), point(60, "12:00:00", 99),
	}
	rate := rateOf(recent, now)
	if rate.PerMinute != 10*0.5+3+2 {
		t.Errorf("the rate is %v per minute", rate.PerMinute)
	}
	if rate.Delta == nil || *rate.Delta != 233.3 {
		t.Errorf("the delta is %v", rate.Delta)
	}
	if none := rateOf(nil, now); none.PerMinute != 0 || none.Delta != nil {
		t.Errorf("without orders the rate is %+v", none)
	}
}

func TestSeriesLastStepsAreTheCurrentAndThePrevious(t *testing.T) {
	now := clock("12:00:05")
	var points []Point
	for _, at := range []string{"11:59:40", "11:59:50", "12:00:00"} {
		points = append(points, Point{Step: 10, At: wire.Time(clock(at))})
	}
	if got := lastSteps(points, now); !slices.Equal(got, points[1:]) {
		t.Errorf("the points are %v", got)
	}
}

func TestSeriesFillDistributesPoints(t *testing.T) {
	from := clock("12:00:00")
	orders, revenue := fill([]Point{
		{At: wire.Time(from.Add(-time.Second)), Orders: 7},
		{At: wire.Time(from), Orders: 1, Revenue: 100},
		{At: wire.Time(from.Add(2 * time.Minute)), Orders: 3},
		{At: wire.Time(from.Add(3 * time.Minute)), Orders: 9},
	}, from, time.Minute, 3)
	if !slices.Equal(orders, []int64{1, 0, 3}) || !slices.Equal(revenue, []Money{100, 0, 0}) {
		t.Errorf("the orders are %v and the revenue %v", orders, revenue)
	}
}

func TestSeriesRangeEndsWithTheCurrentStep(t *testing.T) {
	now := clock("12:00:05")
	for _, r := range Ranges() {
		res := resolutions[r]
		last := res.begin(now).Add(res.length - res.step)
		if last.After(now) || now.Sub(last) >= res.step || res.points() > 100 {
			t.Errorf("%s: the last of its %d steps begins at %v", r, res.points(), last)
		}
	}
}
