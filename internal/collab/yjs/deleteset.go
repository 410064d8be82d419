package yjs

import (
	"maps"
	"slices"
)

// Range is a run of clocks of one client.
type Range struct{ Clock, Len uint64 }

// End returns the clock after the last one.
func (r Range) End() uint64 { return r.Clock + r.Len }

// DeleteSet has for each client the ranges of its units that are deleted, in order, that
// neither overlap nor touch.
type DeleteSet map[uint64][]Range

func (r *reader) deleteSet() (DeleteSet, error) {
	n, err := r.count(2)
	if err != nil || n == 0 {
		return nil, err
	}
	set := make(DeleteSet, min(n, firstStructs))
	for range n {
		client, err := r.uint()
		if err != nil {
			return nil, err
		}
		ranges, err := r.ranges(set[client])
		if err != nil {
			return nil, err
		}
		if len(ranges) > 0 {
			set[client] = join(ranges)
		}
	}
	return set, nil
}

func (r *reader) ranges(ranges []Range) ([]Range, error) {
	n, err := r.count(2)
	if err != nil {
		return nil, err
	}
	ranges = slices.Grow(ranges, n)
	for range n {
		clock, err := r.uint()
		if err != nil {
			return nil, err
		}
		length, err := r.uint()
		switch {
		case err != nil:
			return nil, err
		case length == 0: // yjs throws on it
			return nil, ErrEmpty
		case clock+length > maxInt:
			return nil, ErrRange
		}
		ranges = append(ranges, Range{clock, length})
	}
	return ranges, nil
}

// join sorts ranges and joins those that touch or overlap, in place.
func join(ranges []Range) []Range {
	byClock := func(a, b Range) int { return descending(b.Clock, a.Clock) }
	if !slices.IsSortedFunc(ranges, byClock) {
		slices.SortFunc(ranges, byClock)
	}
	out := ranges[:0]
	for _, r := range ranges {
		if last := len(out) - 1; last >= 0 && r.Clock <= out[last].End() {
			out[last].Len = max(out[last].End(), r.End()) - out[last].Clock
			continue
		}
		out = append(out, r)
	}
	return out
}

// Add adds the other set's ranges to this one, which must not be nil.
func (set DeleteSet) Add(other DeleteSet) {
	for client, ranges := range other {
		set[client] = join(append(slices.Clip(set[client]), ranges...))
	}
}

// Without returns what is in this set and not in known; neither is changed.
func (set DeleteSet) Without(known DeleteSet) DeleteSet {
	rest := DeleteSet{}
	for client, ranges := range set {
		if left := subtract(ranges, known[client]); len(left) > 0 {
			rest[client] = left
		}
	}
	return rest
}

func subtract(ranges, known []Range) []Range {
	var left []Range
	for _, r := range ranges {
		first, _ := slices.BinarySearchFunc(known, r.Clock, endsBy)
		for _, k := range known[first:] {
			if k.Clock >= r.End() {
				break
			}
			if k.Clock > r.Clock {
				left = append(left, Range{r.Clock, k.Clock - r.Clock})
			}
			start := min(k.End(), r.End())
			r = Range{start, r.End() - start}
		}
		if r.Len > 0 {
			left = append(left, r)
		}
	}
	return left
}

// endsBy compares for a binary search for the first range that ends after clock.
func endsBy(r Range, clock uint64) int {
	if r.End() <= clock {
		return -1
	}
	return 1
}

// Equal reports whether both sets are the same.
func (set DeleteSet) Equal(other DeleteSet) bool {
	return maps.EqualFunc(set, other, func(a, b []Range) bool { return slices.Equal(a, b) })
}

func (set DeleteSet) append(b []byte) []byte {
	b = appendUint(b, uint64(len(set)))
	for _, client := range slices.SortedFunc(maps.Keys(set), descending) {
		b = appendUint(b, client)
		b = appendUint(b, uint64(len(set[client])))
		for _, r := range set[client] {
			b = appendUint(appendUint(b, r.Clock), r.Len)
		}
	}
	return b
}
