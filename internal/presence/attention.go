package presence

import (
	"context"
	"slices"
)

// Attending returns the user's own status, and whether the user is active at a
// visible tab on any node, and would notice something now. The status of a user
// who chose Busy is Busy even when all their tabs are closed.
func (s *Service) Attending(ctx context.Context, userID int64) (Status, bool) {
	s.logError(ctx, "attending", s.readChoices(ctx, []int64{userID}))
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.roster.people[userID]
	if p == nil {
		return Offline, false
	}
	status := p.ownPresence().Status
	if p.choice.Status == Busy {
		status = Busy
	}
	return status, p.present() && !p.idle()
}

// ActiveAt reports whether the user is active at one of these connections to
// this node.
func (s *Service) ActiveAt(userID int64, connections []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.roster.people[userID]
	return p != nil && slices.ContainsFunc(connections, func(id string) bool {
		idle, has := p.tabs[id]
		return has && !idle
	})
}
