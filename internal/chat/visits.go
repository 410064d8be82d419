package chat

import (
	"context"
	"sync"

	"hubbub/internal/account"
)

// Presence is what chat needs to know of who shows themselves.
type Presence interface {
	// Visible says whether others may see that the person is here: whoever made
	// themselves invisible is in a room without its people knowing. It asks
	// nobody, so it is false as long as it is not known; when it changes, Seen is
	// to be called.
	Visible(userID int64) bool
}

// visits knows what rooms were told of who is there. It has a lock for some of
// the people each, held while telling: of two things told of somebody the newer
// comes last, and what is told of them in a room lies between joined and left.
type visits [64]struct {
	sync.Mutex
	announced map[int64]map[int64]bool // user → room they are in → others were told so
}

// of locks what is known of a person, until unlock.
func (v *visits) lock(userID int64) (told map[int64]map[int64]bool, unlock func()) {
	part := &v[uint64(userID)%uint64(len(v))]
	part.Lock()
	if part.announced == nil {
		part.announced = map[int64]map[int64]bool{}
	}
	return part.announced, part.Unlock
}

// has says whether a person is known to be in the room.
func (v *visits) has(userID, roomID int64) bool {
	told, unlock := v.lock(userID)
	defer unlock()
	_, there := told[userID][roomID]
	return there
}

// rooms lists where a person is.
func (v *visits) rooms(userID int64) []int64 {
	told, unlock := v.lock(userID)
	defer unlock()
	var rooms []int64
	for roomID := range told[userID] {
		rooms = append(rooms, roomID)
	}
	return rooms
}

// Seen tells the rooms that a person is in, after others began or ceased to see
// them: they join or leave, to everybody but themselves.
func (s *Service) Seen(ctx context.Context, userID int64) {
	for _, roomID := range s.visits.rooms(userID) {
		s.updateVisit(ctx, userID, roomID)
	}
}

// visited tells the room what is new: the person is there, and shows it, or not
// any more. Their profile is read before the lock, and says how they were then.
func (s *Service) updateVisit(ctx context.Context, userID, roomID int64) {
	s.announceVisit(ctx, s.newVisit(ctx, userID, roomID))
}

// tellWhere is visited for a profile that was read.
func (s *Service) announceVisit(ctx context.Context, v Visit) {
	userID, roomID := v.UserID, v.RoomID
	told, unlock := s.visits.lock(userID)
	defer unlock()
	there, visible := s.hub.UserIn(userID, hubRoom(roomID)), s.presence.Visible(userID)
	v.User.IsOnline = v.User.IsOnline && visible
	was := setAnnounced(told, userID, roomID, there, there && visible)
	switch {
	case there && visible && !was:
		s.broadcastVisit(ctx, eventUserJoined, v)
	case was && !(there && visible):
		s.clearTyping(ctx, v)
		s.broadcastVisit(ctx, eventUserLeft, v)
	}
}

// note keeps whether the room was told that the person is there, and returns
// what it was told before.
func setAnnounced(told map[int64]map[int64]bool, userID, roomID int64, there, shows bool) (was bool) {
	was = told[userID][roomID]
	switch {
	case there && told[userID] == nil:
		told[userID] = map[int64]bool{roomID: shows}
	case there:
		told[userID][roomID] = shows
	default:
		if delete(told[userID], roomID); len(told[userID]) == 0 {
			delete(told, userID)
		}
	}
	return was
}

// stopShowing tells that the person does not type any more, for whoever sees
// them leave.
func (s *Service) clearTyping(ctx context.Context, v Visit) {
	if s.typing.forget(typist{v.RoomID, v.UserID}) {
		s.broadcastTyping(ctx, Typing{UserID: v.UserID, RoomID: v.RoomID, User: v.User}, nil)
	}
}

// visit is best effort on the name: a person is announced by id even while the
// database is away.
func (s *Service) newVisit(ctx context.Context, userID, roomID int64) Visit {
	return Visit{UserID: userID, RoomID: roomID, User: s.profile(ctx, userID)}
}

// Here returns who has a connection in the room now, and shows it.
func (s *Service) Here(ctx context.Context, roomID int64) ([]account.Profile, error) {
	ids := s.hub.Users(hubRoom(roomID))
	known, err := s.people.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	here := make([]account.Profile, 0, len(ids))
	for _, id := range ids {
		if p, ok := known[id]; ok && s.presence.Visible(id) {
			here = append(here, p)
		}
	}
	return here, nil
}
