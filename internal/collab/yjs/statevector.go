package yjs

import (
	"maps"
	"slices"
)

// StateVector tells for each client how many of its units are known, counted
// from 0 and without a hole. Two peers compare theirs to learn what to send.
type StateVector map[uint64]uint64

// DecodeStateVector is strict as Decode is.
func DecodeStateVector(in []byte) (StateVector, error) {
	r := &reader{in: in}
	n, err := r.count(2)
	if err != nil {
		return nil, err
	}
	sv := make(StateVector, n)
	for range n {
		id, err := r.id()
		if err != nil {
			return nil, err
		}
		if _, twice := sv[id.Client]; twice {
			return nil, ErrTwice
		}
		sv[id.Client] = id.Clock
	}
	return sv, r.end()
}

// Encode writes the highest client first, as yjs does.
func (sv StateVector) Encode() []byte {
	b := appendUint(make([]byte, 0, 8+8*len(sv)), uint64(len(sv)))
	for _, client := range slices.SortedFunc(maps.Keys(sv), descending) {
		b = appendID(b, ID{client, sv[client]})
	}
	return b
}

// Advance adds what an update without a gap brings.
func (sv StateVector) Advance(u *Update) {
	for i := range u.Clients {
		block := &u.Clients[i]
		if end := block.Structs[len(block.Structs)-1].End(); end > sv[block.Client] {
			sv[block.Client] = end
		}
	}
}

// StateVector is what is known after this update alone.
func (u *Update) StateVector() StateVector {
	sv := make(StateVector, len(u.Clients))
	for i := range u.Clients {
		if n := u.Clients[i].known(); n > 0 {
			sv[u.Clients[i].Client] = n
		}
	}
	return sv
}

func (block *Block) known() uint64 {
	var at uint64
	for i := range block.Structs {
		if block.Structs[i].Clock > at {
			break
		}
		at = block.Structs[i].End()
	}
	return at
}

// Units counts what the update inserts, before anything is trimmed.
func (u *Update) Units() uint64 {
	var n uint64
	for _, block := range u.Clients {
		for i := range block.Structs {
			n += block.Structs[i].Len
		}
	}
	return n
}

// Roots names the root types that the update inserts into, each once, sorted.
func (u *Update) Roots() []string {
	names := map[string]bool{}
	for _, block := range u.Clients {
		for i := range block.Structs {
			if p := block.Structs[i].Parent; p != nil && p.IsRoot {
				names[p.Root] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// LargestValue is the size in bytes of the longest content that is not text:
// an attribute, an embed, binary data.
func (u *Update) LargestValue() int {
	longest := 0
	for _, block := range u.Clients {
		for i := range block.Structs {
			if s := &block.Structs[i]; s.Kind() != String {
				longest = max(longest, len(s.content))
			}
		}
	}
	return longest
}
