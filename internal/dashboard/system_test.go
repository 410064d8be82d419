package dashboard

import (
	"context"
	"math"
	"testing"
	"time"

	"hubbub/internal/base/fault"
	"hubbub/internal/testkit"
)

func TestSystemBoardIsForAdmins(t *testing.T) {
	s := openShop(t, Config{Figures: fixedFigures{}})
	s.run()
	v := s.newViewer()
	if _, err := s.WatchSystem(v.conn, staff); !fault.Is(err, 403) {
		t.Errorf("staff may watch the board: %v", err)
	}
	if _, err := s.WatchSystem(v.conn, admin); err != nil {
		t.Fatal(err)
	}
	v.conn.Release()
	testkit.Eventually(t, "two samples are sent", patience, func() bool { return len(v.all(eventSystemUpdated)) > 1 })
	shown, err := s.System(admin)
	if err != nil || len(shown.History) < 2 || shown.History[0].Connections != 7 {
		t.Errorf("the board shows %+v, %v", shown, err)
	}
}

// fixedFigures always returns the same figures.
type fixedFigures struct{}

func (fixedFigures) Read(context.Context) (Reading, error) {
	return Reading{At: time.Now(), Connections: 7}, nil
}

func TestHistogramQuantiles(t *testing.T) {
	h := Histogram{Bounds: []float64{0.001, 0.002, 0.004}, Counts: []uint64{50, 90, 99}, Total: 100}
	for q, want := range map[float64]float64{0.25: 0.5, 0.5: 1, 0.7: 1.5, 0.99: 4, 1: 4} {
		if got := h.milliseconds(q); got == nil || math.Abs(*got-want) > 0.001 {
			t.Errorf("the %v quantile is %v ms, want %v", q, *got, want)
		}
	}
	if none := h.since(h); none.milliseconds(0.5) != nil {
		t.Error("without observations the quantile is not nil")
	}
	earlier := Histogram{Bounds: h.Bounds, Counts: []uint64{50, 50, 50}, Total: 50}
	if got := h.since(earlier).milliseconds(0.5); got == nil || *got <= 1 {
		t.Errorf("the median of the later half is %v", got)
	}
	if first := h.since(Histogram{}); first.Total != 100 {
		t.Errorf("since the start the histogram is %+v", first)
	}
}

func TestSystemBoardKeepsFiveMinutes(t *testing.T) {
	var b board
	start := clock("12:00:00")
	var last Sample
	for i := range 2 * keptSamples {
		last = b.add(Reading{At: start.Add(time.Duration(i) * sampleEvery), EventsOut: uint64(100 * i)})
	}
	if n := len(b.history()); n != keptSamples || len(b.readings) != keptReadings {
		t.Errorf("the board keeps %d samples and %d readings", n, len(b.readings))
	}
	if last.EventsOut != 100 || last.P50 != nil {
		t.Errorf("the last sample is %+v", last)
	}
	if b.history()[keptSamples-1].At != last.At {
		t.Error("the history does not end with the last sample")
	}
}
