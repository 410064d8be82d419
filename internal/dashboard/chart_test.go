package dashboard

import (
	"strings"
	"testing"

	"hubbub/internal/live/wire"
)

func TestChartScaleFitsAllValuesAndHasRoundTicks(t *testing.T) {
	for _, c := range []struct {
		most, top float64
	}{{0, 4}, {3, 4}, {4, 4}, {5, 8}, {8, 8}, {9, 20}, {20, 20}, {21, 40}, {45, 80}, {81, 100}, {101, 200}, {999, 1000}, {48210, 80000}} {
		scale := ScaleOf([]float64{1, Gap, c.most})
		if scale.Max != c.top || len(scale.Ticks) != 5 || scale.Ticks[0] != 0 || scale.Ticks[4] != c.top {
			t.Errorf("for %v the scale is %+v, want a maximum of %v", c.most, scale, c.top)
		}
	}
	if empty := ScaleOf(nil, []float64{Gap}); empty.Max != 4 {
		t.Errorf("without values the scale is %+v", empty)
	}
}

func TestChartLineBreaksAtGaps(t *testing.T) {
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

func TestChartTimeTicksIncludeBothEnds(t *testing.T) {
	s := Series{Step: 60, From: wire.Time(clock("12:00:00")), Orders: make([]int64, 61)}
	ticks := s.TimeTicks(5)
	if len(ticks) != 5 || ticks[0].X != 0 || ticks[4].X != 100 || !ticks[4].At.Equal(clock("13:00:00")) || !ticks[2].At.Equal(clock("12:30:00")) {
		t.Errorf("the ticks are %v", ticks)
	}
}
