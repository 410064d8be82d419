// Package catchup finds out what a node's subscribers have missed. Events are
// delivered at most once: one can be lost between a commit and the hub, or between
// nodes. So a feature keeps a watermark for each log that its connections follow: the
// seq up to which this node has delivered everything. To catch up, it
//
//  1. reads the logs' seqs from the database, with one query;
//  2. asks Behind which logs have changes above their watermark;
//  3. reads these changes, sends them to this node's subscribers, and moves the
//     watermark, with Deliver or DeliveredUpTo.
//
// A log is a chat room, a user's notifications, or the dashboard's stats. It has a
// watermark only while this node has a subscriber.
package catchup

import (
	"hash/maphash"
	"maps"
	"slices"
	"sync"
)

// Watermarks has the watermark of each log with subscribers on this node, by the
// log's key. It is safe for concurrent use. Make one with NewWatermarks.
type Watermarks[K comparable] struct {
	seed   maphash.Seed
	shards [64]shard[K]
}

// shard has the watermarks of some logs. Its lock is held while events of one of
// them are sent and while a connection joins, so that the events and the answers to
// joins have one order. It is never held during a query.
type shard[K comparable] struct {
	mu    sync.Mutex
	marks map[K]*watermark
}

// watermark has every change up to seq, and those in ahead, which came after a gap.
type watermark struct {
	seq   int64
	ahead map[int64]bool // nil: none
}

// NewWatermarks returns no watermarks.
func NewWatermarks[K comparable]() *Watermarks[K] {
	w := &Watermarks[K]{seed: maphash.MakeSeed()}
	for i := range w.shards {
		w.shards[i].marks = map[K]*watermark{}
	}
	return w
}

// lock locks the shard of the key. The caller unlocks it.
func (w *Watermarks[K]) lock(key K) *shard[K] {
	s := &w.shards[maphash.Comparable(w.seed, key)%uint64(len(w.shards))]
	s.mu.Lock()
	return s
}

// Start sets the watermark to seq if there is none: the seq that the first
// subscriber has read.
func (w *Watermarks[K]) Start(key K, seq int64) {
	s := w.lock(key)
	defer s.mu.Unlock()
	if s.marks[key] == nil {
		s.marks[key] = &watermark{seq: seq}
	}
}

// Lower sets the watermark to seq if there is none or a higher one. It is for a
// subscriber that has joined before and has read the log up to seq since.
func (w *Watermarks[K]) Lower(key K, seq int64) {
	s := w.lock(key)
	defer s.mu.Unlock()
	if m := s.marks[key]; m == nil || seq < m.seq {
		s.marks[key] = &watermark{seq: seq}
	}
}

// Join calls join and sets the watermark to seq, which the joining connection has
// read. It reports whether it did. It does not if the log has another watermark: the
// connection would get events of changes that it has read, or would miss changes that
// it has not.
func (w *Watermarks[K]) Join(key K, seq int64, join func() error) (joined bool, err error) {
	s := w.lock(key)
	defer s.mu.Unlock()
	if m := s.marks[key]; m != nil && m.seq != seq {
		return false, nil
	}
	if err := join(); err != nil {
		return false, err
	}
	s.marks[key] = &watermark{seq: seq}
	return true, nil
}

// Seq returns the watermark; false if there is none. If subscribed returns false, the
// watermark is deleted before.
func (w *Watermarks[K]) Seq(key K, subscribed func() bool) (seq int64, ok bool) {
	s := w.lock(key)
	defer s.mu.Unlock()
	if !subscribed() {
		delete(s.marks, key)
	}
	m := s.marks[key]
	if m == nil {
		return 0, false
	}
	return m.seq, true
}

// Deliver calls send, which sends the changes after from up to to, and moves the
// watermark to to. It reports whether it did. It does not if the watermark is not
// from: then another goroutine has sent some of the changes, or the last subscriber
// has left.
func (w *Watermarks[K]) Deliver(key K, from, to int64, send func()) bool {
	s := w.lock(key)
	defer s.mu.Unlock()
	m := s.marks[key]
	if m == nil || m.seq != from {
		return false
	}
	send()
	m.seq = to
	return true
}

// Delivered notes that the change with the seq was delivered. Seqs may come in any
// order: the watermark moves when the changes before them have come, too. It ignores
// logs without a watermark.
func (w *Watermarks[K]) Delivered(key K, seq int64) {
	s := w.lock(key)
	defer s.mu.Unlock()
	if m := s.marks[key]; m != nil && seq > m.seq {
		if m.ahead == nil {
			m.ahead = map[int64]bool{}
		}
		m.ahead[seq] = true
		m.advance()
	}
}

// DeliveredUpTo notes that all changes up to the seq were delivered.
func (w *Watermarks[K]) DeliveredUpTo(key K, seq int64) {
	s := w.lock(key)
	defer s.mu.Unlock()
	if m := s.marks[key]; m != nil && seq > m.seq {
		m.seq = seq
		maps.DeleteFunc(m.ahead, func(other int64, _ bool) bool { return other <= seq })
		m.advance()
	}
}

// advance moves the watermark over the changes in ahead that follow it without a gap.
func (m *watermark) advance() {
	for m.ahead[m.seq+1] {
		m.seq++
		delete(m.ahead, m.seq)
	}
}

// Behind returns the watermarks of the logs whose seq in seqs is higher than their
// watermark.
func (w *Watermarks[K]) Behind(seqs map[K]int64) map[K]int64 {
	behind := map[K]int64{}
	for key, seq := range seqs {
		s := w.lock(key)
		if m := s.marks[key]; m != nil && m.seq < seq {
			behind[key] = m.seq
		}
		s.mu.Unlock()
	}
	return behind
}

// Retain deletes the watermarks of logs without subscribers, and returns the keys of
// the others. active returns these; it is called with all watermarks locked. A connection
// must subscribe before it calls Start, so that Retain does not delete the watermark
// of a log that gets its first subscriber at the same time.
func (w *Watermarks[K]) Retain(active func() []K) []K {
	for i := range w.shards {
		w.shards[i].mu.Lock()
		defer w.shards[i].mu.Unlock()
	}
	keys := active()
	for i := range w.shards {
		maps.DeleteFunc(w.shards[i].marks, func(key K, _ *watermark) bool { return !slices.Contains(keys, key) })
	}
	return keys
}

// Len returns the number of watermarks.
func (w *Watermarks[K]) Len() (n int) {
	for i := range w.shards {
		w.shards[i].mu.Lock()
		n += len(w.shards[i].marks)
		w.shards[i].mu.Unlock()
	}
	return n
}
