package yjs

import "sort"

// MaxNesting is how deep nested types are read. Code that stores updates should refuse
// deeper ones: readers cut them off, but they are stored, and recursion in browsers has no
// such limit. Editors nest about a dozen types.
const MaxNesting = 200

// Depths has the depth of each unit of a document; a child of a root has depth 1. Typed
// text has the depth of the text before it, so Depths takes a few bytes a paragraph.
type Depths map[uint64][]level

// level is the depth of a client's units from a clock on.
type level struct {
	from  uint64
	depth int
}

// Of returns the depths of the units that an update without a gap inserts, and the depth
// of its deepest type. It does not add them.
func (d Depths) Of(u *Update, known StateVector) (more Depths, deepest int) {
	more = Depths{}
	newSchedule(u, known).run(u, func(client uint64, x *Struct) bool {
		depth := d.depth(more, x)
		if more.append(client, level{x.Clock, depth}); x.Kind() == Type {
			deepest = max(deepest, depth)
		}
		return true
	})
	return more, deepest
}

// Add adds the depths that Of has returned.
func (d Depths) Add(more Depths) {
	for client, levels := range more {
		for _, l := range levels {
			d.append(client, l)
		}
	}
}

func (d Depths) append(client uint64, l level) {
	levels := d[client]
	if len(levels) == 0 || levels[len(levels)-1].depth != l.depth {
		d[client] = append(levels, l)
	}
}

// depth returns the depth of a struct, from its neighbours or its parent; more has the
// depths of the update's structs before it. It is 0 for a GC struct, whose place is
// unknown: Yjs drops what is inserted there.
func (d Depths) depth(more Depths, x *Struct) int {
	at := func(id ID) int {
		if levels := more[id.Client]; len(levels) > 0 && levels[0].from <= id.Clock {
			return more.at(id)
		}
		return d.at(id)
	}
	switch {
	case x.Kind() == GC:
		return 0
	case x.HasOrigin():
		return at(x.Origin)
	case x.HasRight():
		return at(x.Right)
	case x.Parent.IsRoot:
		return 1
	}
	return at(x.Parent.Owner) + 1
}

func (d Depths) at(id ID) int {
	levels := d[id.Client]
	after := sort.Search(len(levels), func(i int) bool { return levels[i].from > id.Clock })
	if after == 0 {
		return 0
	}
	return levels[after-1].depth
}
