package dashboard

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/internal/wire"
)

func TestTheScaleHasRoomAndRoundTicks(t *testing.T) {
	for _, c := range []struct {
		most, top float64
	}{{0, 4}, {3, 4}, {4, 4}, {5, 8}, {8, 8}, {9, 20}, {20, 20}, {21, 40}, {45, 80}, {81, 100}, {101, 200}, {999, 1000}, {48210, 80000}} {
		scale := ScaleOf([]float64{1, Gap, c.most})
		if scale.Max != c.top || len(scale.Ticks) != 5 || scale.Ticks[0] != 0 || scale.Ticks[4] != c.top {
			t.Errorf("of %v the scale is %+v, want up to %v", c.most, scale, c.top)
		}
	}
	if empty := ScaleOf(nil, []float64{Gap}); empty.Max != 4 {
		t.Errorf("of nothing the scale is %+v", empty)
	}
}

func TestALineBreaksAtGaps(t *testing.T) {
	scale := Scale{Max: 10}
	for _, c := range []struct {
		name, line, area, dot string
		values                []float64
	}{
		{"nothing", "", "", "", nil},
		{"gaps only", "", "", "", []float64{Gap, Gap}},
		{"a line", "M0 100L50 50L100 0", "M0 100L0 100L50 50L100 0V100Z", "M100 0h0", []float64{0, 5, 10}},
		{"a gap within", "M0 100L25 100M75 0L100 0", "M0 100L0 100L25 100V100ZM75 100L75 0L100 0V100Z", "M100 0h0", []float64{0, 0, Gap, 10, 10}},
		{"alone", "M50 50h0", "M50 100L50 50V100Z", "", []float64{Gap, 5, Gap}},
		{"one value", "M100 50h0", "M100 100L100 50V100Z", "M100 50h0", []float64{5}},
		{"two places", "M0 66.67L100 100", "M0 100L0 66.67L100 100V100Z", "M100 100h0", []float64{10.0 / 3, 0}},
	} {
		if got := scale.Line(c.values); got != c.line {
			t.Errorf("%s: the line is %s, want %s", c.name, got, c.line)
		}
		if got := scale.Area(c.values); got != c.area {
			t.Errorf("%s: the area is %s, want %s", c.name, got, c.area)
		}
		if got := scale.Dot(c.values); got != c.dot {
			t.Errorf("%s: the dot is %s, want %s", c.name, got, c.dot)
		}
	}
	if path := scale.Line([]float64{0, 1, 2}); strings.Contains(path, "NaN") {
		t.Error(path)
	}
}

func TestOrdersAMinuteAreThoseOfTheMinuteThatEndsThere(t *testing.T) {
	s := Series{Step: 10, Orders: []int64{1, 0, 0, 2, 0, 0, 0}, Before: []int64{9, 1, 1, 1, 1, 1}, Known: 0}
	want := []float64{6, 5, 4, 5, 4, 3, 2}
	if got := s.PerMinute(); !slices.Equal(got, want) {
		t.Errorf("they are %v, want %v", got, want)
	}
	s = Series{Step: 900, Orders: []int64{30, 15}, Known: 1}
	if got := s.PerMinute(); !math.IsNaN(got[0]) || got[1] != 1 {
		t.Errorf("of quarters of an hour they are %v", got)
	}
	s = Series{Step: 60, Orders: []int64{3, 4}}
	if got := s.PerMinute(); !slices.Equal(got, []float64{3, 4}) {
		t.Errorf("of minutes they are %v", got)
	}
}

func at0(clock string) time.Time {
	at, err := time.Parse(time.TimeOnly, clock)
	if err != nil {
		panic(err)
	}
	return at
}

func TestTheRateWeighsTheMinuteThatSlides(t *testing.T) {
	now := at0("12:00:05")
	point := func(step int, at string, orders int64) Point {
		return Point{Step: step, At: wire.Time(at0(at)), Orders: orders}
	}
	recent := []Point{
		point(10, "11:58:50", 100), point(10, "11:59:00", 10), point(10, "11:59:10", 3), point(10, "12:00:00", 2),
		point(60, "11:45:00", 15), point(60, "11:58:00", 30), point(60, "12:00:00", 99),
	}
	rate := rateOf(recent, now)
	if rate.PerMinute != 10*0.5+3+2 {
		t.Errorf("it is %v a minute", rate.PerMinute)
	}
	if rate.Delta == nil || *rate.Delta != 233.3 {
		t.Errorf("the delta is %v", rate.Delta)
	}
	if none := rateOf(nil, now); none.PerMinute != 0 || none.Delta != nil {
		t.Errorf("of nothing it is %+v", none)
	}
}

func TestPointsOfTheCurrentStepAndTheOneBefore(t *testing.T) {
	now := at0("12:00:05")
	var points []Point
	for _, at := range []string{"11:59:40", "11:59:50", "12:00:00"} {
		points = append(points, Point{Step: 10, At: wire.Time(at0(at))})
	}
	if got := latest(points, now); !slices.Equal(got, points[1:]) {
		t.Errorf("they are %v", got)
	}
}

func TestFillPutsPointsWhereTheyBelong(t *testing.T) {
	from := at0("12:00:00")
	orders, revenue := fill([]Point{
		{At: wire.Time(from.Add(-time.Second)), Orders: 7},
		{At: wire.Time(from), Orders: 1, Revenue: 100},
		{At: wire.Time(from.Add(2 * time.Minute)), Orders: 3},
		{At: wire.Time(from.Add(3 * time.Minute)), Orders: 9},
	}, from, time.Minute, 3)
	if !slices.Equal(orders, []int64{1, 0, 3}) || !slices.Equal(revenue, []Money{100, 0, 0}) {
		t.Errorf("they are %v and %v", orders, revenue)
	}
}

func TestARangeEndsWithTheStepThatHasJustBegun(t *testing.T) {
	now := at0("12:00:05")
	for _, r := range Ranges() {
		res := resolutions[r]
		last := res.begin(now).Add(res.length - res.step)
		if last.After(now) || now.Sub(last) >= res.step || res.points() > 100 {
			t.Errorf("%s: the last of its %d steps begins at %v", r, res.points(), last)
		}
	}
}

func TestTheClockHasATickAtBothEnds(t *testing.T) {
	s := Series{Step: 60, From: wire.Time(at0("12:00:00")), Orders: make([]int64, 61)}
	ticks := s.TimeTicks(5)
	if len(ticks) != 5 || ticks[0].X != 0 || ticks[4].X != 100 || !ticks[4].At.Equal(at0("13:00:00")) || !ticks[2].At.Equal(at0("12:30:00")) {
		t.Errorf("they are %v", ticks)
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

func TestPercentilesOfAHistogram(t *testing.T) {
	h := Histogram{Bounds: []float64{0.001, 0.002, 0.004}, Counts: []uint64{50, 90, 99}, Total: 100}
	for q, want := range map[float64]float64{0.25: 0.5, 0.5: 1, 0.7: 1.5, 0.99: 4, 1: 4} {
		if got := h.milliseconds(q); got == nil || math.Abs(*got-want) > 0.001 {
			t.Errorf("the %v quantile is %v ms, want %v", q, *got, want)
		}
	}
	if none := h.since(h); none.milliseconds(0.5) != nil {
		t.Error("without observations there is a quantile")
	}
	earlier := Histogram{Bounds: h.Bounds, Counts: []uint64{50, 50, 50}, Total: 50}
	if got := h.since(earlier).milliseconds(0.5); got == nil || *got <= 1 {
		t.Errorf("the later half has the median %v", got)
	}
	if first := h.since(Histogram{}); first.Total != 100 {
		t.Errorf("since the start it is %+v", first)
	}
}

func TestTheBoardKeepsSomeMinutes(t *testing.T) {
	var b board
	start := at0("12:00:00")
	var last Sample
	for i := range 2 * keptSamples {
		last = b.add(Reading{At: start.Add(time.Duration(i) * sampleEvery), EventsOut: uint64(100 * i)})
	}
	if n := len(b.history()); n != keptSamples || len(b.readings) != keptReadings {
		t.Errorf("it keeps %d samples and %d readings", n, len(b.readings))
	}
	if last.EventsOut != 100 || last.P50 != nil {
		t.Errorf("the last second is %+v", last)
	}
	if b.history()[keptSamples-1].At != last.At {
		t.Error("the history does not end with the last sample")
	}
}

func TestAWindowHasTheNewest(t *testing.T) {
	w := window{size: 3}
	if out := w.add(5, 4, 3); len(out) > 0 {
		t.Errorf("%v left", out)
	}
	if out := w.add(7); !slices.Equal(out, []int64{3}) {
		t.Errorf("%v left", out)
	}
	if out := w.add(6, 5); !slices.Equal(out, []int64{4}) || !slices.Equal(w.ids, []int64{7, 6, 5}) {
		t.Errorf("%v left, %v stay", out, w.ids)
	}
	if out := w.add(1); !slices.Equal(out, []int64{1}) {
		t.Errorf("%v left: an order older than all is none of the newest", out)
	}
}
