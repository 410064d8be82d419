package account

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"

	"hubbub/internal/base/fault"
)

// Cost is the cost of hashing a password. The zero value means defaultCost; tests use a lower
// one.
type Cost struct {
	MemoryKiB  uint32
	Iterations uint32
}

// defaultCost is what OWASP recommends: some 50 ms and 19 MiB for one hash.
var defaultCost = Cost{MemoryKiB: 19 << 10, Iterations: 2}

// maxQueuedPerNetwork is how many requests of one network may wait or hash: 0.2 s of work on
// two processors, for which others may have to wait.
const maxQueuedPerNetwork = 8

// passwords hashes and compares passwords, a limited number at a time, so that a flood of
// sign-ins waits in a queue instead of using 19 MiB each.
type passwords struct {
	params  *argon2id.Params
	compare func(password, hash string) (bool, error)
	dummy   string // compared when there is no hash, so that the timing is the same
	slots   chan struct{}

	mu     sync.Mutex
	queued map[string]int // by network: requests that wait or hash
}

func newPasswords(cost Cost) (*passwords, error) {
	if cost == (Cost{}) {
		cost = defaultCost
	}
	p := &passwords{
		params:  &argon2id.Params{Memory: cost.MemoryKiB, Iterations: cost.Iterations, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		compare: argon2id.ComparePasswordAndHash,
		slots:   make(chan struct{}, runtime.GOMAXPROCS(0)),
		queued:  map[string]int{},
	}
	var err error
	p.dummy, err = p.hash(newSecret())
	return p, err
}

// acquire waits for a slot, which release frees. Call hash and matches only in between. An
// address with too many queued requests gets a 429 at once, except for the empty one.
func (p *passwords) acquire(ctx context.Context, address string) (release func(), err error) {
	leaveQueue, ok := p.joinQueue(address)
	if !ok {
		return nil, fault.RateLimited(time.Second)
	}
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots; leaveQueue() }, nil
	case <-ctx.Done():
		leaveQueue()
		return nil, fmt.Errorf("wait for a slot to hash a password: %w", ctx.Err())
	}
}

func (p *passwords) joinQueue(address string) (leave func(), ok bool) {
	if address == "" {
		return func() {}, true
	}
	network := Network(address)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.queued[network] >= maxQueuedPerNetwork {
		return nil, false
	}
	p.queued[network]++
	return func() { p.leaveQueue(network) }, true
}

func (p *passwords) leaveQueue(network string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.queued[network]--; p.queued[network] == 0 {
		delete(p.queued, network)
	}
}

func (p *passwords) hash(password string) (string, error) {
	hash, err := argon2id.CreateHash(password, p.params)
	if err != nil {
		return "", fmt.Errorf("hash the password: %w", err)
	}
	return hash, nil
}

// matches reports whether the password is the one that was hashed. A nil hash, of an unknown
// account or one without a password, matches none and takes as long.
func (p *passwords) matches(password string, hash *string) (bool, error) {
	against := p.dummy
	if hash != nil {
		against = *hash
	}
	right, err := p.compare(password, against)
	if err != nil {
		return false, fmt.Errorf("compare the password: %w", err)
	}
	return right && hash != nil, nil
}
