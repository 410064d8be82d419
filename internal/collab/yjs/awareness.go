package yjs

// Awareness is the state that a connected client publishes: its caret and selection. It is
// never stored (https://github.com/yjs/y-protocols, awareness.js).
type Awareness struct {
	Client, Clock uint64
	State         []byte // JSON; "null": the client has left
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

// EncodeAwareness is the inverse of DecodeAwareness.
func EncodeAwareness(states ...Awareness) []byte {
	b := appendUint(nil, uint64(len(states)))
	for _, s := range states {
		b = appendText(appendID(b, ID{s.Client, s.Clock}), s.State)
	}
	return b
}

// AwarenessRemoval returns the update that removes a client's state from its peers.
// lastClock is the clock of its last state that was relayed: the higher clock wins.
func AwarenessRemoval(client, lastClock uint64) []byte {
	return EncodeAwareness(Awareness{client, lastClock + 1, []byte("null")})
}
