package presence

import (
	"slices"
	"testing"
	"time"
)

const sam = int64(7)

// stage is a roster with a clock of its own, and what its watchers were told.
type stage struct {
	t *testing.T
	*roster
	now  time.Time
	told []string
}

func newStage(t *testing.T) *stage {
	return &stage{t: t, roster: newRoster(5 * time.Second), now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
}

func (s *stage) after(d time.Duration) *stage {
	s.now = s.now.Add(d)
	s.expire(s.now)
	return s
}

// read lets the roster know what whoever it asks for has chosen.
func (s *stage) read(c Choice) *stage {
	for _, id := range s.strangers() {
		s.learn([]record{{userID: id, choice: c}})
	}
	return s
}

func (s *stage) collect() {
	for _, id := range s.pending() {
		n := s.tell(id)
		switch {
		case n.came():
			s.told = append(s.told, "came")
		case n.went():
			s.told = append(s.told, "went")
		}
		if n.changed() {
			s.told = append(s.told, string(n.is.Status)+n.is.Text)
		}
		if n.own != nil {
			s.told = append(s.told, "own "+string(n.own.Status)+n.own.Text)
		}
	}
}

func (s *stage) tells(want ...string) *stage {
	s.t.Helper()
	s.read(unchosen).collect()
	if !slices.Equal(s.told, want) {
		s.t.Errorf("told %q, want %q", s.told, want)
	}
	s.told = nil
	return s
}

func TestOnlyTheFirstAndTheLastConnectionAreTold(t *testing.T) {
	s := newStage(t)
	s.open(sam, "a")
	s.tells("came", "online")
	s.open(sam, "b")
	s.tells()
	s.close(sam, "a", s.now)
	s.after(time.Minute).tells()
	s.close(sam, "b", s.now)
	s.close(sam, "b", s.now.Add(time.Second)) // a second end changes nothing
	s.close(sam, "never", s.now)
	s.close(8, "never", s.now)
	s.after(5*time.Second - 1).tells()
	gone := s.now.Add(1 - 5*time.Second)
	s.after(1).tells("went", "offline")
	if seen := s.presence(0, sam).LastSeenAt; seen == nil || !seen.Equal(gone) {
		t.Errorf("last seen at %v, want %v", seen, gone)
	}
	s.after(time.Hour).tells()
}

func TestWhoSubscribesBelievesWhatTheOthersWereTold(t *testing.T) {
	s := newStage(t)
	believes := func(viewer int64, want ...int64) {
		t.Helper()
		if got := s.watched(viewer); !slices.Equal(got, want) {
			t.Errorf("%d believes that %v are online, want %v", viewer, got, want)
		}
	}
	s.open(sam, "a")
	s.read(unchosen)
	believes(8)
	believes(sam, sam)
	s.tells("came", "online")
	believes(8, sam)
	s.close(sam, "a", s.now)
	s.after(time.Minute)
	believes(8, sam)
	believes(sam)
	s.open(sam, "a") // before it was told that they went: it never is
	s.tells()
	believes(8, sam)
	s.choose(sam, Choice{Status: Invisible, Version: 1})
	believes(8, sam)
	believes(sam)
	s.tells("went", "offline", "own invisible")
	believes(8)
}

func TestAReloadMakesNoFlicker(t *testing.T) {
	s := newStage(t)
	s.open(sam, "a")
	s.tells("came", "online")
	for range 10 {
		s.close(sam, "a", s.now)
		s.after(4 * time.Second).tells()
		s.open(sam, "a")
		s.after(4 * time.Second).tells()
	}
}

func TestGraceCountsFromTheLastEnd(t *testing.T) {
	s := newStage(t)
	s.open(sam, "a")
	s.tells("came", "online")
	s.close(sam, "a", s.now)
	s.after(4*time.Second).open(sam, "b")
	s.close(sam, "b", s.now)
	s.after(4 * time.Second).tells()
	if at, ok := s.nextExpiry(); !ok || at.Sub(s.now) != time.Second {
		t.Errorf("the next expiry is at %v, %v", at, ok)
	}
	s.after(time.Second).tells("went", "offline")
	if _, ok := s.nextExpiry(); ok {
		t.Error("somebody is still leaving")
	}
}

func TestWhoComesIsNotToldBeforeTheirChoiceWasRead(t *testing.T) {
	s := newStage(t)
	s.open(sam, "a")
	s.collect()
	if len(s.told) > 0 || s.presence(0, sam).IsOnline() || len(s.online()) > 0 {
		t.Errorf("somebody unknown is online; told %v", s.told)
	}
	s.read(Choice{Status: Invisible}).tells()
	if len(s.online()) > 0 || s.presence(sam, sam).Status != Invisible {
		t.Error("the invisible are to be seen, or not by themselves")
	}
}

func TestAChoiceIsReadAnewWhenSomebodyComesBack(t *testing.T) {
	s := newStage(t)
	s.open(sam, "a")
	s.tells("came", "online")
	s.close(sam, "a", s.now)
	s.after(5*time.Second).tells("went", "offline")
	s.open(sam, "a")
	s.read(Choice{Status: Invisible, Version: 1}).tells()
}

func TestAChangeOfStatusIsAnUpdate(t *testing.T) {
	s := newStage(t)
	s.open(sam, "a")
	s.tells("came", "online")
	s.choose(sam, Choice{Status: Busy, Text: " lunch", Version: 1})
	s.tells("busy lunch", "own busy lunch")
	s.choose(sam, Choice{Status: Busy, Text: " lunch", Version: 2})
	s.tells()
	s.choose(sam, Choice{Status: Away, Version: 1}) // older than what is known
	s.tells()
	s.choose(sam, Choice{Status: Online, Version: 3})
	s.tells("online", "own online")
}

func TestTurningInvisibleIsGoing(t *testing.T) {
	s := newStage(t)
	s.open(sam, "a")
	s.tells("came", "online")
	hid := s.now
	s.choose(sam, Choice{Status: Invisible, Text: " x", Version: 1, LastSeenAt: &hid})
	s.tells("went", "offline", "own invisible x")
	s.after(time.Minute).close(sam, "a", s.now)
	s.after(time.Minute).tells()
	if p := s.presence(0, sam); !p.LastSeenAt.Equal(hid) || p.Text != "" {
		t.Errorf("others see %+v, want last seen when they hid", p)
	}
	s.open(sam, "a")
	s.read(Choice{Status: Invisible, Version: 1}).tells()
	s.choose(sam, Choice{Status: Online, Version: 2})
	s.tells("came", "online", "own online")
}

func TestIdleEverywhereIsAway(t *testing.T) {
	s := newStage(t)
	s.open(sam, "a")
	s.open(sam, "b")
	s.tells("came", "online")
	s.idle(sam, "a", true)
	s.idle(sam, "other", true)
	s.idle(9, "a", true)
	s.tells()
	s.idle(sam, "b", true)
	s.tells("away", "own away")
	s.open(sam, "c") // whoever opens a tab is there
	s.tells("online", "own online")
	s.close(sam, "c", s.now)
	s.tells("away", "own away")
	s.choose(sam, Choice{Status: Busy, Version: 1})
	s.tells("busy", "own busy")
	s.choose(sam, Choice{Status: Online, Version: 2})
	s.tells("away", "own away")
	s.close(sam, "a", s.now)
	s.close(sam, "b", s.now) // idle to the end
	s.after(time.Second).tells()
	s.idle(sam, "a", false)
	s.tells()
}

func TestALeaseElsewhereKeepsSomebodyOnline(t *testing.T) {
	s := newStage(t)
	there := func(idle bool) { s.see([]record{{userID: sam, choice: unchosen, elsewhere: &lease{idle}}}) }
	there(true)
	s.tells("came", "away")
	there(false)
	s.tells("online")
	s.open(sam, "a")
	s.idle(sam, "a", true)
	s.tells()
	there(true)
	s.tells("away", "own away")
	s.close(sam, "a", s.now)
	s.after(time.Minute).tells()
	s.see(nil)
	if s.collect(); len(s.told) > 0 {
		t.Errorf("told %v before it was read when they went", s.told)
	}
	went := s.now.Add(-time.Second)
	s.read(Choice{Status: Online, LastSeenAt: &went}).tells("went", "offline")
	if p := s.presence(0, sam); !p.LastSeenAt.Equal(went) {
		t.Errorf("last seen at %v", p.LastSeenAt)
	}
}

func TestAStatusChosenElsewhereIsTold(t *testing.T) {
	s := newStage(t)
	s.open(sam, "a")
	s.tells("came", "online")
	s.see([]record{{userID: sam, choice: Choice{Status: Busy, Version: 1}}})
	s.tells("busy", "own busy")
	s.see([]record{{userID: sam, choice: Choice{Status: Online, Version: 0}}}) // read before
	s.tells()
}

func TestLeasesAreWrittenUntilTheDatabaseHasThem(t *testing.T) {
	s := newStage(t)
	check := func(taken, given []int64) writes {
		t.Helper()
		w := s.toWrite()
		if !slices.Equal(w.taken, taken) || !slices.Equal(w.given, given) {
			t.Errorf("takes %v and gives %v, want %v and %v", w.taken, w.given, taken, given)
		}
		return w
	}
	check(nil, nil)
	s.open(8, "b")
	s.open(sam, "a")
	check([]int64{7, 8}, nil)
	s.wrote(check([]int64{7, 8}, nil))
	check(nil, nil)
	s.idle(sam, "a", true)
	s.wrote(check([]int64{7}, nil))
	went := s.now
	s.close(sam, "a", s.now)
	check(nil, nil)
	s.after(5 * time.Second)
	if w := check(nil, []int64{7}); !w.wentAt[0].Equal(went) {
		t.Errorf("went at %v", w.wentAt)
	}
	s.open(sam, "a") // back before it was written: the lease stays, no more idle
	s.wrote(check([]int64{7}, nil))
	s.rewrite()
	s.wrote(check([]int64{7, 8}, nil))
	s.close(8, "b", s.now)
	s.after(5 * time.Second)
	s.rewrite() // with the node its leases were taken away
	check([]int64{7}, nil)
}
