package collab

import (
	"context"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
)

// Presence is what collab needs to know of who shows themselves.
type Presence interface {
	// Visible says whether others may see that the person is here: whoever made
	// themselves invisible reads and writes without being among those who are
	// here, and without a caret. It is false as long as it is not known; when it
	// changes, Seen is to be called.
	Visible(userID int64) bool
}

// allShow is the presence of an app in which nobody hides.
type alwaysVisible struct{}

func (alwaysVisible) Visible(int64) bool { return true }

// Seen tells the documents that a person has open, after others began or ceased
// to see them: they join or leave, to everybody else.
func (s *Service) Seen(ctx context.Context, userID int64) {
	s.mu.Lock()
	var open []*channel
	for ch := range s.channelsOfUser[userID] {
		open = append(open, ch)
	}
	s.mu.Unlock()
	for _, ch := range open {
		s.announce(ctx, ch)
	}
}

// visited tells the others what is new: somebody has the document open, and
// shows it, or not any more. Their profile is read before the lock; by then it
// is known whether they hide.
func (s *Service) announce(ctx context.Context, ch *channel) {
	profiles, err := s.people.Profiles(ctx, []int64{ch.userID})
	if err != nil { // they are told of by id
		s.logError("read the name of a collaborator", err)
		profiles = map[int64]account.Profile{ch.userID: {ID: ch.userID}}
	}
	ch.visitMu.Lock()
	defer ch.visitMu.Unlock()
	was := ch.announced
	ch.announced = ch.open && s.presence.Visible(ch.userID)
	switch {
	case ch.announced && !was:
		s.broadcastVisit(ctx, eventJoined, ch, profiles[ch.userID])
	case was && !ch.announced:
		ch.removeCaret()
		s.broadcastVisit(ctx, eventLeft, ch, profiles[ch.userID])
	}
}

// renamed tells of a stock client by the name that it gave itself.
func (s *Service) announceClient(ctx context.Context, ch *channel) {
	profiles, err := s.people.Profiles(ctx, []int64{ch.userID})
	if err != nil {
		s.logError("read the name of a collaborator", err)
		return
	}
	ch.ifAnnounced(func() { s.broadcastVisit(ctx, eventJoined, ch, profiles[ch.userID]) })
}

// shows runs tell, and nobody hides meanwhile; not if the others do not see that
// the channel is here.
func (ch *channel) ifAnnounced(tell func()) {
	ch.visitMu.Lock()
	defer ch.visitMu.Unlock()
	if ch.announced {
		tell()
	}
}

// goes takes the caret away at once; the rest follows.
func (ch *channel) close() {
	ch.visitMu.Lock()
	defer ch.visitMu.Unlock()
	if ch.open = false; ch.announced {
		ch.removeCaret()
	}
}

func (s *Service) broadcastVisit(ctx context.Context, name string, ch *channel, who account.Profile) {
	client, _ := ch.lastAwareness()
	v := Visit{UserID: ch.userID, DocID: ch.live.id, Client: client, Hue: who.Hue, User: who}
	s.hub.Broadcast(ctx, hub.Event{Name: name, Class: hub.State, Key: ch.conn.ID() + name, Data: v}, ch.conn, Room(ch.live.id))
	s.startJob("collab-visit", func() { s.logError("tell lists of a visit", s.publishDocument(s.ctx, ch.live.id)) })
}

// Cursor tells the others where somebody is who writes without an editor.
func (s *Service) Cursor(ctx context.Context, conn *hub.Conn, docID, position int64) error {
	ch := s.channelOf(conn, docID)
	if ch == nil {
		return fault.Forbidden("Join the document first.")
	}
	data := Cursor{UserID: conn.UserID(), DocID: docID, Position: position}
	ch.ifAnnounced(func() {
		s.hub.Broadcast(ctx, hub.Event{Name: eventCursor, Class: hub.Volatile, Data: data}, conn, Room(docID))
	})
	return nil
}

// collaborators are those who have the document open, on any node, and show it;
// and the reader themselves.
func (s *Service) collaborators(ctx context.Context, docID, readerID int64) ([]Collaborator, error) {
	here, err := clientsHere(ctx, s.db, docID)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(here))
	for i, c := range here {
		ids[i] = c.User.ID
	}
	profiles, err := s.people.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	shown := []Collaborator{}
	for _, c := range here {
		if c.User.ID == readerID || s.presence.Visible(c.User.ID) {
			shown = append(shown, Collaborator{c.Client, profiles[c.User.ID].Hue, profiles[c.User.ID]})
		}
	}
	return shown, nil
}

func (s *Service) finishLeave(ctx context.Context, ch *channel) {
	s.logError("forget a channel", noteLeft(ctx, s.db, ch.live.id, []uint64{ch.client}))
	s.announce(ctx, ch)
}
