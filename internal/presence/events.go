package presence

import (
	"context"
	"strconv"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// The names of the presence events, as on the wire and in presence/index.js. All have
// the delivery class state, and their key is the user.
const (
	eventUserOnline      = "userOnline"
	eventUserOffline     = "userOffline"
	eventPresenceUpdated = "presenceUpdated"

	// Room is the hub room of the connections that have subscribed to presence.
	Room = "presence"
)

// Arrival is the body of userOnline and userOffline.
type Arrival struct {
	UserID    int64           `json:"userId"`
	Timestamp int64           `json:"timestamp"` // Unix milliseconds
	User      account.Profile `json:"user"`
}

// Update is the body of presenceUpdated.
type Update struct {
	UserID     int64      `json:"userId"`
	Status     Status     `json:"status"`
	Text       string     `json:"text"`
	LastSeenAt *wire.Time `json:"lastSeenAt"`
	LastSeen   *int64     `json:"lastSeen"` // Unix milliseconds
}

func newUpdate(userID int64, p Presence) Update {
	return Update{UserID: userID, Status: p.Status, Text: p.Text, LastSeenAt: wire.TimeOrNil(p.LastSeenAt), LastSeen: millis(p.LastSeenAt)}
}

// notes returns the events of the diff: the public state for other users, and
// the user's own state for their own connections.
func (n diff) notes(who account.Profile, now time.Time) []hub.DigestEvent {
	var notes []hub.DigestEvent
	who.IsOnline, who.LastSeenAt = n.after.IsOnline(), wire.TimeOrNil(later(n.after.LastSeenAt, (*time.Time)(who.LastSeenAt)))
	arrival := Arrival{UserID: n.userID, Timestamp: now.UnixMilli(), User: who}
	switch {
	case n.cameOnline():
		notes = append(notes, hub.DigestEvent{Event: n.eventForOthers(eventUserOnline, arrival)})
	case n.wentOffline():
		notes = append(notes, hub.DigestEvent{Event: n.eventForOthers(eventUserOffline, arrival)})
	}
	if n.changed() {
		notes = append(notes, hub.DigestEvent{Event: n.eventForOthers(eventPresenceUpdated, newUpdate(n.userID, n.after))})
	}
	if n.self != nil {
		notes = append(notes, hub.DigestEvent{Event: n.newEvent(eventPresenceUpdated, newUpdate(n.userID, *n.self)), Only: n.userID})
	}
	return notes
}

func (n diff) eventForOthers(name string, data any) hub.Event {
	ev := n.newEvent(name, data)
	ev.Skip = n.userID
	return ev
}

func (n diff) newEvent(name string, data any) hub.Event {
	return hub.Event{Name: name, Class: hub.State, Key: strconv.FormatInt(n.userID, 10), Data: data}
}

// announce sends this node's watchers, without except, what has changed of the
// users. Then it calls Config.Seen for those who became visible or invisible.
func (s *Service) announce(ctx context.Context, ids []int64, except *hub.Conn) error {
	known, err := s.people.Profiles(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range s.broadcast(ctx, ids, known, except) {
		s.onSeen(ctx, id)
	}
	return nil
}

// broadcast takes the diffs and sends them under one lock, so that the newer of
// two states is sent last; the profiles have been read before. It returns the
// users who became visible or invisible and have connections to this node.
func (s *Service) broadcast(
	ctx context.Context, ids []int64, known map[int64]account.Profile, except *hub.Conn,
) (seen []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var notes []hub.DigestEvent
	for _, id := range ids {
		who, ok := known[id]
		if !ok {
			who = account.Profile{ID: id}
		}
		n := s.roster.takeDiff(id)
		notes = append(notes, n.notes(who, time.Now())...)
		if n.seen && s.roster.connected(id) {
			seen = append(seen, id)
		}
	}
	if len(notes) > 0 {
		s.hub.SendDigest(ctx, notes, except, Room)
	}
	return seen
}
