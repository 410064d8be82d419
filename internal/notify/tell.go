package notify

import (
	"context"
	"strconv"
	"strings"

	"hubbub/internal/live/hub"
)

// Subscribe joins the connection to its user's notifications and returns how many
// are unread. Every event that follows is of a later change.
func (s *Service) Subscribe(ctx context.Context, conn *hub.Conn) (unread int, err error) {
	userID := conn.UserID()
	for {
		if err := s.sendChanges(ctx, userID); err != nil {
			return 0, err
		}
		now, err := userStateOf(ctx, s.db, userID)
		if err != nil {
			return 0, err
		}
		joined, err := s.watermarks.Join(userID, now.seq, func() error { return s.join(conn) })
		if joined || err != nil {
			return now.unread, err
		}
	}
}

func (s *Service) join(conn *hub.Conn) error {
	room := Room(conn.UserID())
	if _, err := s.hub.Join(conn, room, nil); err != nil {
		return err
	}
	conn.Hold(room)
	return nil
}

// sendChanges sends this node's subscribed connections of the user, if there are
// any, what has changed since the watermark.
func (s *Service) sendChanges(ctx context.Context, userID int64) error {
	subscribedHere := func() bool { return s.hub.UserIn(userID, Room(userID)) }
	for {
		delivered, subscribed := s.watermarks.Seq(userID, subscribedHere)
		if !subscribed {
			return nil
		}
		now, events, err := s.eventsSince(ctx, userID, delivered)
		if err != nil || now.seq <= delivered {
			return err
		}
		if s.watermarks.Deliver(userID, delivered, now.seq, func() { s.broadcast(ctx, userID, events) }) {
			return nil
		}
	}
}

// eventsSince reads the user's state and returns it with the events of the changes
// between the seq delivered and that state.
func (s *Service) eventsSince(ctx context.Context, userID, delivered int64) (userState, []hub.Event, error) {
	now, err := userStateOf(ctx, s.db, userID)
	if err != nil || now.seq <= delivered {
		return now, nil, err
	}
	changes, err := changesSince(ctx, s.db, userID, delivered, now)
	if err != nil {
		return now, nil, err
	}
	shown := make([]*Notice, len(changes))
	for i := range changes {
		shown[i] = &changes[i].Notice
	}
	if err := s.fillActors(ctx, shown...); err != nil {
		return now, nil, err
	}
	return now, newEvents(changes, delivered, now), nil
}

func (s *Service) broadcast(ctx context.Context, userID int64, events []hub.Event) {
	for _, ev := range events {
		s.hub.Broadcast(ctx, ev, hub.To(Room(userID)).Here())
	}
}

// newEvents returns the events of the changes in their order, with that of "all
// read" at its place.
func newEvents(changes []noticeChange, delivered int64, now userState) []hub.Event {
	var events []hub.Event
	allReadPending := now.allReadSeq > delivered
	for _, ch := range changes {
		if allReadPending && ch.seq > now.allReadSeq {
			events, allReadPending = append(events, newAllReadEvent(0)), false
		}
		if ev, ok := ch.event(delivered); ok {
			events = append(events, ev)
		}
	}
	if allReadPending {
		events = append(events, newAllReadEvent(0))
	}
	return events
}

// catchUp sends what other nodes changed, and what could not be sent when it
// happened.
func (s *Service) catchUp(ctx context.Context) error {
	subscribed := s.subscribedUsers()
	if len(subscribed) == 0 {
		return nil
	}
	seqs, err := seqsOf(ctx, s.db, subscribed)
	if err != nil {
		return err
	}
	for userID := range s.watermarks.Behind(seqs) {
		if err := s.sendChanges(ctx, userID); err != nil {
			return err
		}
	}
	return nil
}

// subscribedUsers returns the users with a subscribed connection to this node.
func (s *Service) subscribedUsers() []int64 {
	var users []int64
	for _, room := range s.hub.Active(roomPrefix) {
		if id, found := strings.CutSuffix(strings.TrimPrefix(room, roomPrefix), roomSuffix); found {
			if userID, err := strconv.ParseInt(id, 10, 64); err == nil {
				users = append(users, userID)
			}
		}
	}
	return users
}
