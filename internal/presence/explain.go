package presence

import (
	"context"
	"maps"
	"slices"
	"time"

	"hubbub/internal/account"
)

// Explanation is why a user is online, or not: for the user's card.
type Explanation struct {
	Presence Presence // as the viewer sees the user
	Whole    bool     // the viewer may see what follows

	Chosen    Status // the status that the user set
	Leases    []Lease
	Tabs      []Tab          // connections to this node
	OfflineIn *time.Duration // left of the grace after the last tab here closed; nil: no grace runs
}

// Lease is a lease of one node for a user.
type Lease struct {
	Node         string // its name
	Here         bool   // it is this node
	Since        time.Time
	HeartbeatAge time.Duration // since the node's last heartbeat
	Idle         bool

	node string
}

// Tab is a connection to this node.
type Tab struct {
	Connection string
	Idle       bool
}

// Explain returns why a user is online, or not. The user gets the whole
// explanation, and so do admins while they see the user as online: an invisible
// user is offline to admins, too. Other viewers get Presence only.
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
	if e.Leases, err = readLeasesOf(ctx, s.db, userID); err != nil {
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
		e.OfflineIn = new(max(p.lastClosedAt.Add(r.grace).Sub(now), 0))
	}
}
