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

// figure is a tile of the System board, with how its value is read and formatted. dashboard/system.js
// has the same names and formats.
type figure struct {
	name, label, unit string
	value             func(Sample) float64
	format            func(float64) string
}

// figures are the tiles in the order of the page, in groups.
var figures = []struct {
	title string
	tiles []figure
}{
	{"Connections", []figure{
		{"connections", "Connections", "", func(s Sample) float64 { return float64(s.Connections) }, briefNumber},
		{"rooms", "Rooms", "", func(s Sample) float64 { return float64(s.Rooms) }, briefNumber},
		{"nodes", "Nodes", "", func(s Sample) float64 { return float64(s.Nodes) }, briefNumber},
		{"requests", "Requests", "per second", func(s Sample) float64 { return s.Requests }, briefNumber},
	}},
	{"Events", []figure{
		{"eventsIn", "Events in", "per second", func(s Sample) float64 { return s.EventsIn }, briefNumber},
		{"eventsOut", "Frames out", "per second", func(s Sample) float64 { return s.EventsOut }, briefNumber},
		{"p50", "Broadcast time, median", "ms", func(s Sample) float64 { return unknownAsGap(s.P50) }, milliseconds},
		{"p99", "Broadcast time, p99", "ms", func(s Sample) float64 { return unknownAsGap(s.P99) }, milliseconds},
	}},
	{"Queues", []figure{
		{"queued", "Frames waiting", "", func(s Sample) float64 { return float64(s.Queued) }, briefNumber},
		{"deepest", "Longest queue", "", func(s Sample) float64 { return float64(s.Deepest) }, briefNumber},
		{"dropped", "Dropped", "since startup", func(s Sample) float64 { return s.Dropped.sum() }, briefNumber},
		{"slowCloses", "Closed for being slow", "since startup", func(s Sample) float64 { return float64(s.SlowCloses) }, briefNumber},
	}},
	{"Process", []figure{
		{"goroutines", "Goroutines", "", func(s Sample) float64 { return float64(s.Goroutines) }, briefNumber},
		{"heap", "Heap", "MB", func(s Sample) float64 { return float64(s.Heap) / 1e6 }, briefNumber},
		{"poolBusy", "Database in use", "", func(s Sample) float64 { return float64(s.Pool.Busy) }, briefNumber},
		{"poolOpen", "Database connections", "", func(s Sample) float64 { return float64(s.Pool.Open) }, briefNumber},
	}},
}

func (d Dropped) sum() float64 { return float64(d.Log + d.State + d.Volatile) }

func unknownAsGap(ms *float64) float64 {
	if ms == nil {
		return Gap
	}
	return *ms
}

// milliseconds formats a duration, with two decimals since many are below one.
func milliseconds(ms float64) string { return strconv.FormatFloat(ms, 'f', 2, 64) }

// now returns the formatted value of the last sample.
func (f figure) now(history []Sample) string {
	if len(history) == 0 {
		return "–"
	}
	v := f.value(history[len(history)-1])
	if math.IsNaN(v) {
		return "–"
	}
	return f.format(v)
}

// shownSamples is how many samples a sparkline shows: a minute.
const shownSamples = 60

func (f figure) spark(history []Sample) spark {
	var values []float64
	for _, s := range history[max(0, len(history)-shownSamples):] {
		values = append(values, f.value(s))
	}
	return lowestAtZero(values)
}

func (p pages) system(c echo.Context, who account.User, _ nothing) error {
	v, err := p.orders.System(who)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "System", "dashboard/system.js", func(page web.Page) templ.Component { return systemPage(page, v) })
}
