package yjs

import "slices"

// Update is a set of insertions and deletions. A keystroke and a whole document differ
// in their size only.
type Update struct {
	Clients []Block // the highest client first, each once
	Deletes DeleteSet
}

// Block is the structs of one client, in the order of clocks, without overlaps. A hole
// between two structs is units that the update does not have.
type Block struct {
	Client  uint64
	Structs []Struct
}

// Decode decodes an update of format v1. It refuses everything that yjs would throw on:
// one such stored update would make the document unusable for every client. It also
// refuses what yjs never writes: trailing bytes, empty structs and empty ranges. The
// update aliases the input.
func Decode(in []byte) (*Update, error) {
	r := &reader{in: in}
	u := &Update{}
	if err := r.blocks(u); err != nil {
		return nil, err
	}
	deletes, err := r.deleteSet()
	if err != nil {
		return nil, err
	}
	u.Deletes = deletes
	return u, r.end()
}

func (r *reader) blocks(u *Update) error {
	n, err := r.count(4) // a number of structs, a client, a clock and a struct
	if err != nil {
		return err
	}
	seen := make(map[uint64]bool, n)
	for range n {
		block, err := r.block()
		if err != nil {
			return err
		}
		if seen[block.Client] {
			return ErrTwice
		}
		seen[block.Client] = true
		if len(block.Structs) > 0 {
			u.Clients = append(u.Clients, block)
		}
	}
	slices.SortFunc(u.Clients, func(a, b Block) int { return descending(a.Client, b.Client) })
	return nil
}

func descending(a, b uint64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

func (r *reader) block() (Block, error) {
	n, err := r.count(2) // a struct has at least its kind and a length
	if err != nil {
		return Block{}, err
	}
	if n == 0 {
		return Block{}, ErrEmpty
	}
	start, err := r.id()
	if err != nil {
		return Block{}, err
	}
	return r.structs(start, n)
}

// MaxStructs bounds the memory of decoding; with more structs the error is ErrBudget. A
// struct takes 100 bytes, and five times that in a Document. A full document of table
// cells has 800,000 structs.
const MaxStructs = 1 << 20

// firstStructs bounds the memory that is allocated for a block's count alone: a struct in
// memory is 40 times as long as the shortest one in the input.
const firstStructs = 1024

func (r *reader) structs(start ID, n int) (Block, error) {
	if r.made += n; r.made > MaxStructs {
		return Block{}, ErrBudget
	}
	block := Block{start.Client, make([]Struct, 0, min(n, firstStructs))}
	clock := start.Clock
	for range n {
		s, err := r.structAt(clock)
		if err != nil {
			return Block{}, err
		}
		if s.Len == 0 {
			return Block{}, ErrEmpty
		}
		if clock = s.End(); clock > maxInt {
			return Block{}, ErrRange
		}
		if s.Kind() != skip {
			block.Structs = append(block.Structs, s)
		}
	}
	return block, nil
}

func (r *reader) structAt(clock uint64) (s Struct, err error) {
	s.Clock = clock
	if s.info, err = r.byte(); err != nil {
		return s, err
	}
	if kind := s.Kind(); kind == GC || kind == skip {
		s.info = byte(kind)
		s.Len, err = r.uint()
		return s, err
	}
	if err = r.place(&s); err != nil {
		return s, err
	}
	return s, r.content(&s)
}

// place reads the place of a struct: its neighbours, or its parent if it has none.
func (r *reader) place(s *Struct) (err error) {
	if s.HasOrigin() {
		if s.Origin, err = r.id(); err != nil {
			return err
		}
	}
	if s.HasRight() {
		if s.Right, err = r.id(); err != nil {
			return err
		}
	}
	if !s.HasOrigin() && !s.HasRight() {
		s.Parent, err = r.parent(s.info&hasKey != 0)
		return err
	}
	s.info &^= hasKey // has no meaning here; yjs drops it, too, when it merges
	return nil
}

func (r *reader) parent(keyed bool) (*Parent, error) {
	p := &Parent{Keyed: keyed}
	root, err := r.uint() // a varuint: 81 00 is 1, too
	switch {
	case err != nil:
		return nil, err
	case root > 1:
		return nil, ErrTag
	}
	if p.IsRoot = root == 1; p.IsRoot {
		p.Root, err = r.string()
	} else {
		p.Owner, err = r.id()
	}
	if err == nil && keyed {
		p.Key, err = r.string()
	}
	return p, err
}

func (r *reader) string() (string, error) {
	b, err := r.text()
	return string(b), err
}
