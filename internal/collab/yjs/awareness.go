package yjs

// Awareness is what a client tells of itself while it is here: its caret, its
// selection. It is never stored (https://github.com/yjs/y-protocols, awareness.js).
type Awareness struct {
	Client, Clock uint64
	State         []byte // JSON; "null": it has gone
}

// maxAwareness bounds an awareness update: a caret takes some 200 bytes.
const maxAwareness = 4 << 10

// DecodeAwareness reads the states of an awareness update. They alias the input.
func DecodeAwareness(in []byte) ([]Awareness, error) {
	if len(in) > maxAwareness {
		return nil, ErrLong
	}
	r := &reader{in: in}
	n, err := r.count(4) // two numbers and at least one digit with its length
	if err != nil {
		return nil, err
	}
	states := make([]Awareness, 0, n)
	for range n {
		id, err := r.id()
		if err != nil {
			return nil, err
		}
		state, err := r.json()
		if err != nil {
			return nil, err
		}
		states = append(states, Awareness{id.Client, id.Clock, state})
	}
	return states, r.end()
}

// EncodeAwareness is the reverse of DecodeAwareness.
func EncodeAwareness(states ...Awareness) []byte {
	b := appendUint(nil, uint64(len(states)))
	for _, s := range states {
		b = appendText(appendID(b, ID{s.Client, s.Clock}), s.State)
	}
	return b
}

// Gone is the update that takes a client's state away from its peers. lastClock
// is the last that was relayed for it: a newer one always wins.
func AwarenessRemoval(client, lastClock uint64) []byte {
	return EncodeAwareness(Awareness{client, lastClock + 1, []byte("null")})
}
