package chat_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"hubbub/internal/testkit"
)

// view is a follower's copy of a room.
type view struct {
	room int64

	mu        sync.Mutex
	messages  map[int64]seen
	watermark int64           // all changes up to this seq are applied
	beyondGap map[int64]bool  // the seqs that are applied beyond a gap
	gapSince  time.Time       // since when there is a gap
	since     int64           // the id of the oldest message after a reset
	joined    *testkit.Socket // the connection of the last join
}

// seen has the fields of a message that are compared.
type seen struct {
	Seq       int64
	Text      string
	Deleted   bool
	Reactions string
}

func (v *view) apply(raw json.RawMessage) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.put(raw)
}

func (v *view) put(raw json.RawMessage) (id int64) {
	m := read[struct {
		ID, Seq   int64
		Text      string
		DeletedAt *string
		Reactions []struct {
			Emoji string
			Count int
		}
	}](raw)
	counts := map[string]int{}
	for _, r := range m.Reactions {
		counts[r.Emoji] = r.Count
	}
	v.set(m.ID, seen{m.Seq, m.Text, m.DeletedAt != nil, sorted(counts)})
	return m.ID
}

func (v *view) erase(id, seq int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.set(id, seen{Seq: seq, Deleted: true})
}

// set stores a message unless the view has a newer version, and marks the seq as applied.
func (v *view) set(id int64, m seen) {
	if v.messages[id].Seq < m.Seq {
		v.messages[id] = m
	}
	if m.Seq > v.watermark {
		v.beyondGap[m.Seq] = true
	}
	v.close()
}

// close advances the watermark over the seqs that are no longer beyond a gap.
func (v *view) close() {
	for v.beyondGap[v.watermark+1] {
		v.watermark++
	}
	maps.DeleteFunc(v.beyondGap, func(seq int64, _ bool) bool { return seq <= v.watermark })
	if len(v.beyondGap) == 0 {
		v.gapSince = time.Time{}
	} else if v.gapSince.IsZero() {
		v.gapSince = time.Now()
	}
}

// needs reports whether the view needs a join: the connection is new, or a gap is not
// filled.
func (v *view) needs(s *testkit.Socket) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.joined != s || !v.gapSince.IsZero() && time.Since(v.gapSince) > fillAfter
}

func (v *view) deliveredSeq() int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.watermark
}

// catchUp applies the answer of a join.
func (v *view) catchUp(s *testkit.Socket, messages []json.RawMessage, seq int64, reset bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.joined = s
	if reset {
		maps.DeleteFunc(v.messages, func(_ int64, m seen) bool { return m.Seq <= seq })
	}
	for n, raw := range messages {
		if id := v.put(raw); reset && n == 0 {
			v.since = id
		}
	}
	v.watermark = max(v.watermark, seq)
	v.close()
}

// ids returns the messages that are not deleted and whose text begins with the prefix.
func (v *view) ids(of string) []int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	var ids []int64
	for id, m := range v.messages {
		if !m.Deleted && strings.HasPrefix(m.Text, of) {
			ids = append(ids, id)
		}
	}
	return slices.Sorted(slices.Values(ids))
}

// differs describes how the view differs from the room in the database, or returns "".
func (v *view) differs(room map[int64]seen, seq int64) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.watermark != seq || len(v.beyondGap) > 0 {
		return fmt.Sprintf("the view is at seq %d of %d, with %d changes beyond a gap", v.watermark, seq, len(v.beyondGap))
	}
	for id, m := range room {
		if has, ok := v.messages[id]; id >= v.since && has != m && (ok || !m.Deleted) {
			return fmt.Sprintf("message %d is %+v, in the database %+v", id, has, m)
		}
	}
	for id := range v.messages {
		if _, ok := room[id]; !ok {
			return fmt.Sprintf("message %d is not in the database", id)
		}
	}
	return ""
}

func sorted(counts map[string]int) string {
	var parts []string
	for emoji, n := range counts {
		parts = append(parts, fmt.Sprint(emoji, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}
