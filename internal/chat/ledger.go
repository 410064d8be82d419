package chat

import (
	"maps"
	"slices"
	"sync"
)

// ledger records, for each room that is open on this node, which changes the node has delivered to the connections in
// it. The reconciler compares it with the database. The zero ledger is ready for use.
type ledger struct {
	mu    sync.Mutex
	rooms map[int64]*watermark // by room
}

// watermark records the delivered changes of one room: every seq up to delivered, and those in ahead, which came after
// a gap.
type watermark struct {
	delivered int64
	ahead     map[int64]bool
}

// open starts a room's watermark at seq, up to which the first connection to join has read. It does nothing for a room
// that has a watermark.
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

// record records that the change with the seq was delivered. It ignores rooms that are not open.
func (l *ledger) record(roomID, seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if room := l.rooms[roomID]; room != nil && seq > room.delivered {
		room.ahead[seq] = true
		room.advance()
	}
}

// recordUpTo records that all changes up to the seq were delivered.
func (l *ledger) recordUpTo(roomID, seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if room := l.rooms[roomID]; room != nil && seq > room.delivered {
		room.delivered = seq
		maps.DeleteFunc(room.ahead, func(other int64, _ bool) bool { return other <= seq })
		room.advance()
	}
}

// advance moves the watermark over the changes in ahead that follow it without a gap.
func (w *watermark) advance() {
	for w.ahead[w.delivered+1] {
		w.delivered++
		delete(w.ahead, w.delivered)
	}
}

// retain deletes the watermarks of rooms that are not active, and returns the ids of the active ones. active returns
// their hub rooms; it is called under the ledger's lock. A join enters the hub room before it calls open, so retain
// does not delete the watermark of a room that is joined at the same time.
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

// behind returns the watermarks, by room, of the open rooms whose seq in seqs is higher than their watermark.
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
