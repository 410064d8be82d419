package presence

import (
	"context"
	"sync"
	"time"

	"hubbub/internal/account"
)

// profileCache has the profiles of users who are online. One query serves all
// callers of a moment: after a restart every page subscribes and needs every profile.
type profileCache struct {
	people People
	maxAge time.Duration // for which a profile may be used

	mu        sync.Mutex
	profiles  map[int64]*account.Profile // nil: there is no such user
	emptiedAt time.Time
	inFlight  *profileQuery // nil: no query runs
}

// profileQuery is a query for profiles that several callers wait for.
type profileQuery struct {
	done chan struct{}
	err  error // valid once done is closed
}

// get returns the profiles of users who are online, in the order of the ids;
// unknown ids are left out. A call during a query waits for its result and shares
// its failure, so that a database that hangs delays all callers once, not one
// after the other.
func (n *profileCache) get(ctx context.Context, ids []int64) ([]account.Profile, error) {
	for first := true; ; first = false {
		profiles, missing, other := n.lookUp(ids, first)
		switch {
		case len(missing) == 0:
			return profiles, nil
		case other == nil:
			if err := n.read(context.WithoutCancel(ctx), missing); err != nil {
				return nil, err
			}
		default:
			select {
			case <-other.done:
				if other.err != nil {
					return nil, other.err
				}
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	}
}

// lookUp returns the profiles, or the ids that are missing and the query that runs
// now. If none runs, the caller must call read. Only the first lookUp of a caller
// empties a cache that is too old: what was read for the caller may be used
// however long the query took.
func (n *profileCache) lookUp(ids []int64, first bool) (profiles []account.Profile, missing []int64, other *profileQuery) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now := time.Now(); first && now.Sub(n.emptiedAt) > n.maxAge && n.inFlight == nil {
		n.profiles, n.emptiedAt = map[int64]*account.Profile{}, now
	}
	profiles = make([]account.Profile, 0, len(ids))
	for _, id := range ids {
		p, known := n.profiles[id]
		if !known {
			missing = append(missing, id)
		} else if p != nil {
			profiles = append(profiles, *p)
		}
	}
	if other = n.inFlight; other == nil && len(missing) > 0 {
		n.inFlight = &profileQuery{done: make(chan struct{})}
	}
	return profiles, missing, other
}

// read reads the missing profiles and wakes the callers that wait for them.
func (n *profileCache) read(ctx context.Context, missing []int64) error {
	found, err := n.people.Profiles(ctx, missing)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err == nil {
		for _, id := range missing {
			n.profiles[id] = onlineProfile(found, id)
		}
	}
	n.inFlight.err = err
	close(n.inFlight.done)
	n.inFlight = nil
	return err
}

func onlineProfile(found map[int64]account.Profile, id int64) *account.Profile {
	p, ok := found[id]
	if !ok {
		return nil
	}
	p.IsOnline = true
	return &p
}
