package yjs

// integrate inserts a struct at its place by YATA (see the package document), as yjs does
// in Item.integrate.
func (d *Document) integrate(client uint64, s *Struct) {
	d.step(1)
	d.items[client] = append(d.items[client], item{Struct: s, client: client})
	it := &d.items[client][len(d.items[client])-1]
	if s.Kind() == GC {
		it.deleted = true
		return
	}
	right := d.place(it)
	if it.parent == nil {
		it.setKind(GC, nil) // its parent was collected
		it.deleted = true
		return
	}
	left := it.origin
	if !adjacent(left, right) {
		left = d.scanConflicts(it, right)
	}
	d.link(it, left)
	it.openBranch()
	it.deleted = s.Kind() == Deleted || it.parent.owner != nil && it.parent.owner.deleted || it.keyed && it.next != nil
}

// place sets the item's parent and origin, and returns its right neighbour, or nil if it has
// none.
func (d *Document) place(it *item) (right *item) {
	if it.HasOrigin() {
		it.origin = d.find(it.Origin)
	}
	if it.HasRight() {
		right = d.find(it.Right)
	}
	switch {
	case it.origin != nil && it.origin.Kind() == GC, right != nil && right.Kind() == GC:
	case it.Parent != nil:
		it.parent, it.key, it.keyed = d.branch(it.Parent), it.Parent.Key, it.Parent.Keyed
	case it.origin != nil:
		it.parent, it.key, it.keyed = it.origin.parent, it.origin.key, it.origin.keyed
	case right != nil:
		it.parent, it.key, it.keyed = right.parent, right.key, right.keyed
	}
	return right
}

func (d *Document) branch(p *Parent) *branch {
	if p.IsRoot {
		return d.root(p.Root)
	}
	if owner := d.find(p.Owner); owner != nil {
		return owner.branch
	}
	return nil
}

// adjacent reports whether no item is between the two, so that there is no conflict.
func adjacent(left, right *item) bool {
	if left == nil {
		return right != nil && right.prev == nil
	}
	return left.next == right
}

// scanConflicts walks over the items that were inserted concurrently at the same place, and
// returns the item to insert after. The two sets of the algorithm are two numbers in each
// item: seen since the scan began, and in conflict since left last moved.
func (d *Document) scanConflicts(it, right *item) *item {
	left := it.origin
	o := d.rightOf(it, left)
	d.epoch++
	began, moved := d.epoch, d.epoch
	for ; o != nil && o != right && d.step(1); o = o.next {
		o.seen, o.conflict = began, moved
		switch {
		case sameOrigin(it, o):
			if o.client >= it.client {
				if sameRight(it, o) {
					return left
				}
				continue
			}
		case o.origin == nil || o.origin.seen != began:
			return left
		case o.origin.conflict == moved:
			continue
		}
		left = o
		d.epoch++
		moved = d.epoch
	}
	return left
}

func sameOrigin(a, b *item) bool { return a.HasOrigin() == b.HasOrigin() && a.Origin == b.Origin }

func sameRight(a, b *item) bool { return a.HasRight() == b.HasRight() && a.Right == b.Right }

// rightOf returns the item to the right of left, or the first one if left is nil.
func (d *Document) rightOf(it, left *item) *item {
	switch {
	case left != nil:
		return left.next
	case !it.keyed:
		return it.parent.first
	}
	first := it.parent.keys[it.key]
	for first != nil && first.prev != nil {
		first = first.prev
		d.step(1)
	}
	return first
}

func (d *Document) link(it, left *item) {
	it.prev, it.next = left, d.rightOf(it, left)
	switch {
	case left != nil:
		left.next = it
	case !it.keyed:
		it.parent.first = it
	}
	if it.next != nil {
		it.next.prev = it
	} else if it.keyed {
		it.parent.set(it.key, it)
		if left != nil {
			left.deleted = true // this value replaces it
		}
	}
}

func (b *branch) set(key string, it *item) {
	if b.keys == nil {
		b.keys = map[string]*item{}
	}
	b.keys[key] = it
}

// openBranch makes the branch of an item that is a type.
func (it *item) openBranch() {
	if it.Kind() != Type {
		return
	}
	r := reader{in: it.content}
	kind, _ := r.uint()
	it.branch = &branch{kind: kind, owner: it}
	if kind == typeElement || kind == typeHook {
		it.branch.name, _ = r.string()
	}
}
