package presence

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"hubbub/internal/hub"
	"hubbub/internal/testkit"
)

const (
	crowded = 500 // people
	players = 10  // who move them at once
	rounds  = 5   // after each of which everything comes to rest
	moves   = 200 // a player and round
)

// place is a node, and somebody who watches there.
type place struct {
	*Service
	hub     *hub.Hub
	watcher *naive
}

// party is a crowd that comes to two nodes on one database, and what the model
// thinks of it.
type party struct {
	t      *testing.T
	places []*place

	mu    sync.Mutex
	model *model
	tabs  map[string]*hub.Conn
}

// TestWatchersOfACrowdBelieveWhatTheModelSays lets five hundred people come, go,
// idle and choose at random on two nodes. Whenever they come to rest, whoever
// watched or asks has to have the plain rule's result.
func TestWatchersOfACrowdBelieveWhatTheModelSays(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	p := newParty(t)
	for round := range rounds {
		var playing sync.WaitGroup
		for n := range players {
			dice := rand.New(rand.NewPCG(seed, uint64(round*players+n)))
			playing.Go(func() {
				for range moves {
					p.move(dice, int64(n+1+players*dice.IntN(crowded/players)))
					pauseFor(time.Duration(dice.IntN(200)) * time.Microsecond)
				}
			})
		}
		p.watchWhile(&playing)
		p.wantAgreement(round)
	}
}

func newParty(t *testing.T) *party {
	db := testkit.Database(t)
	crowd(t, db, crowded+2)
	p := &party{t: t, model: newModel(), tabs: map[string]*hub.Conn{}}
	patient := brisk
	patient.TTL = testkit.Patience // nobody is to be thought dead on a busy machine
	for n := range int64(2) {
		s, h := running(t, db, patient)
		w := newNaive(h, crowded+1+n)
		w.subscribe(t, s)
		p.places = append(p.places, &place{s, h, w})
	}
	return p
}

// move lets a person, who is one player's alone, do something at a place.
func (p *party) move(dice *rand.Rand, id int64) {
	at := dice.IntN(len(p.places))
	tab := fmt.Sprint(id, "-", at, "-", dice.IntN(2))
	switch roll := dice.IntN(10); {
	case roll < 4:
		p.open(at, id, tab)
	case roll < 8:
		p.close(at, id, tab)
	case roll < 9:
		p.idle(at, id, tab, dice.IntN(2) == 0)
	default:
		p.choose(at, id, []Status{Online, Away, Busy, Invisible}[dice.IntN(4)])
	}
}

func (p *party) tab(name string) *hub.Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tabs[name]
}

func (p *party) open(at int, id int64, name string) {
	if p.tab(name) != nil {
		return
	}
	conn := p.places[at].hub.Open(hub.Identity{UserID: id})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tabs[name] = conn
	p.model.open(id, name)
}

func (p *party) close(at int, id int64, name string) {
	conn := p.tab(name)
	if conn == nil {
		return
	}
	p.places[at].hub.Remove(conn)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.tabs, name)
	p.model.close(id, name, time.Now())
}

func (p *party) idle(at int, id int64, name string, idle bool) {
	conn := p.tab(name)
	if conn == nil {
		return
	}
	if _, err := p.places[at].Set(p.t.Context(), conn, id, Change{Idle: &idle}); err != nil {
		p.t.Error(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.model.idle(id, name, idle)
}

func (p *party) choose(at int, id int64, status Status) {
	if _, err := p.places[at].Set(p.t.Context(), nil, id, Change{Status: &status}); err != nil {
		p.t.Error(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.model.choose(id, status, time.Now())
}

// watchWhile lets the watchers read, and ask anew now and then.
func (p *party) watchWhile(playing *sync.WaitGroup) {
	done := make(chan struct{})
	go func() { playing.Wait(); close(done) }()
	for n := 1; ; n++ {
		for _, at := range p.places {
			if at.watcher.hear(p.t); n%50 == 0 {
				at.watcher.subscribe(p.t, at.Service)
			}
		}
		select {
		case <-done:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

func (p *party) wantAgreement(round int) {
	p.t.Helper()
	differs := ""
	defer func() { // also when it fails
		if differs != "" {
			p.t.Logf("round %d: %s", round, differs)
		}
	}()
	testkit.Eventually(p.t, "all believe what the model says", testkit.Patience, func() bool {
		differs = p.disagreement()
		return differs == ""
	})
}

// disagreement says who is something else to somebody than to the model, long
// after everybody did anything; "": nobody is.
func (p *party) disagreement() string {
	p.model.expire(time.Now().Add(time.Hour))
	var ids []int64
	for id := range int64(crowded) {
		ids = append(ids, id+1)
	}
	for n, at := range p.places {
		at.watcher.hear(p.t)
		seen, err := at.Of(p.t.Context(), 0, ids)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, id := range ids {
			is, heard := p.model.shown(id), at.watcher.presence(id)
			if !is.looksLike(seen[id]) || !is.looksLike(heard) || is.IsOnline() != at.watcher.online[id] {
				return fmt.Sprintf("at %d %d is %+v, who asks gets %+v, who watches heard %+v", n, id, is, seen[id], heard)
			}
		}
	}
	return ""
}
