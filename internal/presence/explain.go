package presence

import (
	"context"
	"maps"
	"slices"
	"time"

	"hubbub/internal/account"
)

// Explanation is why somebody is online, or not: for their card.
type Explanation struct {
	Presence Presence // as the viewer sees them
	Whole    bool     // the viewer may see what follows

	Chosen    Status // what they set
	Leases    []Lease
	Tabs      []Tab          // connections to this node
	OfflineIn *time.Duration // the last tab here has gone, and the grace runs; nil: it does not
}

// Lease is that a node has somebody.
type Lease struct {
	Node         string // its name
	Here         bool   // it is this one
	Since        time.Time
	HeartbeatAge time.Duration // since the node last said that it lives
	Idle         bool

	node string
}

// Tab is a connection to this node.
type Tab struct {
	Connection string
	Idle       bool
}

// Explain says why somebody is online, or not. What it is made of is for
// themselves, and for admins as long as they see them: to admins, too, the
// invisible are offline. Others get how they see them.
func (s *Service) Explain(ctx context.Context, viewer account.User, userID int64) (Explanation, error) {
	seen, err := s.Of(ctx, viewer.ID, []int64{userID})
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Presence: seen[userID]}
	e.Whole = viewer.ID == userID || viewer.Role == account.Admin && e.Presence.IsOnline()
	if !e.Whole {
		return e, nil
	}
	if e.Leases, err = leasesOf(ctx, s.db, userID); err != nil {
		return Explanation{}, err
	}
	for i := range e.Leases {
		e.Leases[i].Here = e.Leases[i].node == s.node.id
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.explain(userID, &e, time.Now())
	return e, nil
}

func (r *roster) explain(id int64, e *Explanation, now time.Time) {
	p := r.person(id)
	e.Chosen = p.choice.Status
	for _, connection := range slices.Sorted(maps.Keys(p.tabs)) {
		e.Tabs = append(e.Tabs, Tab{Connection: connection, Idle: p.tabs[connection]})
	}
	if r.leaving[id] {
		e.OfflineIn = new(max(p.wentAt.Add(r.grace).Sub(now), 0))
	}
}
