package dashboard

import "math"

// Histogram is a cumulative histogram as Prometheus has them: each bucket counts the
// observations up to its bound.
type Histogram struct {
	Bounds []float64 // ascending
	Counts []uint64
	Total  uint64 // including those beyond the last bound
}

// since returns the observations since an earlier state of the same histogram.
func (h Histogram) since(earlier Histogram) Histogram {
	d := Histogram{Bounds: h.Bounds, Counts: make([]uint64, len(h.Counts)), Total: h.Total - earlier.Total}
	for i, n := range h.Counts {
		if d.Counts[i] = n; i < len(earlier.Counts) {
			d.Counts[i] -= earlier.Counts[i]
		}
	}
	return d
}

// quantile estimates the value below which the share q of the observations lies, with linear
// interpolation within a bucket. It returns the last bound for a value beyond it, and false if
// there is no observation.
func (h Histogram) quantile(q float64) (float64, bool) {
	if h.Total == 0 || len(h.Bounds) == 0 {
		return 0, false
	}
	rank := q * float64(h.Total)
	lower, below := 0.0, 0.0
	for i, n := range h.Counts {
		if upTo := float64(n); upTo >= rank && upTo > below {
			return lower + (h.Bounds[i]-lower)*(rank-below)/(upTo-below), true
		}
		lower, below = h.Bounds[i], float64(n)
	}
	return lower, true
}

// milliseconds returns the quantile of a histogram in seconds, in milliseconds; nil if there
// is no observation.
func (h Histogram) milliseconds(q float64) *float64 {
	seconds, ok := h.quantile(q)
	if !ok {
		return nil
	}
	return new(math.Round(seconds*1e6) / 1e3)
}
