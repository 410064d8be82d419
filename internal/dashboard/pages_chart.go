package dashboard

import (
	"math"
	"slices"
	"time"
)

// picture is a chart with what stands around it. js/chart.js keeps it moving.
type picture struct {
	name   string // of its figure, for the script
	title  string
	series Series
	values []float64
	before []float64            // to compare with; may be empty
	axis   func(float64) string // words for a value
}

func (p picture) scale() Scale { return ScaleOf(p.values, p.before) }

// labels stand beside the box, from its top to 0.
func (p picture) labels() []string {
	var labels []string
	for _, tick := range slices.Backward(p.scale().Ticks) {
		labels = append(labels, p.axis(tick))
	}
	return labels
}

// compares says whether there is something to compare with.
func (p picture) compares() bool {
	low, high := extent(p.before)
	return low <= high
}

const moments = 6 // below the box; the last is now

// times stand below the box, before "now".
func (p picture) times() []TimeTick { return p.series.TimeTicks(moments)[:moments-1] }

// summary is what a screen reader is told of the picture.
func (p picture) summary() string {
	low, high := extent(p.values)
	if low > high {
		return p.title + ": nothing is known yet."
	}
	now := p.values[len(p.values)-1]
	return p.title + ": now " + p.axis(now) + ", highest " + p.axis(high) + ", lowest " + p.axis(low) + "."
}

// extent leaves gaps out. Of nothing it is from +∞ to −∞.
func extent(values []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high
}

// spark is the small line of a tile, which fills its height.
type spark struct{ line, dot string }

// sparkPoints is what a line as wide as a word can show.
const sparkPoints = 24

// sparkOf joins values to few points, without the last, which is still growing.
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
	return lifted(points)
}

// lifted begins the scale at the lowest value, not at 0.
func lifted(points []float64) spark {
	low, high := extent(points)
	for i := range points {
		points[i] -= low
	}
	scale := Scale{Max: 1}
	if high > low {
		scale.Max = high - low
	}
	return spark{scale.Line(points), scale.Dot(points)}
}

// age lets the step of now count as old as it is, but not younger than half: one
// order in its first second would be sixty a minute.
func age(rates []float64, s Series, now time.Time) {
	last, step := len(rates)-1, time.Duration(s.Step)*time.Second
	window := max(step, time.Minute)
	seen := window - step + min(max(now.Sub(s.moment(last)), step/2), step)
	rates[last] *= float64(window) / float64(seen)
}
