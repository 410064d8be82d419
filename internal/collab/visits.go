package collab

import (
	"context"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
)

// Presence is what collab needs from presence.
type Presence interface {
	// Visible reports whether other users may see that the user has a document open.
	// An invisible user reads and writes without being listed and without a caret.
	// It is false while that is not known. After a change, Service.Seen has to be called.
	Visible(userID int64) bool
}

// alwaysVisible is the presence of an app without invisible users.
type alwaysVisible struct{}

func (alwaysVisible) Visible(int64) bool { return true }

// VisibilityChanged announces a user who became visible or invisible in every document that the user
// has open: to the other connections there, the user joins or leaves.
func (s *Service) VisibilityChanged(ctx context.Context, userID int64) {
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

// announce sends the other connections collaboratorJoined or collaboratorLeft, if the
// channel began or ceased to be open and visible since the last call. The profile is
// read before the lock, the visibility under it.
func (s *Service) announce(ctx context.Context, ch *channel) {
	profiles, err := s.people.Profiles(ctx, []int64{ch.userID})
	if err != nil { // the events have the id only
		s.logError("read the profile of a collaborator", err)
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

// announceClient sends collaboratorJoined with the Yjs client that a stock client has chosen.
func (s *Service) announceClient(ctx context.Context, ch *channel) {
	profiles, err := s.people.Profiles(ctx, []int64{ch.userID})
	if err != nil {
		s.logError("read the profile of a collaborator", err)
		return
	}
	ch.ifAnnounced(func() { s.broadcastVisit(ctx, eventJoined, ch, profiles[ch.userID]) })
}

// ifAnnounced runs send if the channel is announced to other connections. It remains
// announced until send returns.
func (ch *channel) ifAnnounced(send func()) {
	ch.visitMu.Lock()
	defer ch.visitMu.Unlock()
	if ch.announced {
		send()
	}
}

// close marks the channel as closed and removes its caret. finishLeave does the rest.
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
	s.hub.Broadcast(ctx, hub.Event{Name: name, Class: hub.State, Key: ch.conn.ID() + name, Data: v}, hub.To(Room(ch.live.id)).Except(ch.conn))
	s.startJob("collab-visit", func() { s.logError("publish a visit to lists", s.publishDocument(s.ctx, ch.live.id)) })
}

// Cursor broadcasts the position of a user without an editor. The connection must have
// the document open; else the error is 403.
func (s *Service) Cursor(ctx context.Context, conn *hub.Conn, docID, position int64) error {
	ch := s.channelOf(conn, docID)
	if ch == nil {
		return fault.Forbidden("Join the document first.")
	}
	data := Cursor{UserID: conn.UserID(), DocID: docID, Position: position}
	ch.ifAnnounced(func() {
		s.hub.Broadcast(ctx, hub.Event{Name: eventCursor, Class: hub.Volatile, Data: data}, hub.To(Room(docID)).Except(conn))
	})
	return nil
}

// collaborators returns the Yjs clients that have the document open, on any node, of the
// users who are visible and of the reader.
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
	s.logError("store that a client has left", noteLeft(ctx, s.db, ch.live.id, []uint64{ch.client}))
	s.announce(ctx, ch)
}
