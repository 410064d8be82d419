package chat

import (
	"context"
	"sync"

	"hubbub/internal/account"
)

// Presence reports which users are visible.
type Presence interface {
	// Visible reports whether the others may see that the user is here; an invisible user is in a room without the
	// others seeing it. Visible must not block, so it reports false until the user's state is known. When the result
	// changes, its implementation calls Service.Seen.
	Visible(userID int64) bool
}

// visits records which users are in which rooms, and whether the others in the room were notified of it. Each user
// belongs to one of its parts, whose lock is held while events about the user are sent. So the events about a user are
// sent in order, and a typing event only between userJoined and userLeft.
type visits [64]struct {
	sync.Mutex
	announced map[int64]map[int64]bool // user → room they are in → whether userJoined was sent
}

// lock locks the user's part until unlock is called, and returns its announced map.
func (v *visits) lock(userID int64) (announced map[int64]map[int64]bool, unlock func()) {
	part := &v[uint64(userID)%uint64(len(v))]
	part.Lock()
	if part.announced == nil {
		part.announced = map[int64]map[int64]bool{}
	}
	return part.announced, part.Unlock
}

// has reports whether the user is recorded as being in the room.
func (v *visits) has(userID, roomID int64) bool {
	announced, unlock := v.lock(userID)
	defer unlock()
	_, ok := announced[userID][roomID]
	return ok
}

// rooms returns the rooms that the user is in.
func (v *visits) rooms(userID int64) []int64 {
	announced, unlock := v.lock(userID)
	defer unlock()
	var rooms []int64
	for roomID := range announced[userID] {
		rooms = append(rooms, roomID)
	}
	return rooms
}

// VisibilityChanged is called after the user became visible or invisible. It sends userJoined or userLeft to the rooms that the user
// is in, but not to the user's own connections.
func (s *Service) VisibilityChanged(ctx context.Context, userID int64) {
	for _, roomID := range s.visits.rooms(userID) {
		s.updateVisit(ctx, userID, roomID)
	}
}

// updateVisit reads the user's profile and calls announceVisit. It reads the profile before the lock is taken; the
// event has the profile as it was then.
func (s *Service) updateVisit(ctx context.Context, userID, roomID int64) {
	s.announceVisit(ctx, s.newVisit(ctx, userID, roomID))
}

// announceVisit sends userJoined if the user is in the room and visible and the room was not notified of it, and
// userLeft if the room was notified and the user is not in it or not visible any more.
func (s *Service) announceVisit(ctx context.Context, v Visit) {
	userID, roomID := v.UserID, v.RoomID
	announced, unlock := s.visits.lock(userID)
	defer unlock()
	there, visible := s.hub.UserIn(userID, hubRoom(roomID)), s.presence.Visible(userID)
	v.User.IsOnline = v.User.IsOnline && visible
	before := setAnnounced(announced, userID, roomID, there, there && visible)
	switch {
	case there && visible && !before:
		s.broadcastVisit(ctx, eventUserJoined, v)
	case before && !(there && visible):
		s.clearTyping(ctx, v)
		s.broadcastVisit(ctx, eventUserLeft, v)
	}
}

// setAnnounced records whether the user is in the room and whether the room is notified of it. It reports whether
// the room was notified before.
func setAnnounced(announced map[int64]map[int64]bool, userID, roomID int64, there, shown bool) (before bool) {
	before = announced[userID][roomID]
	switch {
	case there && announced[userID] == nil:
		announced[userID] = map[int64]bool{roomID: shown}
	case there:
		announced[userID][roomID] = shown
	default:
		if delete(announced[userID], roomID); len(announced[userID]) == 0 {
			delete(announced, userID)
		}
	}
	return before
}

// clearTyping sends that the user no longer types, if they did, before the room gets userLeft.
func (s *Service) clearTyping(ctx context.Context, v Visit) {
	if s.typing.forget(typist{v.RoomID, v.UserID}) {
		s.broadcastTyping(ctx, Typing{UserID: v.UserID, RoomID: v.RoomID, User: v.User}, nil)
	}
}

// newVisit returns the visit with the user's profile, as far as it can be read; see profile.
func (s *Service) newVisit(ctx context.Context, userID, roomID int64) Visit {
	return Visit{UserID: userID, RoomID: roomID, User: s.profile(ctx, userID)}
}

// Here returns the users who have a connection in the room on this node, and are visible.
func (s *Service) Here(ctx context.Context, roomID int64) ([]account.Profile, error) {
	ids := s.hub.Users(hubRoom(roomID))
	profiles, err := s.people.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	here := make([]account.Profile, 0, len(ids))
	for _, id := range ids {
		if p, ok := profiles[id]; ok && s.presence.Visible(id) {
			here = append(here, p)
		}
	}
	return here, nil
}
