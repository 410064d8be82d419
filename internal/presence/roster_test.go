package presence

import (
	"slices"
	"testing"
	"time"
)

const sam = int64(7)

// rosterTest is a roster with its own clock, and the events that its diffs make.
type rosterTest struct {
	t *testing.T
	*roster
	now    time.Time
	events []string
}

func newRosterTest(t *testing.T) *rosterTest {
	return &rosterTest{t: t, roster: newRoster(5 * time.Second), now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
}

func (s *rosterTest) after(d time.Duration) *rosterTest {
	s.now = s.now.Add(d)
	s.expire(s.now)
	return s
}

// read gives the roster the choice c for each user whose choice it has to read.
func (s *rosterTest) read(c Choice) *rosterTest {
	for _, id := range s.choicesToRead() {
		s.applyChoices([]record{{userID: id, choice: c}})
	}
	return s
}

func (s *rosterTest) collect() {
	for _, id := range s.pending() {
		n := s.takeDiff(id)
		switch {
		case n.cameOnline():
			s.events = append(s.events, "came")
		case n.wentOffline():
			s.events = append(s.events, "went")
		}
		if n.changed() {
			s.events = append(s.events, string(n.after.Status)+n.after.Text)
		}
		if n.self != nil {
			s.events = append(s.events, "own "+string(n.self.Status)+n.self.Text)
		}
	}
}

func (s *rosterTest) want(want ...string) *rosterTest {
	s.t.Helper()
	s.read(defaultChoice).collect()
	if !slices.Equal(s.events, want) {
		s.t.Errorf("sent %q, want %q", s.events, want)
	}
	s.events = nil
	return s
}

func TestPresenceChangesWithTheFirstAndTheLastConnection(t *testing.T) {
	s := newRosterTest(t)
	s.open(sam, "a")
	s.want("came", "online")
	s.open(sam, "b")
	s.want()
	s.close(sam, "a", s.now)
	s.after(time.Minute).want()
	s.close(sam, "b", s.now)
	s.close(sam, "b", s.now.Add(time.Second)) // a second end changes nothing
	s.close(sam, "never", s.now)
	s.close(8, "never", s.now)
	s.after(5*time.Second - 1).want()
	gone := s.now.Add(1 - 5*time.Second)
	s.after(1).want("went", "offline")
	if seen := s.presence(0, sam).LastSeenAt; seen == nil || !seen.Equal(gone) {
		t.Errorf("last seen at %v, want %v", seen, gone)
	}
	s.after(time.Hour).want()
}

func TestPresenceSnapshotIsWhatOtherWatchersWereSent(t *testing.T) {
	s := newRosterTest(t)
	believes := func(viewer int64, want ...int64) {
		t.Helper()
		if got := s.snapshot(viewer); !slices.Equal(got, want) {
			t.Errorf("the snapshot for user %d is %v, want %v", viewer, got, want)
		}
	}
	s.open(sam, "a")
	s.read(defaultChoice)
	believes(8)
	believes(sam, sam)
	s.want("came", "online")
	believes(8, sam)
	s.close(sam, "a", s.now)
	s.after(time.Minute)
	believes(8, sam)
	believes(sam)
	s.open(sam, "a") // before the going was sent: it never is
	s.want()
	believes(8, sam)
	s.applyChoice(sam, Choice{Status: Invisible, Version: 1})
	believes(8, sam)
	believes(sam)
	s.want("went", "offline", "own invisible")
	believes(8)
}

func TestPresenceDoesNotFlickerOnReload(t *testing.T) {
	s := newRosterTest(t)
	s.open(sam, "a")
	s.want("came", "online")
	for range 10 {
		s.close(sam, "a", s.now)
		s.after(4 * time.Second).want()
		s.open(sam, "a")
		s.after(4 * time.Second).want()
	}
}

func TestPresenceGraceBeginsWhenTheLastConnectionCloses(t *testing.T) {
	s := newRosterTest(t)
	s.open(sam, "a")
	s.want("came", "online")
	s.close(sam, "a", s.now)
	s.after(4*time.Second).open(sam, "b")
	s.close(sam, "b", s.now)
	s.after(4 * time.Second).want()
	if at, ok := s.nextExpiry(); !ok || at.Sub(s.now) != time.Second {
		t.Errorf("the next expiry is at %v, %v", at, ok)
	}
	s.after(time.Second).want("went", "offline")
	if _, ok := s.nextExpiry(); ok {
		t.Error("there is still an expiry to come")
	}
}

func TestPresenceIsNotSentBeforeTheChoiceIsRead(t *testing.T) {
	s := newRosterTest(t)
	s.open(sam, "a")
	s.collect()
	if len(s.events) > 0 || s.presence(0, sam).IsOnline() || len(s.online()) > 0 {
		t.Errorf("a user whose choice is not read is online; sent %v", s.events)
	}
	s.read(Choice{Status: Invisible}).want()
	if len(s.online()) > 0 || s.presence(sam, sam).Status != Invisible {
		t.Error("an invisible user is online for others, or not invisible to themselves")
	}
}

func TestPresenceChoiceIsReadAgainWhenTheUserReturns(t *testing.T) {
	s := newRosterTest(t)
	s.open(sam, "a")
	s.want("came", "online")
	s.close(sam, "a", s.now)
	s.after(5*time.Second).want("went", "offline")
	s.open(sam, "a")
	s.read(Choice{Status: Invisible, Version: 1}).want()
}

func TestPresenceStatusChangeIsAnUpdate(t *testing.T) {
	s := newRosterTest(t)
	s.open(sam, "a")
	s.want("came", "online")
	s.applyChoice(sam, Choice{Status: Busy, Text: " lunch", Version: 1})
	s.want("busy lunch", "own busy lunch")
	s.applyChoice(sam, Choice{Status: Busy, Text: " lunch", Version: 2})
	s.want()
	s.applyChoice(sam, Choice{Status: Away, Version: 1}) // older than what the roster has
	s.want()
	s.applyChoice(sam, Choice{Status: Online, Version: 3})
	s.want("online", "own online")
}

func TestPresenceOfAnInvisibleUserIsOffline(t *testing.T) {
	s := newRosterTest(t)
	s.open(sam, "a")
	s.want("came", "online")
	hid := s.now
	s.applyChoice(sam, Choice{Status: Invisible, Text: " x", Version: 1, LastSeenAt: &hid})
	s.want("went", "offline", "own invisible x")
	s.after(time.Minute).close(sam, "a", s.now)
	s.after(time.Minute).want()
	if p := s.presence(0, sam); !p.LastSeenAt.Equal(hid) || p.Text != "" {
		t.Errorf("others see %+v, want last seen when they hid", p)
	}
	s.open(sam, "a")
	s.read(Choice{Status: Invisible, Version: 1}).want()
	s.applyChoice(sam, Choice{Status: Online, Version: 2})
	s.want("came", "online", "own online")
}

func TestPresenceIsAwayWhenAllTabsAreIdle(t *testing.T) {
	s := newRosterTest(t)
	s.open(sam, "a")
	s.open(sam, "b")
	s.want("came", "online")
	s.setIdle(sam, "a", true)
	s.setIdle(sam, "other", true)
	s.setIdle(9, "a", true)
	s.want()
	s.setIdle(sam, "b", true)
	s.want("away", "own away")
	s.open(sam, "c") // a new tab is active
	s.want("online", "own online")
	s.close(sam, "c", s.now)
	s.want("away", "own away")
	s.applyChoice(sam, Choice{Status: Busy, Version: 1})
	s.want("busy", "own busy")
	s.applyChoice(sam, Choice{Status: Online, Version: 2})
	s.want("away", "own away")
	s.close(sam, "a", s.now)
	s.close(sam, "b", s.now) // idle to the end
	s.after(time.Second).want()
	s.setIdle(sam, "a", false)
	s.want()
}

func TestPresenceLeaseOfAnotherNodeKeepsTheUserOnline(t *testing.T) {
	s := newRosterTest(t)
	there := func(idle bool) {
		s.applyLeases([]record{{userID: sam, choice: defaultChoice, otherLease: &lease{idle}}})
	}
	there(true)
	s.want("came", "away")
	there(false)
	s.want("online")
	s.open(sam, "a")
	s.setIdle(sam, "a", true)
	s.want()
	there(true)
	s.want("away", "own away")
	s.close(sam, "a", s.now)
	s.after(time.Minute).want()
	s.applyLeases(nil)
	if s.collect(); len(s.events) > 0 {
		t.Errorf("sent %v before the time of going was read", s.events)
	}
	went := s.now.Add(-time.Second)
	s.read(Choice{Status: Online, LastSeenAt: &went}).want("went", "offline")
	if p := s.presence(0, sam); !p.LastSeenAt.Equal(went) {
		t.Errorf("last seen at %v", p.LastSeenAt)
	}
}

func TestPresenceStatusChosenOnAnotherNodeIsSent(t *testing.T) {
	s := newRosterTest(t)
	s.open(sam, "a")
	s.want("came", "online")
	s.applyLeases([]record{{userID: sam, choice: Choice{Status: Busy, Version: 1}}})
	s.want("busy", "own busy")
	s.applyLeases([]record{{userID: sam, choice: Choice{Status: Online, Version: 0}}}) // an older read
	s.want()
}

func TestPresenceLeasesArePendingUntilConfirmed(t *testing.T) {
	s := newRosterTest(t)
	check := func(acquired, released []int64) leaseChanges {
		t.Helper()
		w := s.pendingLeases()
		if !slices.Equal(w.acquired, acquired) || !slices.Equal(w.released, released) {
			t.Errorf("acquires %v and releases %v, want %v and %v", w.acquired, w.released, acquired, released)
		}
		return w
	}
	check(nil, nil)
	s.open(8, "b")
	s.open(sam, "a")
	check([]int64{7, 8}, nil)
	s.confirmLeases(check([]int64{7, 8}, nil))
	check(nil, nil)
	s.setIdle(sam, "a", true)
	s.confirmLeases(check([]int64{7}, nil))
	went := s.now
	s.close(sam, "a", s.now)
	check(nil, nil)
	s.after(5 * time.Second)
	if w := check(nil, []int64{7}); !w.lastClosedAt[0].Equal(went) {
		t.Errorf("last closed at %v", w.lastClosedAt)
	}
	s.open(sam, "a") // back before the release was written: the lease stays, and is not idle any more
	s.confirmLeases(check([]int64{7}, nil))
	s.resetLeases()
	s.confirmLeases(check([]int64{7, 8}, nil))
	s.close(8, "b", s.now)
	s.after(5 * time.Second)
	s.resetLeases() // the node was deleted, and its leases with it
	check([]int64{7}, nil)
}

func TestRosterVisibilityChangesWithItsDiff(t *testing.T) {
	s := newRosterTest(t)
	s.open(sam, "a")
	if s.read(defaultChoice); s.visible(sam) {
		t.Error("the user is visible before the arrival is announced")
	}
	s.roster.applyChoice(sam, Choice{Status: Invisible, Version: 1})
	if n := s.takeDiff(sam); s.visible(sam) || n.seen {
		t.Errorf("a user who came and turned invisible at once is visible, or was announced: %+v", n)
	}
	s.roster.applyChoice(sam, Choice{Status: Online, Version: 2})
	if n := s.takeDiff(sam); !s.visible(sam) || !n.seen {
		t.Errorf("a user who is online is not announced: %+v", n)
	}
	s.roster.applyChoice(sam, Choice{Status: Invisible, Version: 3})
	if s.visible(sam) {
		t.Error("the user is visible after having chosen to be invisible")
	}
	s.roster.applyChoice(sam, Choice{Status: Online, Version: 4})
	if n := s.takeDiff(sam); !s.visible(sam) || !n.seen {
		t.Errorf("a user who was invisible for a moment is not announced again: %+v", n)
	}
	if len(s.pending()) > 0 {
		t.Error("a diff is left")
	}
}
