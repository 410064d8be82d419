package notify

import (
	"maps"
	"slices"
	"sync"

	"hubbub/internal/base/loop"
)

const (
	maxAttemptsAtOnce  = 32 // attempts in progress on a node, so that a slow push service delays few
	maxAttemptsPerUser = 2  // of them for one user's devices, so that other users do not wait
	maxAttemptsPerHost = 16 // of them at one push service, so that other services do not wait
)

// attempts counts the attempts in progress on this node, including those that wait for
// a slot.
type attempts struct {
	slots chan struct{}
	freed loop.Wake // signalled when an attempt has ended: another may begin

	mu    sync.Mutex
	all   int
	users map[int64]int
	hosts map[string]int
}

func newAttempts() *attempts {
	return &attempts{
		slots: make(chan struct{}, maxAttemptsAtOnce), freed: loop.NewWake(),
		users: map[int64]int{}, hosts: map[string]int{},
	}
}

// free returns how many more attempts would not have to wait for a slot.
func (p *attempts) free() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(cap(p.slots)-p.all, 0)
}

// begin counts an attempt for a user at a push service's host. The caller must call
// end.
func (p *attempts) begin(userID int64, host string) (end func()) {
	p.add(userID, host, 1)
	return func() {
		p.add(userID, host, -1)
		p.freed.Signal()
	}
}

func (p *attempts) add(userID int64, host string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all += n
	if p.users[userID] += n; p.users[userID] == 0 {
		delete(p.users, userID)
	}
	if p.hosts[host] += n; p.hosts[host] == 0 {
		delete(p.hosts, host)
	}
}

// usage is the number of attempts in progress for each user and each host.
type usage struct {
	users     []int64
	perUser   []int // for each of users
	hosts     []string
	perHost   []int   // for each of hosts
	fullUsers []int64 // users at maxAttemptsPerUser; not nil
}

func (p *attempts) usage() (b usage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b.users, b.hosts = slices.Sorted(maps.Keys(p.users)), slices.Sorted(maps.Keys(p.hosts))
	b.fullUsers = []int64{}
	for _, userID := range b.users {
		b.perUser = append(b.perUser, p.users[userID])
		if p.users[userID] >= maxAttemptsPerUser {
			b.fullUsers = append(b.fullUsers, userID)
		}
	}
	for _, host := range b.hosts {
		b.perHost = append(b.perHost, p.hosts[host])
	}
	return b
}
