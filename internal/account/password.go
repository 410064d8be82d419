package account

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"

	"hubbub/internal/fault"
)

// Cost is what hashing a password takes. The zero value is what people get;
// tests lower it.
type Cost struct {
	MemoryKiB  uint32
	Iterations uint32
}

// usualCost is what OWASP recommends: some 50 ms and 19 MiB for one hash.
var usualCost = Cost{MemoryKiB: 19 << 10, Iterations: 2}

// linePerAddress is how many of an address may wait for a turn, or have one:
// 0.2 s of work on two processors, which others may have to wait for.
const linePerAddress = 8

// passwords hashes and compares, a few at a time: a flood of sign-ins waits in
// line and does not take 19 MiB each.
type passwords struct {
	params  *argon2id.Params
	compare func(password, hash string) (bool, error)
	dummy   string // compared when there is no hash, so that the answer takes as long
	slots   chan struct{}

	mu     sync.Mutex
	inLine map[string]int // by network, waiting or at work
}

func newPasswords(cost Cost) (*passwords, error) {
	if cost == (Cost{}) {
		cost = usualCost
	}
	p := &passwords{
		params:  &argon2id.Params{Memory: cost.MemoryKiB, Iterations: cost.Iterations, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		compare: argon2id.ComparePasswordAndHash,
		slots:   make(chan struct{}, runtime.GOMAXPROCS(0)),
		inLine:  map[string]int{},
	}
	var err error
	p.dummy, err = p.hash(newSecret())
	return p, err
}

// enter waits for a turn, which leave ends. Hash and match only in between. An
// address with too many in line is refused at once with 429; the empty one never.
func (p *passwords) enter(ctx context.Context, address string) (leave func(), err error) {
	quit, ok := p.queue(address)
	if !ok {
		return nil, fault.TooFast(time.Second)
	}
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots; quit() }, nil
	case <-ctx.Done():
		quit()
		return nil, fmt.Errorf("wait for a turn to hash a password: %w", ctx.Err())
	}
}

func (p *passwords) queue(address string) (quit func(), ok bool) {
	if address == "" {
		return func() {}, true
	}
	network := Network(address)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inLine[network] >= linePerAddress {
		return nil, false
	}
	p.inLine[network]++
	return func() { p.unqueue(network) }, true
}

func (p *passwords) unqueue(network string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inLine[network]--; p.inLine[network] == 0 {
		delete(p.inLine, network)
	}
}

func (p *passwords) hash(password string) (string, error) {
	hash, err := argon2id.CreateHash(password, p.params)
	if err != nil {
		return "", fmt.Errorf("hash the password: %w", err)
	}
	return hash, nil
}

// matches says whether the password is the one that was hashed. A nil hash,
// of nobody or of somebody without a password, matches none and takes as long.
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
