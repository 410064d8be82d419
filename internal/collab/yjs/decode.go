package yjs

import "slices"

// Update is a set of insertions and deletions: a keystroke or a whole document,
// which differ in nothing but size.
type Update struct {
	Clients []Block // the highest client first, each once
	Deletes DeleteSet
}

// Block holds what one client inserted, in the order of clocks, without
// overlaps. A hole between two structs is what the update does not know.
type Block struct {
	Client  uint64
	Structs []Struct
}

// Decode reads an update of format v1 and refuses whatever yjs would throw on:
// one stored update of that sort would keep everybody out of the document. It
// also refuses what no yjs writes: trailing bytes, empty structs and ranges.
// The update aliases the input.
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
	n, err := r.count(2) // the least of a struct: its kind and a length
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

// MaxStructs bounds the memory that decoding takes: a struct has 100 bytes, and
// reading a document in order takes five times that. A full document of table
// cells has 800,000; past it the error is ErrBudget.
const MaxStructs = 1 << 20

// firstStructs bounds the memory that a block's count alone can ask for: a struct
// in memory is forty times as long as the shortest on the wire.
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

// place reads where the item stands: by its neighbours, or by its parent when it had none.
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
	s.info &^= hasKey // says nothing here; yjs forgets it, too, when it merges
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
