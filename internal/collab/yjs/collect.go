package yjs

import "slices"

// Collect drops the content of deleted structs, and also their place if their parent
// is deleted, as yjs' garbage collection does. The update must be a whole document.
func (u *Update) Collect() {
	u.emptyDeleted()
	newCollector(u).run()
}

// emptyDeleted turns the units in the delete set into Deleted, splitting structs where
// needed.
func (u *Update) emptyDeleted() {
	for i := range u.Clients {
		if ranges := u.Deletes[u.Clients[i].Client]; len(ranges) > 0 {
			u.Clients[i].emptyRanges(ranges)
		}
	}
}

func (block *Block) emptyRanges(ranges []Range) {
	out := make([]Struct, 0, len(block.Structs)+len(ranges))
	for _, s := range block.Structs {
		for len(ranges) > 0 && ranges[0].End() <= s.Clock {
			ranges = ranges[1:]
		}
		out = appendEmptied(out, block.Client, s, ranges)
	}
	block.Structs = out
}

// appendEmptied appends s, in parts if ranges begin or end inside it.
func appendEmptied(out []Struct, client uint64, s Struct, ranges []Range) []Struct {
	for _, r := range ranges {
		if r.Clock >= s.End() || s.Kind() == GC || s.Kind() == Deleted {
			break
		}
		var part Struct
		if r.Clock > s.Clock {
			part, s = s.split(client, r.Clock-s.Clock)
			out = append(out, part)
		}
		if r.End() >= s.End() {
			s.setKind(Deleted, nil)
			break
		}
		part, s = s.split(client, r.End()-s.Clock)
		part.setKind(Deleted, nil)
		out = append(out, part)
	}
	return append(out, s)
}

// collector finds the deleted structs whose parent is deleted, too. The parent of a struct
// is that of its neighbour, and chains of neighbours may be 10^5 long, so the collector
// has a stack instead of recursion and stores each result.
type collector struct {
	u      *Update
	blocks map[uint64]int
	states [][]parentState
	stack  []position
}

type position struct{ block, at int }

type parentState byte

const (
	parentUnknown  parentState = iota
	parentVisiting             // it is on the stack; to meet it again is a cycle, which yjs never writes
	parentAlive                // it is a root or not deleted
	parentDeleted
)

func newCollector(u *Update) *collector {
	c := &collector{u: u, blocks: make(map[uint64]int, len(u.Clients)), states: make([][]parentState, len(u.Clients))}
	for i, block := range u.Clients {
		c.blocks[block.Client] = i
		c.states[i] = make([]parentState, len(block.Structs))
	}
	return c
}

func (c *collector) run() {
	for b := range c.u.Clients {
		for i := range c.u.Clients[b].Structs {
			if c.u.Clients[b].Structs[i].Kind() == Deleted {
				c.resolve(position{b, i})
			}
		}
	}
	for b := range c.u.Clients {
		for i := range c.u.Clients[b].Structs {
			if s := &c.u.Clients[b].Structs[i]; s.Kind() == Deleted && c.states[b][i] == parentDeleted {
				*s = Struct{Clock: s.Clock, Len: s.Len, info: byte(GC)}
			}
		}
	}
}

func (c *collector) resolve(p position) {
	c.stack = append(c.stack[:0], p)
	for len(c.stack) > 0 {
		top := c.stack[len(c.stack)-1]
		if found := c.parentOf(top); found != parentUnknown {
			c.states[top.block][top.at] = found
			c.stack = c.stack[:len(c.stack)-1]
		}
	}
}

// parentOf returns the state of a struct's parent. If it is that of a neighbour and not
// known yet, it pushes the neighbour and returns parentUnknown.
func (c *collector) parentOf(p position) parentState {
	s := &c.u.Clients[p.block].Structs[p.at]
	known := c.states[p.block][p.at]
	switch {
	case known >= parentAlive:
		return known
	case s.Kind() == GC:
		return parentDeleted
	case s.Parent != nil:
		return c.ownerState(s.Parent)
	}
	neighbour := s.Origin
	if !s.HasOrigin() {
		neighbour = s.Right
	}
	n, found := c.find(neighbour)
	if !found {
		return parentAlive
	}
	switch a := c.states[n.block][n.at]; a {
	case parentUnknown:
		c.states[p.block][p.at] = parentVisiting
		c.stack = append(c.stack, n)
		return parentUnknown
	case parentVisiting:
		return parentAlive
	default:
		return a
	}
}

func (c *collector) ownerState(parent *Parent) parentState {
	if parent.IsRoot {
		return parentAlive
	}
	p, found := c.find(parent.Owner)
	if !found {
		return parentAlive
	}
	if kind := c.u.Clients[p.block].Structs[p.at].Kind(); kind == Deleted || kind == GC {
		return parentDeleted
	}
	return parentAlive
}

func (c *collector) find(id ID) (position, bool) {
	b, found := c.blocks[id.Client]
	if !found {
		return position{}, false
	}
	structs := c.u.Clients[b].Structs
	i, _ := slices.BinarySearchFunc(structs, id.Clock, func(s Struct, clock uint64) int {
		if s.End() <= clock {
			return -1
		}
		return 1
	})
	return position{b, i}, i < len(structs) && structs[i].Clock <= id.Clock
}
