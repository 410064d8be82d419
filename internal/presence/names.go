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

	mu      sync.Mutex
	known   map[int64]*account.Profile // nil: there is no such person
	since   time.Time
	reading *reading // nil: nobody reads
}

// reading is a query for profiles that others wait for, too.
type reading struct {
	done chan struct{}
	err  error // once done is closed
}

// of returns the profiles of people who are online, in the order of the ids;
// unknown ids are left out. Who comes while it reads waits for the same, and
// shares its failure: a database that hangs holds all of them up once, not one
// after the other.
func (n *names) of(ctx context.Context, ids []int64) ([]account.Profile, error) {
	for first := true; ; first = false {
		profiles, missing, other := n.look(ids, first)
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

// look returns the profiles, if all are known, or else those that are missing,
// and who reads at the moment. If nobody does, the caller has to. What was read
// for the caller is not too old, however long that took: only a first look
// forgets.
func (n *names) look(ids []int64, first bool) (profiles []account.Profile, missing []int64, other *reading) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now := time.Now(); first && now.Sub(n.since) > n.fresh && n.reading == nil {
		n.known, n.since = map[int64]*account.Profile{}, now
	}
	profiles = make([]account.Profile, 0, len(ids))
	for _, id := range ids {
		p, known := n.known[id]
		if !known {
			missing = append(missing, id)
		} else if p != nil {
			profiles = append(profiles, *p)
		}
	}
	if other = n.reading; other == nil && len(missing) > 0 {
		n.reading = &reading{done: make(chan struct{})}
	}
	return profiles, missing, other
}

// read asks for those who are missing, and lets go who waits for them.
func (n *names) read(ctx context.Context, missing []int64) error {
	found, err := n.people.Profiles(ctx, missing)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err == nil {
		for _, id := range missing {
			n.known[id] = online(found, id)
		}
	}
	n.reading.err = err
	close(n.reading.done)
	n.reading = nil
	return err
}

func online(found map[int64]account.Profile, id int64) *account.Profile {
	p, ok := found[id]
	if !ok {
		return nil
	}
	p.IsOnline = true
	return &p
}
