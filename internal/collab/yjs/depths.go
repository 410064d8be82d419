package yjs

import "sort"

// MaxNesting is how deep types may stand in each other to be read. Who stores
// updates refuses what is deeper: what readers cut off would still be there, and
// recursion in browsers has no such limit. An editor's go to a dozen.
const MaxNesting = 200

// Depths tells how deep each unit of a document stands; a child of a root is at
// 1. Text that is typed shares its depth with what it follows, so it takes a few
// bytes a paragraph.
type Depths map[uint64][]level

// level is the depth of a client's units from a clock on.
type level struct {
	from  uint64
	depth int
}

// Of returns the depths of what an update brings to a document without a gap,
// and that of its deepest type. The update is not added.
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

// Add takes over what Of returned.
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

// depth follows what says where a struct stands. What nobody can read any more
// has none: whatever is put there, Yjs forgets.
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
