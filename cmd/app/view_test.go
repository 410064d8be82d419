package main

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

// view is what a follower knows of a room.
type view struct {
	room int64

	mu       sync.Mutex
	messages map[int64]seen
	upto     int64           // has all changes up to here
	ahead    map[int64]bool  // and these after a hole
	hole     time.Time       // since when there is one
	since    int64           // the oldest message it knows of, after a reset
	joined   *testkit.Socket // by which connection
}

// seen is a message as far as it is compared.
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

// set keeps the newer of two versions, and notes that this change has come.
func (v *view) set(id int64, m seen) {
	if v.messages[id].Seq < m.Seq {
		v.messages[id] = m
	}
	if m.Seq > v.upto {
		v.ahead[m.Seq] = true
	}
	v.close()
}

func (v *view) close() {
	for v.ahead[v.upto+1] {
		v.upto++
	}
	maps.DeleteFunc(v.ahead, func(seq int64, _ bool) bool { return seq <= v.upto })
	if len(v.ahead) == 0 {
		v.hole = time.Time{}
	} else if v.hole.IsZero() {
		v.hole = time.Now()
	}
}

func (v *view) needs(s *testkit.Socket) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.joined != s || !v.hole.IsZero() && time.Since(v.hole) > fillAfter
}

func (v *view) deliveredSeq() int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.upto
}

// catchUp takes what a join answered.
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
	v.upto = max(v.upto, seq)
	v.close()
}

// ids are the messages that stand and whose text begins with this.
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

// differs says how the view differs from the room in the database; "": not.
func (v *view) differs(room map[int64]seen, seq int64) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.upto != seq || len(v.ahead) > 0 {
		return fmt.Sprintf("it is at %d of %d, with %d beyond a hole", v.upto, seq, len(v.ahead))
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
