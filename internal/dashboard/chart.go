package dashboard

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// The server draws a chart into a box of 100 × 100, which the page stretches: x goes
// from the first step to the last, y from the top of the scale down to zero. It works
// without JavaScript, follows the theme, and prints. dashboard/chart.js draws the data of
// events in the same way.

// Scale is the y axis of a chart: from 0 to Max, with a line at each tick.
type Scale struct {
	Max   float64
	Ticks []float64 // ascending, 0 and Max included
}

const chartLines = 4 // intervals between the ticks of an axis

// ScaleOf returns the smallest scale with round ticks that fits all values. Gaps are ignored.
// Without a value the scale has the length chartLines.
func ScaleOf(lines ...[]float64) Scale {
	most := 0.0
	for _, values := range lines {
		for _, v := range values {
			if !math.IsNaN(v) {
				most = max(most, v)
			}
		}
	}
	step := roundUp(most / chartLines)
	scale := Scale{Max: step * chartLines}
	for i := range chartLines + 1 {
		scale.Ticks = append(scale.Ticks, step*float64(i))
	}
	return scale
}

// roundUp returns the next 1, 2, 2.5, 5 or 10 times a power of ten, and a whole number; at
// least 1.
func roundUp(v float64) float64 {
	if v <= 1 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, round := range []float64{1, 2, 2.5, 5} {
		if candidate := round * power; v <= candidate && candidate == math.Trunc(candidate) {
			return candidate
		}
	}
	return 10 * power
}

// y returns the position of a value, from the top.
func (s Scale) y(v float64) float64 { return 100 - 100*v/s.Max }

// Line returns the path of the values' line, with a break at each gap. A single value between
// gaps is a point: a line of length zero, which round line caps make visible.
func (s Scale) Line(values []float64) string {
	var path strings.Builder
	for _, run := range segments(values) {
		for i := run.from; i < run.to; i++ {
			s.moveTo(&path, i == run.from, i, values)
		}
		if run.to == run.from+1 {
			path.WriteString("h0")
		}
	}
	return path.String()
}

// Area returns the path of the area under the line, closed along zero.
func (s Scale) Area(values []float64) string {
	var path strings.Builder
	for _, run := range segments(values) {
		path.WriteString("M" + coordinate(x(run.from, len(values))) + " 100")
		for i := run.from; i < run.to; i++ {
			s.moveTo(&path, false, i, values)
		}
		path.WriteString("V100Z")
	}
	return path.String()
}

// Dot returns the path of the last value, a line of length zero, or "" if it is a gap.
func (s Scale) Dot(values []float64) string {
	last := len(values) - 1
	if last < 0 || math.IsNaN(values[last]) {
		return ""
	}
	return "M" + coordinate(x(last, len(values))) + " " + coordinate(s.y(values[last])) + "h0"
}

func (s Scale) moveTo(path *strings.Builder, begin bool, i int, values []float64) {
	command := "L"
	if begin {
		command = "M"
	}
	path.WriteString(command + coordinate(x(i, len(values))) + " " + coordinate(s.y(values[i])))
}

// segment is a range of values without a gap, [from, to).
type segment struct{ from, to int }

func segments(values []float64) []segment {
	var all []segment
	for i, v := range values {
		switch {
		case math.IsNaN(v):
		case i > 0 && len(all) > 0 && all[len(all)-1].to == i:
			all[len(all)-1].to++
		default:
			all = append(all, segment{i, i + 1})
		}
	}
	return all
}

func x(i, n int) float64 {
	if n < 2 {
		return 100
	}
	return 100 * float64(i) / float64(n-1)
}

// coordinate formats a number with at most two decimals.
func coordinate(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// TimeTick is a label of the x axis.
type TimeTick struct {
	X  float64 // 0 to 100
	At time.Time
}

// TimeTicks returns n labels at equal distances over the series, from the first step to the
// last.
func (s Series) TimeTicks(n int) []TimeTick {
	step := time.Duration(s.Step) * time.Second
	ticks := make([]TimeTick, 0, n)
	for i := range n {
		at := (len(s.Orders) - 1) * i / max(1, n-1)
		ticks = append(ticks, TimeTick{X: x(at, len(s.Orders)), At: time.Time(s.From).Add(time.Duration(at) * step)})
	}
	return ticks
}
