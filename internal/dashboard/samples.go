package dashboard

import (
	"time"

	"hubbub/internal/live/wire"
	"hubbub/web"
)

// Samples returns the dashboard's own components for the styleguide.
func Samples() []web.Section {
	return []web.Section{
		{Title: "Orders", Body: rowSample(), Wide: true},
		{Title: "Chart", Body: chartFigure(samplePicture()), Wide: true},
		{Title: "Bars", Body: barList([]bar{{"Desk lamp, brass", "214", 100}, {"Linen set, king", "96", 45}, {"Wool throw", "18", 8}})},
		{Title: "Counter", Body: CounterCard(1042, "/")},
	}
}

var sampleTime = time.Date(2026, time.November, 21, 9, 4, 0, 0, time.UTC)

func sampleOrders() []Order {
	at := wire.Time(sampleTime)
	return []Order{
		{10428, "Noor Haddad", ProductRef{1, "Desk lamp, brass"}, 1, 129_00, Pending, at, at},
		{10427, "Ben Carter", ProductRef{2, "Linen set, king"}, 2, 429_00, Completed, at, at},
		{10426, "Yuki Tanaka", ProductRef{3, "Pour-over kit"}, 1, 64_00, Shipped, at, at},
		{10425, "Ana Souza", ProductRef{4, "Wool throw"}, 3, 264_00, Cancelled, at, at},
	}
}

// samplePicture has a gap, as after a break.
func samplePicture() chart {
	values := []float64{21, 27, 29, 35, 34, 30, 33, 35, Gap, Gap, Gap, 28, 33, 37, 38, 42, 38, 34, 29, 38}
	before := []float64{28, 25, 22, 20, 25, 24, 26, 27, 31, 34, 31, 28, 24, 25, 23, 25, 30, 32, 34, 30}
	series := Series{Range: QuarterHour, Step: 45, From: wire.Time(sampleTime), Orders: make([]int64, len(values))}
	return chart{"sample", "Orders per minute (example)", series, values, before, briefNumber}
}
