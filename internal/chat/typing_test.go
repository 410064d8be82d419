package chat

import (
	"testing"
	"time"
)

func TestTypingExpiresUnlessRenewed(t *testing.T) {
	ts, sam := newTypists(), typist{room: 3, user: 7}
	now := time.Date(2026, time.November, 21, 9, 0, 0, 0, time.UTC)
	steps := []struct {
		name          string
		later         time.Duration
		conn          string
		typing        bool
		before, after bool
	}{
		{"the first tab starts", 0, "a", true, false, true},
		{"the first tab continues", 3 * time.Second, "a", true, true, true},
		{"a second tab starts", time.Second, "b", true, true, true},
		{"the first tab stops", time.Second, "a", false, true, true},
		{"the second tab expires", 6 * time.Second, "a", false, false, false},
		{"a tab that never typed stops", 0, "c", false, false, false},
	}
	for _, s := range steps {
		now = now.Add(s.later)
		if before, after := ts.set(sam, s.conn, s.typing, now); before != s.before || after != s.after {
			t.Errorf("%s: %v → %v, want %v → %v", s.name, before, after, s.before, s.after)
		}
	}
	if len(ts.at) != 0 {
		t.Errorf("%d users are recorded as typing, want 0", len(ts.at))
	}
}
