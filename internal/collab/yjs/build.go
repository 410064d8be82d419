package yjs

import "slices"

// DefaultBudget is the number of steps for Build: several times what the longest real
// document needs, and at most 1 to 2 s of work.
const DefaultBudget = 2_000_000

// Document is an integrated document, for reading: search text, pages, versions. Accepting
// and sending edits does not need one. It is not safe for concurrent use.
type Document struct {
	budget  int // the steps that building, and each reading, may take
	steps   int
	limit   treeLimit // of the tree that is being made
	epoch   uint32    // the last mark given out by the conflict scan
	items   map[uint64][]item
	roots   map[string]*branch
	waiting int // structs that were left out, because they refer to missing units
}

// item is an integrated struct.
type item struct {
	*Struct
	client uint64

	prev, next *item
	origin     *item // of Origin
	parent     *branch
	key        string
	keyed      bool
	deleted    bool // not shown
	branch     *branch

	seen, conflict uint32 // marks of the conflict scan
}

// branch is an integrated type: a list of items, and the last item of each key.
type branch struct {
	kind  uint64
	name  string // of an element
	owner *item  // nil: a root
	first *item
	keys  map[string]*item
}

const typeRoot = 99 // of roots, whose type is not in the format

// Build integrates a whole document within a budget of steps; past it the error is
// ErrBudget. Structs that refer to units that the update lacks are left out.
//
// It first splits structs wherever another one refers to a unit inside them, so that
// integration never splits one and finds an item by binary search.
func Build(update []byte, budget int) (*Document, error) {
	u, err := Decode(update)
	if err != nil {
		return nil, err
	}
	u.emptyDeleted()
	u.Squash()
	u.cut()
	d := &Document{budget: budget, items: make(map[uint64][]item, len(u.Clients)), roots: map[string]*branch{}}
	for i := range u.Clients {
		d.items[u.Clients[i].Client] = make([]item, 0, len(u.Clients[i].Structs)) // never grows: items are pointed to
	}
	s := newSchedule(u, nil)
	s.run(u, func(client uint64, x *Struct) bool {
		d.integrate(client, x)
		return d.steps < d.budget
	})
	if err := d.overBudget(); err != nil {
		return nil, err
	}
	for _, q := range s.queues {
		d.waiting += len(q.structs)
	}
	return d, nil
}

// step counts work. It reports false if the budget is used up.
func (d *Document) step(n int) bool {
	d.steps += n
	return d.steps < d.budget
}

func (d *Document) overBudget() error {
	if d.steps >= d.budget {
		return ErrBudget
	}
	return nil
}

// Complete reports whether every struct of the update was integrated.
func (d *Document) Complete() bool { return d.waiting == 0 }

// cut splits the structs so that each Origin is the last unit of one, and each Right the
// first.
func (u *Update) cut() {
	cuts := map[uint64][]uint64{}
	for _, block := range u.Clients {
		for i := range block.Structs {
			s := &block.Structs[i]
			if s.HasOrigin() {
				cuts[s.Origin.Client] = append(cuts[s.Origin.Client], s.Origin.Clock+1)
			}
			if s.HasRight() {
				cuts[s.Right.Client] = append(cuts[s.Right.Client], s.Right.Clock)
			}
		}
	}
	for i := range u.Clients {
		at := cuts[u.Clients[i].Client]
		slices.Sort(at)
		u.Clients[i].cut(slices.Compact(at))
	}
}

func (block *Block) cut(at []uint64) {
	if len(at) == 0 {
		return
	}
	out := make([]Struct, 0, len(block.Structs)+len(at))
	for _, s := range block.Structs {
		for len(at) > 0 && at[0] <= s.Clock {
			at = at[1:]
		}
		for s.Kind() != GC && len(at) > 0 && at[0] < s.End() {
			var left Struct
			left, s = s.split(block.Client, at[0]-s.Clock)
			out = append(out, left)
			at = at[1:]
		}
		out = append(out, s)
	}
	block.Structs = out
}

func (d *Document) find(id ID) *item {
	items := d.items[id.Client]
	i, _ := slices.BinarySearchFunc(items, id.Clock, func(it item, clock uint64) int {
		if it.End() <= clock {
			return -1
		}
		return 1
	})
	if i == len(items) || items[i].Clock > id.Clock {
		return nil
	}
	return &items[i]
}

func (d *Document) root(name string) *branch {
	b := d.roots[name]
	if b == nil {
		b = &branch{kind: typeRoot}
		d.roots[name] = b
	}
	return b
}
