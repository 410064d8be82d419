package dashboard

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// A chart is drawn by the server into a box of 100 × 100, which the page
// stretches: x goes from the first step to the last, y from the top of the scale
// down to zero. It shows without script, follows the theme, and prints.
// dashboard.js does the same to the data that the events bring.

// Scale is the y axis of a chart: from 0 to Max, with a line at each tick.
type Scale struct {
	Max   float64
	Ticks []float64 // ascending, 0 and Max included
}

const chartLines = 4 // spaces between the ticks of an axis

// ScaleOf is the least scale with round ticks that has room for all values.
// Gaps do not count; without a value it goes to as much as there are spaces.
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

// roundUp is the next 1, 2, 2.5, 5 or 10 times a power of ten; at least 1.
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

// y is where a value is, from the top.
func (s Scale) y(v float64) float64 { return 100 - 100*v/s.Max }

// Line is the path of the values' line, with a break at each gap. A value alone
// between gaps is a point: a line of no length, which round caps show.
func (s Scale) Line(values []float64) string {
	var path strings.Builder
	for _, run := range runs(values) {
		for i := run.from; i < run.to; i++ {
			s.moveTo(&path, i == run.from, i, values)
		}
		if run.to == run.from+1 {
			path.WriteString("h0")
		}
	}
	return path.String()
}

// Area is the path of what is under the line, closed along zero.
func (s Scale) Area(values []float64) string {
	var path strings.Builder
	for _, run := range runs(values) {
		path.WriteString("M" + number(x(run.from, len(values))) + " 100")
		for i := run.from; i < run.to; i++ {
			s.moveTo(&path, false, i, values)
		}
		path.WriteString("V100Z")
	}
	return path.String()
}

// Dot is the path of the last value, if it is no gap: a line of no length.
func (s Scale) Dot(values []float64) string {
	last := len(values) - 1
	if last < 0 || math.IsNaN(values[last]) {
		return ""
	}
	return "M" + number(x(last, len(values))) + " " + number(s.y(values[last])) + "h0"
}

func (s Scale) moveTo(path *strings.Builder, begin bool, i int, values []float64) {
	command := "L"
	if begin {
		command = "M"
	}
	path.WriteString(command + number(x(i, len(values))) + " " + number(s.y(values[i])))
}

// run is values without a gap: from the one up to the other, which is not in it.
type run struct{ from, to int }

func runs(values []float64) []run {
	var all []run
	for i, v := range values {
		switch {
		case math.IsNaN(v):
		case i > 0 && len(all) > 0 && all[len(all)-1].to == i:
			all[len(all)-1].to++
		default:
			all = append(all, run{i, i + 1})
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

// number has two places at most.
func number(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// TimeTick is a label of the x axis.
type TimeTick struct {
	X  float64 // 0 to 100
	At time.Time
}

// TimeTicks are n moments that part the series evenly, the last step included.
func (s Series) TimeTicks(n int) []TimeTick {
	step := time.Duration(s.Step) * time.Second
	ticks := make([]TimeTick, 0, n)
	for i := range n {
		at := (len(s.Orders) - 1) * i / max(1, n-1)
		ticks = append(ticks, TimeTick{X: x(at, len(s.Orders)), At: time.Time(s.From).Add(time.Duration(at) * step)})
	}
	return ticks
}
