package yjs

import "slices"

// Merge returns the union of updates. They may overlap, repeat and be in any order; what
// none of them has remains a hole. If they have more than MaxStructs in total, the error
// is ErrBudget.
func Merge(updates ...[]byte) (*Update, error) {
	decoded := make([]*Update, len(updates))
	structs := 0
	for i, in := range updates {
		u, err := Decode(in)
		if err != nil {
			return nil, err
		}
		if structs += u.structs(); structs > MaxStructs {
			return nil, ErrBudget
		}
		decoded[i] = u
	}
	return merge(decoded), nil
}

func (u *Update) structs() (n int) {
	for i := range u.Clients {
		n += len(u.Clients[i].Structs)
	}
	return n
}

func merge(updates []*Update) *Update {
	if len(updates) == 1 {
		return updates[0]
	}
	out := &Update{Deletes: DeleteSet{}}
	structs := gather(updates)
	for client, all := range structs {
		out.Clients = append(out.Clients, Block{client, sweep(client, all)})
	}
	slices.SortFunc(out.Clients, func(a, b Block) int { return descending(a.Client, b.Client) })
	for _, u := range updates {
		for client, ranges := range u.Deletes {
			out.Deletes[client] = append(out.Deletes[client], ranges...)
		}
	}
	for client, ranges := range out.Deletes {
		out.Deletes[client] = join(ranges)
	}
	return out
}

func gather(updates []*Update) map[uint64][]Struct {
	counts := map[uint64]int{}
	for _, u := range updates {
		for i := range u.Clients {
			counts[u.Clients[i].Client] += len(u.Clients[i].Structs)
		}
	}
	structs := make(map[uint64][]Struct, len(counts))
	for client, n := range counts {
		structs[client] = make([]Struct, 0, n)
	}
	for _, u := range updates {
		for i := range u.Clients {
			client := u.Clients[i].Client
			structs[client] = append(structs[client], u.Clients[i].Structs...)
		}
	}
	return structs
}

// sweep sorts the structs of one client and drops what others cover, in place.
func sweep(client uint64, structs []Struct) []Struct {
	if !slices.IsSortedFunc(structs, byClock) {
		slices.SortStableFunc(structs, byClock)
	}
	out := structs[:0]
	var end uint64
	for _, s := range structs {
		if s.End() <= end {
			continue
		}
		if s.Clock < end {
			_, s = s.split(client, end-s.Clock)
		}
		end = s.End()
		out = append(out, s)
	}
	return out
}

// byClock puts the longer of two structs with the same clock first: it covers the other.
func byClock(a, b Struct) int {
	if a.Clock != b.Clock {
		return descending(b.Clock, a.Clock)
	}
	return descending(a.Len, b.Len)
}

// Trim drops the insertions that a peer with sv has: the first writer of a unit wins, so no
// client can rewrite history. Deletions stay.
func (u *Update) Trim(sv StateVector) {
	kept := u.Clients[:0]
	for _, block := range u.Clients {
		if block.trim(sv[block.Client]); len(block.Structs) > 0 {
			kept = append(kept, block)
		}
	}
	u.Clients = kept
}

func (block *Block) trim(known uint64) {
	first, _ := slices.BinarySearchFunc(block.Structs, known, func(s Struct, clock uint64) int {
		if s.End() <= clock {
			return -1
		}
		return 1
	})
	block.Structs = block.Structs[first:]
	if len(block.Structs) > 0 && block.Structs[0].Clock < known {
		s := &block.Structs[0]
		_, *s = s.split(block.Client, known-s.Clock)
	}
}

// Empty reports whether the update has no insertions and no deletions.
func (u *Update) Empty() bool { return len(u.Clients) == 0 && len(u.Deletes) == 0 }

// Diff returns what a peer with sv lacks of update, the same bytes as Y.diffUpdate. It
// has all deletions, because a state vector does not include them.
func Diff(update []byte, sv StateVector) ([]byte, error) {
	u, err := Decode(update)
	if err != nil {
		return nil, err
	}
	u.Trim(sv)
	return u.Encode(), nil
}
