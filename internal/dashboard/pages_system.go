package dashboard

import (
	"math"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/web"
)

// figure is a tile of the System board: how its value is read and worded.
// js/system.js has the same names and words.
type figure struct {
	name, label, unit string
	of                func(Sample) float64
	words             func(float64) string
}

// figures are in the order of the page, in groups.
var figures = []struct {
	title string
	tiles []figure
}{
	{"Connections", []figure{
		{"connections", "Connections", "", func(s Sample) float64 { return float64(s.Connections) }, brief},
		{"rooms", "Rooms", "", func(s Sample) float64 { return float64(s.Rooms) }, brief},
		{"nodes", "Nodes", "", func(s Sample) float64 { return float64(s.Nodes) }, brief},
		{"requests", "Requests", "a second", func(s Sample) float64 { return s.Requests }, brief},
	}},
	{"Events", []figure{
		{"eventsIn", "Events in", "a second", func(s Sample) float64 { return s.EventsIn }, brief},
		{"eventsOut", "Frames out", "a second", func(s Sample) float64 { return s.EventsOut }, brief},
		{"p50", "Broadcast, median", "ms", func(s Sample) float64 { return unknownAsGap(s.P50) }, fine},
		{"p99", "Broadcast, p99", "ms", func(s Sample) float64 { return unknownAsGap(s.P99) }, fine},
	}},
	{"Queues", []figure{
		{"queued", "Frames waiting", "", func(s Sample) float64 { return float64(s.Queued) }, brief},
		{"deepest", "Deepest queue", "", func(s Sample) float64 { return float64(s.Deepest) }, brief},
		{"dropped", "Dropped", "since the start", func(s Sample) float64 { return s.Dropped.sum() }, brief},
		{"slowCloses", "Closed as too slow", "since the start", func(s Sample) float64 { return float64(s.SlowCloses) }, brief},
	}},
	{"Process", []figure{
		{"goroutines", "Goroutines", "", func(s Sample) float64 { return float64(s.Goroutines) }, brief},
		{"heap", "Heap", "MB", func(s Sample) float64 { return float64(s.Heap) / 1e6 }, brief},
		{"poolBusy", "Database, busy", "", func(s Sample) float64 { return float64(s.Pool.Busy) }, brief},
		{"poolOpen", "Database, open", "", func(s Sample) float64 { return float64(s.Pool.Open) }, brief},
	}},
}

func (d Dropped) sum() float64 { return float64(d.Log + d.State + d.Volatile) }

func unknownAsGap(ms *float64) float64 {
	if ms == nil {
		return Gap
	}
	return *ms
}

// fine is a duration in milliseconds, of which many are under one.
func fine(ms float64) string { return strconv.FormatFloat(ms, 'f', 2, 64) }

// now is the value of the last sample, in words.
func (f figure) now(history []Sample) string {
	if len(history) == 0 {
		return "–"
	}
	v := f.of(history[len(history)-1])
	if math.IsNaN(v) {
		return "–"
	}
	return f.words(v)
}

// shownSamples is what a tile's line shows: a minute.
const shownSamples = 60

func (f figure) spark(history []Sample) spark {
	var values []float64
	for _, s := range history[max(0, len(history)-shownSamples):] {
		values = append(values, f.of(s))
	}
	return lifted(values)
}

func (p pages) system(c echo.Context, who account.User, _ nothing) error {
	v, err := p.orders.System(who)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "System", "js/system.js", func(page web.Page) templ.Component { return systemPage(page, v) })
}
