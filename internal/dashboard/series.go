package dashboard

import (
	"math"
	"time"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/wire"
)

// Range is the period that the charts show.
type Range string

// The ranges.
const (
	QuarterHour Range = "15m"
	Hour        Range = "1h"
	Day         Range = "24h"
)

// Ranges returns all ranges, the shortest first.
func Ranges() []Range { return []Range{QuarterHour, Hour, Day} }

// resolution is how a range is divided into steps. Each range has rollups of its own, so that
// none reads many rows.
type resolution struct {
	length    time.Duration
	step      time.Duration // of dashboard.series
	salesStep time.Duration // of dashboard.sales
}

var resolutions = map[Range]resolution{
	QuarterHour: {15 * time.Minute, 10 * time.Second, time.Minute},
	Hour:        {time.Hour, time.Minute, 5 * time.Minute},
	Day:         {24 * time.Hour, 15 * time.Minute, time.Hour},
}

func (r Range) check() error {
	if _, ok := resolutions[r]; !ok {
		return fault.Invalid("range", "must be 15m, 1h or 24h")
	}
	return nil
}

// begin returns when the first step of the range begins. The last step is the one that
// contains now.
func (r resolution) begin(now time.Time) time.Time {
	return now.Truncate(r.step).Add(r.step - r.length)
}

func (r resolution) points() int { return int(r.length / r.step) }

// Series has the orders and the revenue of each step of a range. An order counts when it was
// placed, its revenue when it was completed.
type Series struct {
	Range   Range     `json:"range"`
	Step    int       `json:"step"` // seconds
	From    wire.Time `json:"from"` // when the first step begins
	Orders  []int64   `json:"orders"`
	Revenue []Money   `json:"revenue"`

	// Known is the index of the first step with data. Earlier steps are from before the first
	// order; charts have a gap there. It is the number of steps if there is no data.
	Known int `json:"known"`
	// Before is the orders of the range before this one, for comparison.
	Before      []int64 `json:"before"`
	BeforeKnown int     `json:"beforeKnown"`

	Products []Sales `json:"products"` // the best-selling ones of the range, the most orders first
	Version  int64   `json:"version"`  // of the stats, read before the series
}

// Sales is what was sold of one product.
type Sales struct {
	Product ProductRef `json:"product"`
	Orders  int64      `json:"orders"`
	Revenue Money      `json:"revenue"`
}

// Point is one step of a series, as in statsUpdated.
type Point struct {
	Step    int       `json:"step"` // seconds; identifies the series
	At      wire.Time `json:"at"`
	Orders  int64     `json:"orders"`
	Revenue Money     `json:"revenue"`
}

// Gap is an unknown value of a chart.
var Gap = math.NaN()

// PerMinute returns the orders per minute at each step: those of the minute that ends with the
// step if steps are shorter than a minute, otherwise the average of the step. Steps without
// data are gaps.
func (s Series) PerMinute() []float64 { return perMinute(s.Orders, s.Before, s.Known, s.Step) }

// PerMinuteBefore returns PerMinute of the range before.
func (s Series) PerMinuteBefore() []float64 {
	return perMinute(s.Before, nil, s.BeforeKnown, s.Step)
}

func perMinute(orders, before []int64, firstKnown, step int) []float64 {
	window := max(1, 60/step)
	rates := make([]float64, len(orders))
	for i := range orders {
		sum := int64(0)
		for k := i - window + 1; k <= i; k++ {
			sum += valueAt(orders, before, k)
		}
		rates[i] = float64(sum) * 60 / float64(window*step)
		if i < firstKnown {
			rates[i] = Gap
		}
	}
	return rates
}

// valueAt returns the orders at an index; a negative one counts from the end of before.
func valueAt(orders, before []int64, i int) int64 {
	switch {
	case i >= 0:
		return orders[i]
	case len(before)+i >= 0:
		return before[len(before)+i]
	}
	return 0
}

// Earned returns the revenue of each step in whole units of money, for charts, with gaps as in
// PerMinute.
func (s Series) Earned() []float64 {
	earned := make([]float64, len(s.Revenue))
	for i, m := range s.Revenue {
		earned[i] = float64(m) / 100
		if i < s.Known {
			earned[i] = Gap
		}
	}
	return earned
}

// Rate is the number of orders in the last minute, and how much more that is, in per cent,
// than the average of the 15 minutes before.
type Rate struct {
	PerMinute float64  `json:"perMinute"`
	Delta     *float64 `json:"delta"` // nil if there were none before
}

// rateOf adds up the steps of ten seconds in the last minute; the oldest counts in proportion
// to its part in that minute.
func rateOf(recent []Point, now time.Time) Rate {
	var rate Rate
	sum := int64(0)
	for _, p := range recent {
		age := now.Sub(time.Time(p.At))
		switch {
		case p.Step == 10 && age < time.Minute:
			rate.PerMinute += float64(p.Orders)
		case p.Step == 10 && age < 70*time.Second:
			rate.PerMinute += float64(p.Orders) * (70*time.Second - age).Seconds() / 10
		case p.Step == 60 && age >= time.Minute:
			sum += p.Orders
		}
	}
	rate.PerMinute = math.Round(rate.PerMinute*10) / 10
	if usual := float64(sum) / 15; usual > 0 {
		rate.Delta = new(math.Round((rate.PerMinute/usual-1)*1000) / 10)
	}
	return rate
}

// lastSteps returns the current and the previous step of each series, in which changes of the
// last seconds are counted.
func lastSteps(recent []Point, now time.Time) []Point {
	points := []Point{}
	for _, p := range recent {
		step := time.Duration(p.Step) * time.Second
		if !time.Time(p.At).Before(now.Truncate(step).Add(-step)) {
			points = append(points, p)
		}
	}
	return points
}

// fill distributes points over n steps from a time on; steps without a point are 0.
func fill(points []Point, from time.Time, step time.Duration, n int) (orders []int64, revenue []Money) {
	orders, revenue = make([]int64, n), make([]Money, n)
	for _, p := range points {
		if i := stepsBetween(from, time.Time(p.At), step); i >= 0 && i < n {
			orders[i], revenue[i] = p.Orders, p.Revenue
		}
	}
	return orders, revenue
}

// stepsBetween rounds down, also if negative.
func stepsBetween(from, to time.Time, step time.Duration) int {
	return int(math.Floor(float64(to.Sub(from)) / float64(step)))
}
