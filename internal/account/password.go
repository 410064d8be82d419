package account

import (
	"context"
	"fmt"
	"runtime"

	"github.com/alexedwards/argon2id"
)

// Cost is what hashing a password takes. The zero value is what people get;
// tests lower it.
type Cost struct {
	MemoryKiB  uint32
	Iterations uint32
}

// usualCost is what OWASP recommends: some 50 ms and 19 MiB for one hash.
var usualCost = Cost{MemoryKiB: 19 << 10, Iterations: 2}

// passwords hashes and compares, a few at a time: a flood of sign-ins waits in
// line and does not take 19 MiB each.
type passwords struct {
	params  *argon2id.Params
	compare func(password, hash string) (bool, error)
	dummy   string // compared when there is no hash, so that the answer takes as long
	slots   chan struct{}
}

func newPasswords(cost Cost) (*passwords, error) {
	if cost == (Cost{}) {
		cost = usualCost
	}
	p := &passwords{
		params:  &argon2id.Params{Memory: cost.MemoryKiB, Iterations: cost.Iterations, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		compare: argon2id.ComparePasswordAndHash,
		slots:   make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
	var err error
	p.dummy, err = p.hash(newSecret())
	return p, err
}

// enter waits for a turn. Hash and match only between enter and leave.
func (p *passwords) enter(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a turn to hash a password: %w", ctx.Err())
	}
}

func (p *passwords) leave() { <-p.slots }

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
