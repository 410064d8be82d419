package notify

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"hubbub/internal/live/hub"
)

// watermarks has, for each user with subscribed connections to this node, the seq
// up to which changes were delivered to them. What is sent is the difference to the
// database, whether this node, another node or a clock made the change. The zero
// value is ready to use.
type watermarks struct{ shards [64]watermarkShard }

// watermarkShard has the watermarks of some users. Its lock is held while events of
// one of them are sent and while a connection joins, so that the events and answers
// of a user have one order. It is not held during a query: what a query returned
// is used only if the watermark is still the same.
type watermarkShard struct {
	mu        sync.Mutex
	delivered map[int64]int64 // by user
}

func (t *watermarks) shard(userID int64) *watermarkShard {
	return &t.shards[uint64(userID)%uint64(len(t.shards))]
}

// Subscribe joins the connection to its user's notifications and returns how many
// are unread. Every event that follows is of a later change.
func (s *Service) Subscribe(ctx context.Context, conn *hub.Conn) (unread int, err error) {
	userID := conn.UserID()
	shard := s.watermarks.shard(userID)
	for {
		if err := s.sendChanges(ctx, userID); err != nil {
			return 0, err
		}
		now, err := userStateOf(ctx, s.db, userID)
		if err != nil {
			return 0, err
		}
		if joined, err := s.joinAt(shard, conn, now.seq); joined || err != nil {
			return now.unread, err
		}
	}
}

// joinAt joins the connection and reports whether it did. It does not if the user has
// a watermark other than seq: the connection would get events of changes that
// its answer counts already, or miss changes that the answer does not have.
func (s *Service) joinAt(shard *watermarkShard, conn *hub.Conn, seq int64) (joined bool, err error) {
	userID := conn.UserID()
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if delivered, subscribed := shard.delivered[userID]; subscribed && delivered != seq {
		return false, nil
	}
	if _, err := s.hub.Join(conn, Room(userID), nil); err != nil {
		return false, err
	}
	conn.Hold(Room(userID))
	shard.set(userID, seq)
	return true, nil
}

func (shard *watermarkShard) set(userID, seq int64) {
	if shard.delivered == nil {
		shard.delivered = map[int64]int64{}
	}
	shard.delivered[userID] = seq
}

// sendChanges sends this node's subscribed connections of the user, if there are
// any, what has changed since the watermark.
func (s *Service) sendChanges(ctx context.Context, userID int64) error {
	shard := s.watermarks.shard(userID)
	for {
		delivered, subscribed := s.delivered(shard, userID)
		if !subscribed {
			return nil
		}
		now, events, err := s.eventsSince(ctx, userID, delivered)
		if err != nil || now.seq <= delivered {
			return err
		}
		if s.broadcastFrom(ctx, shard, userID, delivered, now.seq, events) {
			return nil
		}
	}
}

// delivered returns the user's watermark, or false if the user has no subscribed
// connections here.
func (s *Service) delivered(shard *watermarkShard, userID int64) (seq int64, subscribed bool) {
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if !s.hub.UserIn(userID, Room(userID)) {
		delete(shard.delivered, userID)
	}
	seq, subscribed = shard.delivered[userID]
	return seq, subscribed
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

// broadcastFrom sends the events of the changes between the seqs from and to, and
// moves the watermark to the latter. It reports false, and sends nothing, if the
// watermark is not from any more.
func (s *Service) broadcastFrom(
	ctx context.Context, shard *watermarkShard, userID, from, to int64, events []hub.Event,
) bool {
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if delivered, subscribed := shard.delivered[userID]; !subscribed || delivered != from {
		return false
	}
	for _, ev := range events {
		s.hub.Broadcast(ctx, ev, hub.To(Room(userID)).Here())
	}
	shard.delivered[userID] = to
	return true
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
	for _, userID := range subscribed {
		if s.watermarks.behind(userID, seqs[userID]) {
			if err := s.sendChanges(ctx, userID); err != nil {
				return err
			}
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

// behind reports whether the user is subscribed here and the watermark is below seq.
func (t *watermarks) behind(userID, seq int64) bool {
	shard := t.shard(userID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	delivered, subscribed := shard.delivered[userID]
	return subscribed && delivered < seq
}
