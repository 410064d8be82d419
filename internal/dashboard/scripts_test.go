package dashboard

import (
	"slices"
	"testing"

	"hubbub/web/jstest"
)

func TestChartScaleIsThatOfScripts(t *testing.T) {
	for _, c := range jstest.Rules[struct{ Most, Top float64 }](t, "scales") {
		if got := ScaleOf([]float64{c.Most}).Max; got != c.Top {
			t.Errorf("%v: %v, want %v", c.Most, got, c.Top)
		}
	}
}

func TestChartLinesAreThoseOfScripts(t *testing.T) {
	for _, c := range jstest.Rules[struct {
		Values          []*float64 // nil is a gap
		Top             float64
		Line, Area, Dot string
	}](t, "lines") {
		values := make([]float64, len(c.Values))
		for i, v := range c.Values {
			if values[i] = Gap; v != nil {
				values[i] = *v
			}
		}
		scale := Scale{Max: c.Top}
		got := []string{scale.Line(values), scale.Area(values), scale.Dot(values)}
		if want := []string{c.Line, c.Area, c.Dot}; !slices.Equal(got, want) {
			t.Errorf("%v: %q, want %q", values, got, want)
		}
	}
}

func TestSeriesPerMinuteIsThatOfScripts(t *testing.T) {
	for _, c := range jstest.Rules[struct {
		Orders, Before []int64
		Step           int
		Rates          []float64
	}](t, "rates") {
		if got := perMinute(c.Orders, c.Before, 0, c.Step); !slices.Equal(got, c.Rates) {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
