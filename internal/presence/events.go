package presence

import (
	"context"
	"strconv"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/hub"
	"hubbub/internal/wire"
)

// The names of presence's events, as on the wire and in presence.js. All are of
// the class state, and their key is the user.
const (
	eventUserOnline      = "userOnline"
	eventUserOffline     = "userOffline"
	eventPresenceUpdated = "presenceUpdated"

	// Room is where those who subscribed to presence are.
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

func updateOf(userID int64, p Presence) Update {
	return Update{UserID: userID, Status: p.Status, Text: p.Text, LastSeenAt: wire.TimeOrNil(p.LastSeenAt), LastSeen: millis(p.LastSeenAt)}
}

// notes are the events that tell of the news: what others see to others, what
// somebody is to their own tabs.
func (n news) notes(who account.Profile, now time.Time) []hub.Note {
	var notes []hub.Note
	who.IsOnline, who.LastSeenAt = n.is.IsOnline(), wire.TimeOrNil(later(n.is.LastSeenAt, (*time.Time)(who.LastSeenAt)))
	arrival := Arrival{UserID: n.userID, Timestamp: now.UnixMilli(), User: who}
	switch {
	case n.came():
		notes = append(notes, hub.Note{Event: n.toOthers(eventUserOnline, arrival)})
	case n.went():
		notes = append(notes, hub.Note{Event: n.toOthers(eventUserOffline, arrival)})
	}
	if n.changed() {
		notes = append(notes, hub.Note{Event: n.toOthers(eventPresenceUpdated, updateOf(n.userID, n.is))})
	}
	if n.own != nil {
		notes = append(notes, hub.Note{Event: n.event(eventPresenceUpdated, updateOf(n.userID, *n.own)), Only: n.userID})
	}
	return notes
}

func (n news) toOthers(name string, data any) hub.Event {
	ev := n.event(name, data)
	ev.Skip = n.userID
	return ev
}

func (n news) event(name string, data any) hub.Event {
	return hub.Event{Name: name, Class: hub.State, Key: strconv.FormatInt(n.userID, 10), Data: data}
}

// announce tells this node's watchers of whom there is news, all but except,
// and then whoever asked who is seen.
func (s *Service) announce(ctx context.Context, ids []int64, except *hub.Conn) error {
	known, err := s.people.Profiles(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range s.tell(ctx, ids, known, except) {
		s.seen(ctx, id)
	}
	return nil
}

// tell takes what to tell under the lock, together with the telling, while the
// names were read before: so of two states the newer is told last. It returns
// who, with connections here, came or went.
func (s *Service) tell(ctx context.Context, ids []int64, known map[int64]account.Profile, except *hub.Conn) (turned []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var notes []hub.Note
	for _, id := range ids {
		who, ok := known[id]
		if !ok {
			who = account.Profile{ID: id}
		}
		n := s.roster.tell(id)
		notes = append(notes, n.notes(who, time.Now())...)
		if (n.came() || n.went()) && s.roster.connected(id) {
			turned = append(turned, id)
		}
	}
	if len(notes) > 0 {
		s.hub.DigestHere(ctx, notes, except, Room)
	}
	return turned
}
