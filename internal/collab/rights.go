package collab

import (
	"context"

	"hubbub/internal/hub"
)

// rightsChanged lets every node look who may still be where they are.
func (s *Service) rightsChanged(ctx context.Context, docID int64) {
	s.rightsAt(ctx, docID)
	s.hub.Broadcast(ctx, hub.Event{Name: eventLogged, Class: hub.Volatile, Seq: 1}, nil, rightsRoom(docID))
}

// rightsHeard is told when a node has changed who may what.
func (s *Service) rightsHeard(room string, _ int64) {
	s.start("collab-rights", func() { s.rightsAt(s.ctx, documentOf(room)) })
}

// rightsAt looks on this node: at those who have the document open, and those
// who have it in a list.
func (s *Service) rightsAt(ctx context.Context, docID int64) {
	if l := s.opened(docID); l != nil {
		s.recheck(ctx, l)
	}
	s.complain("take a document out of lists", s.takeOutOfLists(ctx, docID))
}

// takeOutOfLists ends what people hear of a document that they may no longer
// read, and lets their lists know.
func (s *Service) takeOutOfLists(ctx context.Context, docID int64) error {
	following := s.hub.Users(hub.Record(Resource, docID))
	if len(following) == 0 {
		return nil
	}
	now, err := roles(ctx, s.db, docID, following)
	if err != nil {
		return err
	}
	for _, userID := range following {
		if now[userID] == Nobody {
			s.hub.Evict(userID, hub.Record(Resource, docID))
			s.hub.Publish(ctx, Resource, hub.Change{Verb: hub.RemovedFrom, ID: docID}, hub.Users(userID), nil)
		}
	}
	return nil
}
