package chat

import (
	"maps"
	"slices"
	"sync"
)

// ledger is which changes this node has told the connections in its open rooms,
// as far as they did not read them when they joined. The zero ledger is ready.
type ledger struct {
	mu    sync.Mutex
	rooms map[int64]*watermark
}

// told is what was told of one room: all up to a seq, and some after a hole.
type watermark struct {
	delivered int64
	ahead     map[int64]bool
}

// open begins a room's account, at what the first one to join has read.
func (l *ledger) open(roomID, seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rooms == nil {
		l.rooms = map[int64]*watermark{}
	}
	if l.rooms[roomID] == nil {
		l.rooms[roomID] = &watermark{delivered: seq, ahead: map[int64]bool{}}
	}
}

// note records that a change was told.
func (l *ledger) record(roomID, seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if room := l.rooms[roomID]; room != nil && seq > room.delivered {
		room.ahead[seq] = true
		room.advance()
	}
}

// catchUp records that all changes up to the seq were told.
func (l *ledger) recordUpTo(roomID, seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if room := l.rooms[roomID]; room != nil && seq > room.delivered {
		room.delivered = seq
		maps.DeleteFunc(room.ahead, func(other int64, _ bool) bool { return other <= seq })
		room.advance()
	}
}

// close moves on over what was told after a hole that is none any more.
func (t *watermark) advance() {
	for t.ahead[t.delivered+1] {
		t.delivered++
		delete(t.ahead, t.delivered)
	}
}

// keep forgets the rooms that nobody has open any more, and returns the others.
// It asks for them under its lock: a join that opens a room meanwhile is in the
// hub before.
func (l *ledger) retain(active func() []string) []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var open []int64
	for _, name := range active() {
		open = append(open, roomIDOf(name))
	}
	for roomID := range l.rooms {
		if !slices.Contains(open, roomID) {
			delete(l.rooms, roomID)
		}
	}
	return open
}

// behind returns how far each room was told that has come further by the seqs.
func (l *ledger) behind(seqs map[int64]int64) map[int64]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	behind := map[int64]int64{}
	for roomID, seq := range seqs {
		if room := l.rooms[roomID]; room != nil && room.delivered < seq {
			behind[roomID] = room.delivered
		}
	}
	return behind
}
