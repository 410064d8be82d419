package notify

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"hubbub/internal/hub"
)

// teller is how far this node has told its connections of each person's
// notifications. What is told is the difference to the database, whoever made
// it: this node, another one, or a clock. The zero teller is ready.
type teller struct{ shards [64]tellerShard }

// tellerShard is some of the people. Its lock is held while one of them is told
// and while a connection joins, so that events and answers of a person have one
// order. The database is asked without it, and what was read is used only if
// nobody was faster.
type tellerShard struct {
	mu   sync.Mutex
	upto map[int64]int64 // people with a connection in their room → the seq that was told
}

func (t *teller) of(userID int64) *tellerShard {
	return &t.shards[uint64(userID)%uint64(len(t.shards))]
}

// Subscribe joins the connection to its person's notifications and returns how
// many are unread. Every event that follows is of a later change.
func (s *Service) Subscribe(ctx context.Context, conn *hub.Conn) (unread int, err error) {
	userID := conn.UserID()
	shard := s.teller.of(userID)
	for {
		if err := s.tell(ctx, userID); err != nil {
			return 0, err
		}
		now, err := standingOf(ctx, s.db, userID)
		if err != nil {
			return 0, err
		}
		if joined, err := s.joinAt(shard, conn, now.seq); joined || err != nil {
			return now.unread, err
		}
	}
}

// joinAt joins the connection unless others of the person have been told up to
// another seq: then it would hear of changes that its answer counts already, or
// miss some that it does not.
func (s *Service) joinAt(shard *tellerShard, conn *hub.Conn, seq int64) (joined bool, err error) {
	userID := conn.UserID()
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if upto, subscribed := shard.upto[userID]; subscribed && upto != seq {
		return false, nil
	}
	if _, err := s.hub.Join(conn, Room(userID), nil); err != nil {
		return false, err
	}
	conn.Hold(Room(userID))
	shard.keep(userID, seq)
	return true, nil
}

func (shard *tellerShard) keep(userID, seq int64) {
	if shard.upto == nil {
		shard.upto = map[int64]int64{}
	}
	shard.upto[userID] = seq
}

// tell tells this node's connections of the person what has changed since they
// were told last, if there are any.
func (s *Service) tell(ctx context.Context, userID int64) error {
	shard := s.teller.of(userID)
	for {
		upto, subscribed := s.told(shard, userID)
		if !subscribed {
			return nil
		}
		now, events, err := s.newsSince(ctx, userID, upto)
		if err != nil || now.seq <= upto {
			return err
		}
		if s.sendFrom(ctx, shard, userID, upto, now.seq, events) {
			return nil
		}
	}
}

// told is the seq that the person's connections here were told last; false if
// there are none.
func (s *Service) told(shard *tellerShard, userID int64) (upto int64, subscribed bool) {
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if !s.hub.UserIn(userID, Room(userID)) {
		delete(shard.upto, userID)
	}
	upto, subscribed = shard.upto[userID]
	return upto, subscribed
}

// newsSince reads what has changed after a seq, and up to which.
func (s *Service) newsSince(ctx context.Context, userID, upto int64) (standing, []hub.Event, error) {
	now, err := standingOf(ctx, s.db, userID)
	if err != nil || now.seq <= upto {
		return now, nil, err
	}
	changes, err := changesSince(ctx, s.db, userID, upto, now)
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
	return now, news(changes, upto, now), nil
}

// sendFrom sends events that follow on upto. It returns false, and sends nothing,
// if the person was told something else meanwhile.
func (s *Service) sendFrom(ctx context.Context, shard *tellerShard, userID, upto, seq int64, events []hub.Event) bool {
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if told, subscribed := shard.upto[userID]; !subscribed || told != upto {
		return false
	}
	for _, ev := range events {
		s.hub.BroadcastHere(ctx, ev, Room(userID))
	}
	shard.upto[userID] = seq
	return true
}

// news are the events of the changes in their order, with "all read" at its place.
func news(changes []change, upto int64, now standing) []hub.Event {
	var events []hub.Event
	all := now.allReadSeq > upto
	for _, ch := range changes {
		if all && ch.seq > now.allReadSeq {
			events, all = append(events, allRead(0)), false
		}
		if ev, ok := ch.news(upto); ok {
			events = append(events, ev)
		}
	}
	if all {
		events = append(events, allRead(0))
	}
	return events
}

// catchUp tells of what other nodes changed, and of what could not be told when
// it happened.
func (s *Service) catchUp(ctx context.Context) error {
	subscribed := s.subscribed()
	if len(subscribed) == 0 {
		return nil
	}
	seqs, err := seqsOf(ctx, s.db, subscribed)
	if err != nil {
		return err
	}
	for _, userID := range subscribed {
		if s.teller.behind(userID, seqs[userID]) {
			if err := s.tell(ctx, userID); err != nil {
				return err
			}
		}
	}
	return nil
}

// subscribed are the people with a connection to their notifications here.
func (s *Service) subscribed() []int64 {
	var people []int64
	for _, room := range s.hub.Active(roomPrefix) {
		if id, ours := strings.CutSuffix(strings.TrimPrefix(room, roomPrefix), roomSuffix); ours {
			if userID, err := strconv.ParseInt(id, 10, 64); err == nil {
				people = append(people, userID)
			}
		}
	}
	return people
}

func (t *teller) behind(userID, seq int64) bool {
	shard := t.of(userID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	upto, subscribed := shard.upto[userID]
	return subscribed && upto < seq
}
