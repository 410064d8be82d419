package presence

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

const (
	crowded = 500 // users
	players = 10  // goroutines that move the users
	rounds  = 5   // each ends when nothing is pending
	moves   = 200 // of a player in a round
)

// testNode is a node with a watcher.
type testNode struct {
	*Service
	hub     *hub.Hub
	watcher *naiveClient
}

// crowdTest is a crowd of users on two nodes that share a database, with the model
// of their presence.
type crowdTest struct {
	t     *testing.T
	nodes []*testNode

	mu    sync.Mutex
	model *model
	tabs  map[string]*hub.Conn
}

// On two nodes five hundred users come, go, turn idle and choose a status at random.
// After each round, what watchers were sent and what Of returns agree with the model.
func TestPresenceOfACrowdOnTwoNodesAgreesWithTheModel(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	p := newCrowdTest(t)
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

func newCrowdTest(t *testing.T) *crowdTest {
	db := testkit.Database(t)
	insertUsers(t, db, crowded+2)
	p := &crowdTest{t: t, model: newModel(), tabs: map[string]*hub.Conn{}}
	patient := brisk
	patient.TTL = testkit.Timeout // so that no node expires on a busy machine
	for n := range int64(2) {
		s, h := startService(t, db, patient)
		w := newNaiveClient(h, crowded+1+n)
		w.subscribe(t, s)
		p.nodes = append(p.nodes, &testNode{s, h, w})
	}
	return p
}

// move does something at random for a user at a node. Each user has one player.
func (p *crowdTest) move(dice *rand.Rand, id int64) {
	at := dice.IntN(len(p.nodes))
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

func (p *crowdTest) tab(name string) *hub.Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tabs[name]
}

func (p *crowdTest) open(at int, id int64, name string) {
	if p.tab(name) != nil {
		return
	}
	conn := p.nodes[at].hub.Open(hub.Identity{UserID: id})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tabs[name] = conn
	p.model.open(id, name)
}

func (p *crowdTest) close(at int, id int64, name string) {
	conn := p.tab(name)
	if conn == nil {
		return
	}
	p.nodes[at].hub.Remove(conn)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.tabs, name)
	p.model.close(id, name, time.Now())
}

func (p *crowdTest) idle(at int, id int64, name string, idle bool) {
	conn := p.tab(name)
	if conn == nil {
		return
	}
	if _, err := p.nodes[at].Set(p.t.Context(), conn, id, Change{Idle: &idle}); err != nil {
		p.t.Error(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.model.idle(id, name, idle)
}

func (p *crowdTest) choose(at int, id int64, status Status) {
	if _, err := p.nodes[at].Set(p.t.Context(), nil, id, Change{Status: &status}); err != nil {
		p.t.Error(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.model.choose(id, status, time.Now())
}

// watchWhile lets the watchers read events, and subscribe again now and then, until
// the players have finished.
func (p *crowdTest) watchWhile(playing *sync.WaitGroup) {
	done := make(chan struct{})
	go func() { playing.Wait(); close(done) }()
	for n := 1; ; n++ {
		for _, at := range p.nodes {
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

func (p *crowdTest) wantAgreement(round int) {
	p.t.Helper()
	differs := ""
	defer func() { // also when it fails
		if differs != "" {
			p.t.Logf("round %d: %s", round, differs)
		}
	}()
	testkit.Eventually(p.t, "the watchers agree with the model", testkit.Timeout, func() bool {
		differs = p.disagreement()
		return differs == ""
	})
}

// disagreement returns a description of a user whose presence differs from the
// model, at a time when all graces are over, or "" if there is none.
func (p *crowdTest) disagreement() string {
	p.model.expire(time.Now().Add(time.Hour))
	var ids []int64
	for id := range int64(crowded) {
		ids = append(ids, id+1)
	}
	for n, at := range p.nodes {
		at.watcher.hear(p.t)
		seen, err := at.Of(p.t.Context(), 0, ids)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, id := range ids {
			is, heard := p.model.shown(id), at.watcher.presence(id)
			if !is.looksLike(seen[id]) || !is.looksLike(heard) || is.IsOnline() != at.watcher.online[id] {
				return fmt.Sprintf("node %d, user %d: the model has %+v, Of returned %+v, the watcher was sent %+v",
					n, id, is, seen[id], heard)
			}
		}
	}
	return ""
}
