package collab

import (
	"context"
	"slices"

	"hubbub/internal/live/hub"
)

// publishRightsChange makes every node check who may still read the document.
func (s *Service) publishRightsChange(ctx context.Context, docID int64) {
	s.recheckHere(ctx, docID)
	s.hub.Broadcast(ctx, hub.Event{Name: eventLogged, Class: hub.Volatile, Seq: 1}, hub.To(rightsRoom(docID)))
}

// onRightsChanged is called by the hub when a node has changed rights to a document.
func (s *Service) onRightsChanged(room string, _ int64) {
	s.startJob("collab-rights", func() { s.recheckHere(s.ctx, documentOf(room)) })
}

// recheckHere checks the rights of the connections on this node that have the document
// open or in a list.
func (s *Service) recheckHere(ctx context.Context, docID int64) {
	if l := s.liveIfOpen(docID); l != nil {
		s.logError("check the rights to a document", s.recheck(ctx, s.db, l))
	}
	subscribed := map[int64][]int64{docID: s.hub.Users(hub.RecordRoom(Resource, docID))}
	s.logError("remove a document from lists", s.unsubscribeWithoutRights(ctx, subscribed))
}

// unsubscribeWithoutRights ends the subscriptions of users who may no longer read a
// document, and removes it from their lists. The subscribers are given by document.
func (s *Service) unsubscribeWithoutRights(ctx context.Context, subscribed map[int64][]int64) error {
	lost, err := subscribersWithoutRights(ctx, s.db, subscribed)
	if err != nil {
		return err
	}
	for _, f := range lost {
		s.hub.Evict(f.userID, hub.RecordRoom(Resource, f.docID))
		s.hub.Publish(ctx, Resource, hub.Change{Verb: hub.RemovedFrom, ID: f.docID}, hub.Users(f.userID), nil)
	}
	return nil
}

// evictWithoutRole evicts the channels of those of the users who have no role. The
// roles are what a transaction has read for these users.
func (l *live) evictWithoutRole(ctx context.Context, people []int64, roles map[int64]Role) {
	for _, ch := range l.openChannels() {
		if slices.Contains(people, ch.userID) && roles[ch.userID] == Nobody {
			l.s.evict(ctx, ch, whyRevoked)
		}
	}
}
