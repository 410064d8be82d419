package yjs

import "testing"

// deepest returns the depth of the deepest type in the built document.
func (d *Document) deepest() int {
	deepest := 0
	for _, b := range d.roots {
		deepest = max(deepest, d.below(b))
	}
	return deepest
}

func (d *Document) below(b *branch) int {
	deepest := 0
	visit := func(it *item) {
		if it.branch != nil {
			deepest = max(deepest, 1+d.below(it.branch))
		}
	}
	for it := b.first; it != nil; it = it.next {
		visit(it)
	}
	for _, it := range b.keys {
		visit(it)
	}
	return deepest
}

func nested(levels int) []Node {
	nodes := []Node{{Type: "paragraph"}}
	for range levels - 1 {
		nodes = []Node{{Type: "paragraph", Children: []Node{{Text: "before"}}}, {Type: "blockquote", Children: nodes}, {Type: "paragraph"}}
	}
	return nodes
}

func TestDepthsMatchTheTree(t *testing.T) {
	whole := Import(3, nested(40))
	d, err := Build(whole, DefaultBudget)
	if err != nil {
		t.Fatal(err)
	}
	want := d.deepest()
	u, known, depths, deepest := mustDecode(t, whole), StateVector{}, Depths{}, 0
	for i := range u.Clients[0].Structs { // one by one
		part := &Update{Clients: []Block{{3, u.Clients[0].Structs[i : i+1]}}}
		more, deep := depths.Of(part, known)
		depths.Add(more)
		known.Advance(part)
		deepest = max(deepest, deep)
	}
	if _, atOnce := (Depths{}).Of(u, nil); deepest != want || atOnce != want {
		t.Errorf("the depth is %d one by one and %d at once, want %d", deepest, atOnce, want)
	}
	if levels := len(depths[3]); levels > len(u.Clients[0].Structs) {
		t.Errorf("%d levels of %d structs", levels, len(u.Clients[0].Structs))
	}
}

func mustDecode(t *testing.T, in []byte) *Update {
	t.Helper()
	u, err := Decode(in)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
