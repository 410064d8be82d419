package presence

import (
	"context"
	"slices"
)

// Attending says how somebody is to themselves, and whether they are active at
// a tab that they see, on any node: whether they would notice something now.
// Whoever is not to be disturbed is so with all tabs closed, too.
func (s *Service) Attending(ctx context.Context, userID int64) (Status, bool) {
	s.complain(ctx, "attending", s.read(ctx, []int64{userID}))
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.roster.people[userID]
	if p == nil {
		return Offline, false
	}
	status := p.self().Status
	if p.choice.Status == Busy {
		status = Busy
	}
	return status, p.present() && !p.idle()
}

// ActiveAt says whether somebody is active at one of these connections to this
// node.
func (s *Service) ActiveAt(userID int64, connections []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.roster.people[userID]
	return p != nil && slices.ContainsFunc(connections, func(id string) bool {
		idle, has := p.tabs[id]
		return has && !idle
	})
}
