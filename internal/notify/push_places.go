package notify

import (
	"maps"
	"slices"
	"sync"

	"hubbub/internal/loop"
)

const (
	atOnce        = 32 // attempts under way, of a node: a slow push service holds few up
	atOnceAPerson = 2  // of them to one person's devices: the others' do not wait for theirs
	atOnceAHost   = 16 // of them to one push service: the others do not wait for it
)

// places counts the attempts under way on this node, with those that wait for a
// slot.
type places struct {
	slots chan struct{}
	freed loop.Wake // signalled when an attempt has ended: another may begin

	mu     sync.Mutex
	all    int
	people map[int64]int
	hosts  map[string]int
}

func newPlaces() *places {
	return &places{
		slots: make(chan struct{}, atOnce), freed: loop.NewWake(),
		people: map[int64]int{}, hosts: map[string]int{},
	}
}

// free is how many more attempts would find a slot at once.
func (p *places) free() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(cap(p.slots)-p.all, 0)
}

// begin counts an attempt to a person's device, which is at a push service's
// host. The end that it returns must be called.
func (p *places) begin(userID int64, host string) (end func()) {
	p.add(userID, host, 1)
	return func() {
		p.add(userID, host, -1)
		p.freed.Signal()
	}
}

func (p *places) add(userID int64, host string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all += n
	if p.people[userID] += n; p.people[userID] == 0 {
		delete(p.people, userID)
	}
	if p.hosts[host] += n; p.hosts[host] == 0 {
		delete(p.hosts, host)
	}
}

// busy is what takes up places, and how many, in the order of the keys.
type busy struct {
	people     []int64
	ofPeople   []int
	hosts      []string
	ofHosts    []int
	fullPeople []int64 // those who may have no more
}

func (p *places) busy() (b busy) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b.people, b.hosts = slices.Sorted(maps.Keys(p.people)), slices.Sorted(maps.Keys(p.hosts))
	b.fullPeople = []int64{}
	for _, userID := range b.people {
		b.ofPeople = append(b.ofPeople, p.people[userID])
		if p.people[userID] >= atOnceAPerson {
			b.fullPeople = append(b.fullPeople, userID)
		}
	}
	for _, host := range b.hosts {
		b.ofHosts = append(b.ofHosts, p.hosts[host])
	}
	return b
}
