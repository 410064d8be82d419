package yjs

// Encode returns the update in format v1, with clients in descending order, as yjs writes
// it. A hole between two structs is written as a skip.
func (u *Update) Encode() []byte {
	b := make([]byte, 0, u.size())
	b = appendUint(b, uint64(len(u.Clients)))
	for i := range u.Clients {
		b = u.Clients[i].append(b)
	}
	return u.Deletes.append(b)
}

func (u *Update) size() int {
	n := 16
	for _, block := range u.Clients {
		n += 24
		for i := range block.Structs {
			n += len(block.Structs[i].content) + 16
		}
	}
	for _, ranges := range u.Deletes {
		n += 16 + 6*len(ranges)
	}
	return n
}

func (block *Block) append(b []byte) []byte {
	b = appendUint(b, uint64(len(block.Structs)+block.holes()))
	b = appendID(b, ID{block.Client, block.Structs[0].Clock})
	at := block.Structs[0].Clock
	for i := range block.Structs {
		s := &block.Structs[i]
		if s.Clock > at {
			b = appendUint(append(b, byte(skip)), s.Clock-at)
		}
		b = s.append(b)
		at = s.End()
	}
	return b
}

func (block *Block) holes() int {
	n := 0
	for i := 1; i < len(block.Structs); i++ {
		if block.Structs[i].Clock > block.Structs[i-1].End() {
			n++
		}
	}
	return n
}
