package dashboard

import (
	"math"
	"slices"
	"time"
)

// chart is a chart with its labels. dashboard/chart.js updates it.
type chart struct {
	name   string // identifies its figure to the script
	title  string
	series Series
	values []float64
	before []float64            // the range before, for comparison; may be empty
	format func(float64) string // formats a value
}

func (p chart) scale() Scale { return ScaleOf(p.values, p.before) }

// labels returns the labels of the y axis, from the top down to 0.
func (p chart) labels() []string {
	var labels []string
	for _, tick := range slices.Backward(p.scale().Ticks) {
		labels = append(labels, p.format(tick))
	}
	return labels
}

// hasComparison reports whether there is data of the range before.
func (p chart) hasComparison() bool {
	low, high := minMax(p.before)
	return low <= high
}

const timeLabels = 6 // labels of the x axis; the last is "now"

// timeTicks returns the labels of the x axis without "now".
func (p chart) timeTicks() []TimeTick { return p.series.TimeTicks(timeLabels)[:timeLabels-1] }

// summary returns a description of the chart for screen readers.
func (p chart) summary() string {
	low, high := minMax(p.values)
	if low > high {
		return p.title + ": no data yet."
	}
	now := p.values[len(p.values)-1]
	return p.title + ": now " + p.format(now) + ", highest " + p.format(high) + ", lowest " + p.format(low) + "."
}

// minMax ignores gaps. Without a value it returns +∞ and −∞.
func minMax(values []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high
}

// spark is the sparkline of a tile.
type spark struct{ line, dot string }

// sparkPoints is the number of points that fit into the width of a sparkline.
const sparkPoints = 24

// sparkOf sums up values into few points, without the last value, whose step has not ended.
func sparkOf(values []float64) spark {
	done := len(values) - 1
	each := max(done/sparkPoints, 1)
	var points []float64
	for end := done; end >= each; end -= each {
		sum := 0.0
		for _, v := range values[end-each : end] {
			sum += v
		}
		points = append(points, sum)
	}
	slices.Reverse(points)
	return lowestAtZero(points)
}

// lowestAtZero draws points on a scale that begins at the lowest value, not at 0.
func lowestAtZero(points []float64) spark {
	low, high := minMax(points)
	for i := range points {
		points[i] -= low
	}
	scale := Scale{Max: 1}
	if high > low {
		scale.Max = high - low
	}
	return spark{scale.Line(points), scale.Dot(points)}
}

// correctLastRate divides the rate of the current step by the part of it that has passed, but
// at least half of it: otherwise one order in the first second of a step would count as sixty
// a minute.
func correctLastRate(rates []float64, s Series, now time.Time) {
	last, step := len(rates)-1, time.Duration(s.Step)*time.Second
	window := max(step, time.Minute)
	seen := window - step + min(max(now.Sub(s.stepTime(last)), step/2), step)
	rates[last] *= float64(window) / float64(seen)
}
