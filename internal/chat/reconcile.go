package chat

import (
	"context"
	"slices"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/live/hub"
)

// ReconcileEvery is how often a node compares its open rooms with the database.
const ReconcileEvery = 10 * time.Second

const (
	reconcileGrace = 500 * time.Millisecond // from a commit to its event, on a busy machine
	maxResent      = 50                     // changes a room; a client that lacks more sees a gap and catches up
)

// RunReconciler runs the reconciler until ctx ends. At each period it compares the open rooms of this node with the database,
// evicts users who were removed, and sends the missed changes to the others. An event or an eviction can be lost
// between its commit and the hub, if the connection to the database breaks just then, or between nodes; a page would
// not notice it before the room's next event.
func (s *Service) RunReconciler(ctx context.Context, every time.Duration, guard loop.Guard) {
	loop.Run(ctx, loop.Config{Name: "chat-reconcile", Guard: guard, Period: every}, s.reconcile)
}

// reconcile does one comparison. It costs one query if no room is behind, and none if there is no listener.
func (s *Service) reconcile(ctx context.Context) error {
	listeners := s.listeners()
	if len(listeners) == 0 {
		return nil
	}
	seqs, removed, err := seqsAndRemoved(ctx, s.db, listeners)
	if err != nil {
		return err
	}
	s.evictRemoved(ctx, removed)
	if len(s.watermarks.Behind(seqs)) == 0 {
		return nil
	}
	select {
	case <-time.After(reconcileGrace):
	case <-ctx.Done():
		return nil
	}
	for roomID, delivered := range s.watermarks.Behind(seqs) {
		if err := s.resendMissed(ctx, roomID, delivered, seqs[roomID]); err != nil {
			return err
		}
	}
	return nil
}

// listener is a user who gets a room's events on this node.
type listener struct{ roomID, userID int64 }

// listeners returns the users who have a room open or in a list on this node, once for each room.
func (s *Service) listeners() []listener {
	byRoom := s.hub.Subscribers(resource)
	for _, roomID := range s.watermarks.Retain(s.openRooms) {
		byRoom[roomID] = append(byRoom[roomID], s.hub.Users(hubRoom(roomID))...)
	}
	var listeners []listener
	for roomID, users := range byRoom {
		slices.Sort(users)
		for _, userID := range slices.Compact(users) {
			listeners = append(listeners, listener{roomID, userID})
		}
	}
	return listeners
}

// openRooms returns the rooms that are open on this node.
func (s *Service) openRooms() []int64 {
	var open []int64
	for _, name := range s.hub.Active(hubRoomPrefix) {
		open = append(open, roomIDOf(name))
	}
	return open
}

// evictRemoved evicts the listeners from the rooms that they may no longer see, and sends their pages removedFrom.
func (s *Service) evictRemoved(ctx context.Context, removed []listener) {
	for _, l := range removed {
		s.hub.Evict(l.userID, hubRoom(l.roomID), hub.RecordRoom(resource, l.roomID))
		s.publishMembership(ctx, hub.RemovedFrom, l.roomID, l.userID, nil, nil)
	}
}

// resendMissed sends the room's changes after the watermark delivered to this node's connections, up to seq. It sends
// no later change: the listeners' rights were read with seq, and since then some may have been removed.
func (s *Service) resendMissed(ctx context.Context, roomID, delivered, seq int64) error {
	missed, err := changesAfter(ctx, s.db, roomID, max(delivered, seq-maxResent), maxResent)
	if err != nil {
		return err
	}
	missed = slices.DeleteFunc(missed, func(m Message) bool { return m.Seq > seq })
	if missed, err = s.completeMessages(ctx, missed); err != nil {
		return err
	}
	for _, m := range missed {
		s.hub.Broadcast(ctx, m.missedEvent(delivered), hub.To(hubRoom(roomID)).Here())
	}
	s.watermarks.DeliveredUpTo(roomID, seq)
	return nil
}

// missedEvent returns the event for the message's latest change, to clients that have every change up to delivered.
func (m Message) missedEvent(delivered int64) hub.Event {
	switch {
	case m.Deleted():
		return newDeletedEvent(m)
	case m.CreatedSeq > delivered:
		return newSentEvent(m)
	}
	return newUpdatedEvent(m)
}
