package yjs

import (
	"maps"
	"slices"
)

// StateVector has for each client how many of its units are known, from clock 0 without
// a hole. Two peers compare theirs to find out what to send.
type StateVector map[uint64]uint64

// DecodeStateVector decodes a state vector as strictly as Decode.
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

// Encode encodes the state vector, the highest client first, as yjs does.
func (sv StateVector) Encode() []byte {
	b := appendUint(make([]byte, 0, 8+8*len(sv)), uint64(len(sv)))
	for _, client := range slices.SortedFunc(maps.Keys(sv), descending) {
		b = appendID(b, ID{client, sv[client]})
	}
	return b
}

// Advance adds the units of an update without a gap.
func (sv StateVector) Advance(u *Update) {
	for i := range u.Clients {
		block := &u.Clients[i]
		if end := block.Structs[len(block.Structs)-1].End(); end > sv[block.Client] {
			sv[block.Client] = end
		}
	}
}

// StateVector returns the state vector of a document that has only this update.
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

// Units returns the number of units that the update inserts.
func (u *Update) Units() uint64 {
	var n uint64
	for _, block := range u.Clients {
		for i := range block.Structs {
			n += block.Structs[i].Len
		}
	}
	return n
}

// Roots returns the names of the root types that the update inserts into, each once, sorted.
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

// LargestValue returns the size in bytes of the longest content that is not text: an
// attribute, an embed, binary data.
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
