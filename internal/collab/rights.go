package collab

import (
	"context"
	"slices"

	"hubbub/internal/hub"
)

// rightsChanged lets every node look who may still be where they are.
func (s *Service) publishRightsChange(ctx context.Context, docID int64) {
	s.recheckHere(ctx, docID)
	s.hub.Broadcast(ctx, hub.Event{Name: eventLogged, Class: hub.Volatile, Seq: 1}, nil, rightsRoom(docID))
}

// rightsHeard is told when a node has changed who may what.
func (s *Service) onRightsChanged(room string, _ int64) {
	s.startJob("collab-rights", func() { s.recheckHere(s.ctx, documentOf(room)) })
}

// rightsAt looks on this node: at those who have the document open, and those
// who have it in a list.
func (s *Service) recheckHere(ctx context.Context, docID int64) {
	if l := s.liveIfOpen(docID); l != nil {
		s.logError("look who may read", s.recheck(ctx, s.db, l))
	}
	following := map[int64][]int64{docID: s.hub.Users(hub.Record(Resource, docID))}
	s.logError("take a document out of lists", s.unsubscribeWithoutRights(ctx, following))
}

// takeOutOfLists ends what people hear of documents that they may no longer
// read, and lets their lists know. The followers are given by document.
func (s *Service) unsubscribeWithoutRights(ctx context.Context, followers map[int64][]int64) error {
	lost, err := subscribersWithoutRights(ctx, s.db, followers)
	if err != nil {
		return err
	}
	for _, f := range lost {
		s.hub.Evict(f.userID, hub.Record(Resource, f.docID))
		s.hub.Publish(ctx, Resource, hub.Change{Verb: hub.RemovedFrom, ID: f.docID}, hub.Users(f.userID), nil)
	}
	return nil
}

// putOutStrangers puts out the channels of those of the people who have no role.
// The roles are those that a transaction has read.
func (l *live) evictWithoutRole(ctx context.Context, people []int64, roles map[int64]Role) {
	for _, ch := range l.openChannels() {
		if slices.Contains(people, ch.userID) && roles[ch.userID] == Nobody {
			l.s.evict(ctx, ch, whyRevoked)
		}
	}
}
