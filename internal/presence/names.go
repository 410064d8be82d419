package presence

import (
	"context"
	"sync"
	"time"

	"hubbub/internal/account"
)

// names are profiles of people who are online, read once for all who subscribe
// at a moment: after a restart everybody asks for everybody.
type names struct {
	people People
	fresh  time.Duration // that a profile may be used

	mu    sync.Mutex
	known map[int64]account.Profile
	since time.Time
}

// of returns the profiles of people who are online, in the order of the ids;
// unknown ids are left out. Who comes while it reads waits for the same.
func (n *names) of(ctx context.Context, ids []int64) ([]account.Profile, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.read(ctx, ids); err != nil {
		return nil, err
	}
	profiles := make([]account.Profile, 0, len(ids))
	for _, id := range ids {
		if p, ok := n.known[id]; ok {
			p.IsOnline = true
			profiles = append(profiles, p)
		}
	}
	return profiles, nil
}

// read asks for those who are missing.
func (n *names) read(ctx context.Context, ids []int64) error {
	if now := time.Now(); now.Sub(n.since) > n.fresh {
		n.known, n.since = map[int64]account.Profile{}, now
	}
	var missing []int64
	for _, id := range ids {
		if _, ok := n.known[id]; !ok {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := n.people.Profiles(ctx, missing)
	for id, p := range found {
		n.known[id] = p
	}
	return err
}
