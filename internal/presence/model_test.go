package presence

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Users do things at random. After every step the roster, and the sum of the diffs
// that it returned, agree with the model.
func TestPresenceRosterOfACrowdAgreesWithTheModel(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	s, m := newRosterTest(t), newModel()
	heard := map[int64]Presence{}
	for step := range 40_000 {
		id := dice.Int64N(500) + 1
		tab := fmt.Sprint(dice.IntN(3))
		switch dice.IntN(9) {
		case 0, 1:
			s.open(id, tab)
			m.open(id, tab)
		case 2, 3:
			s.close(id, tab, s.now)
			m.close(id, tab, s.now)
		case 4:
			idle := dice.IntN(2) == 0
			s.setIdle(id, tab, idle)
			m.idle(id, tab, idle)
		case 5:
			c := m.choose(id, []Status{Online, Away, Busy, Invisible}[dice.IntN(4)], s.now)
			if p := s.people[id]; p != nil && p.choiceRead {
				s.applyChoice(id, c)
			}
		case 6:
			m.elsewhere = map[int64]bool{}
			var seen []record
			for range dice.IntN(20) {
				id := dice.Int64N(500) + 1
				m.elsewhere[id] = true
				seen = append(seen, record{id, m.chosen[id].or(), &lease{}})
			}
			s.applyLeases(seen)
		default:
			s.after(time.Duration(dice.IntN(400)) * time.Millisecond)
		}
		m.expire(s.now)
		for _, id := range s.choicesToRead() {
			s.applyChoices([]record{{userID: id, choice: m.chosen[id].or()}})
		}
		for _, id := range s.pending() {
			n := s.takeDiff(id)
			if n.cameOnline() == n.wentOffline() && n.cameOnline() || n.changed() && !n.before.looksLike(lastSent(heard, id)) {
				t.Fatalf("step %d: the diff is %+v, sent before was %+v", step, n, heard[id])
			}
			heard[id] = n.after
		}
		if id = dice.Int64N(500) + 1; !m.shown(id).looksLike(s.presence(0, id)) || !m.shown(id).looksLike(lastSent(heard, id)) {
			t.Fatalf("step %d: user %d is %+v and was sent as %+v, the model has %+v",
				step, id, s.presence(0, id), lastSent(heard, id), m.shown(id))
		}
		if step%500 == 0 && !slices.Equal(s.online(), m.online()) {
			t.Fatalf("step %d: online are %v, the model has %v", step, s.online(), m.online())
		}
	}
}

func lastSent(heard map[int64]Presence, id int64) Presence {
	if p, ok := heard[id]; ok {
		return p
	}
	return Presence{Status: Offline}
}

// model computes presence from all facts each time, without the roster's bookkeeping.
type model struct {
	tabs      map[int64]map[string]bool
	wentAt    map[int64]time.Time
	idleAt    map[int64]bool
	chosen    map[int64]chosen
	elsewhere map[int64]bool
	now       time.Time
}

type chosen struct{ Choice }

func (c chosen) or() Choice {
	if c.Status == "" {
		return defaultChoice
	}
	return c.Choice
}

func newModel() *model {
	return &model{tabs: map[int64]map[string]bool{}, wentAt: map[int64]time.Time{}, idleAt: map[int64]bool{}, chosen: map[int64]chosen{}, elsewhere: map[int64]bool{}}
}

func (m *model) open(id int64, tab string) {
	if m.tabs[id] == nil {
		m.tabs[id] = map[string]bool{}
	}
	m.tabs[id][tab] = false
}

func (m *model) close(id int64, tab string, now time.Time) {
	idle, had := m.tabs[id][tab]
	if delete(m.tabs[id], tab); had && len(m.tabs[id]) == 0 {
		m.wentAt[id], m.idleAt[id] = now, idle
	}
}

func (m *model) idle(id int64, tab string, idle bool) {
	if _, has := m.tabs[id][tab]; has {
		m.tabs[id][tab] = idle
	}
}

func (m *model) choose(id int64, status Status, now time.Time) Choice {
	c := Choice{Status: status, Version: m.chosen[id].Version + 1, LastSeenAt: &now}
	m.chosen[id] = chosen{c}
	return c
}

func (m *model) expire(now time.Time) { m.now = now }

func (m *model) shown(id int64) Presence {
	went, ever := m.wentAt[id]
	open := len(m.tabs[id]) > 0
	here := open || ever && m.now.Sub(went) < 5*time.Second
	choice := m.chosen[id].or()
	if !here && !m.elsewhere[id] || choice.Status == Invisible {
		return Presence{Status: Offline}
	}
	idle := !slices.Contains(slices.Collect(maps.Values(m.tabs[id])), false)
	if !open {
		idle = m.idleAt[id]
	}
	if choice.Status == Online && here && idle && !m.elsewhere[id] {
		return Presence{Status: Away}
	}
	return Presence{Status: choice.Status}
}

func (m *model) online() []int64 {
	var ids []int64
	for id := range int64(501) {
		if m.shown(id).IsOnline() {
			ids = append(ids, id)
		}
	}
	return ids
}
