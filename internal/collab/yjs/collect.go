package yjs

import "slices"

// Collect forgets the content of what is deleted, and also the place if that
// stood inside something deleted, as yjs' garbage collection does. The update
// must be a whole document.
func (u *Update) Collect() {
	u.empty()
	newCollector(u).run()
}

// empty turns items inside the delete set into Deleted, cutting them where needed.
func (u *Update) empty() {
	for i := range u.Clients {
		if ranges := u.Deletes[u.Clients[i].Client]; len(ranges) > 0 {
			u.Clients[i].empty(ranges)
		}
	}
}

func (block *Block) empty(ranges []Range) {
	out := make([]Struct, 0, len(block.Structs)+len(ranges))
	for _, s := range block.Structs {
		for len(ranges) > 0 && ranges[0].End() <= s.Clock {
			ranges = ranges[1:]
		}
		out = appendEmptied(out, block.Client, s, ranges)
	}
	block.Structs = out
}

// appendEmptied appends s, in parts if ranges end or begin within it.
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

// collector finds the deleted items whose parent is deleted, too. The parent of
// an item is known only at the end of a chain of neighbours, which may be 10^5
// long: so there is a stack of our own, and each answer is kept.
type collector struct {
	u       *Update
	blocks  map[uint64]int
	answers [][]answer
	stack   []position
}

type position struct{ block, at int }

type answer byte

const (
	unknown answer = iota
	asked          // on the stack: met again, it is a circle, which no yjs writes
	alive          // the parent is a root or not deleted
	gone           // the parent is deleted
)

func newCollector(u *Update) *collector {
	c := &collector{u: u, blocks: make(map[uint64]int, len(u.Clients)), answers: make([][]answer, len(u.Clients))}
	for i, block := range u.Clients {
		c.blocks[block.Client] = i
		c.answers[i] = make([]answer, len(block.Structs))
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
			if s := &c.u.Clients[b].Structs[i]; s.Kind() == Deleted && c.answers[b][i] == gone {
				*s = Struct{Clock: s.Clock, Len: s.Len, info: byte(GC)}
			}
		}
	}
}

func (c *collector) resolve(p position) {
	c.stack = append(c.stack[:0], p)
	for len(c.stack) > 0 {
		top := c.stack[len(c.stack)-1]
		if found := c.ask(top); found != unknown {
			c.answers[top.block][top.at] = found
			c.stack = c.stack[:len(c.stack)-1]
		}
	}
}

// ask answers for one item, or puts the neighbour that must be asked first on the stack.
func (c *collector) ask(p position) answer {
	s := &c.u.Clients[p.block].Structs[p.at]
	known := c.answers[p.block][p.at]
	switch {
	case known >= alive:
		return known
	case s.Kind() == GC:
		return gone
	case s.Parent != nil:
		return c.owner(s.Parent)
	}
	neighbour := s.Origin
	if !s.HasOrigin() {
		neighbour = s.Right
	}
	n, found := c.find(neighbour)
	if !found {
		return alive
	}
	switch a := c.answers[n.block][n.at]; a {
	case unknown:
		c.answers[p.block][p.at] = asked
		c.stack = append(c.stack, n)
		return unknown
	case asked:
		return alive
	default:
		return a
	}
}

func (c *collector) owner(parent *Parent) answer {
	if parent.IsRoot {
		return alive
	}
	p, found := c.find(parent.Owner)
	if !found {
		return alive
	}
	if kind := c.u.Clients[p.block].Structs[p.at].Kind(); kind == Deleted || kind == GC {
		return gone
	}
	return alive
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
