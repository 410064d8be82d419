package chat

import (
	"context"
	"sync"

	"hubbub/internal/account"
	"hubbub/internal/hub"
	"hubbub/internal/loop"
)

// departures are the connections that left a room whose members were not told yet. The hub reports them while it
// closes a connection; that must not wait for the database, so they are kept here for RunDepartures.
type departures struct {
	wake loop.Wake

	mu      sync.Mutex
	waiting []hub.Left
}

func (d *departures) add(l hub.Left) {
	d.mu.Lock()
	d.waiting = append(d.waiting, l)
	d.mu.Unlock()
	d.wake.Signal()
}

func (d *departures) take() (all []hub.Left) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, d.waiting = d.waiting, nil
	return all
}

// RunDepartures tells rooms who has left them, until ctx ends.
func (s *Service) RunDepartures(ctx context.Context, guard loop.Guard) {
	loop.Run(ctx, loop.Config{Name: "chat-departures", Guard: guard, Wake: s.departures.wake}, func(ctx context.Context) error {
		s.announceDepartures(ctx)
		return nil
	})
}

// tellDepartures tells the rooms of all that wait, however they came: people left,
// their connections broke, or they lost the right to be there. Their names are read
// at once; without the database the rooms are told of them by id.
func (s *Service) announceDepartures(ctx context.Context) {
	gone := s.departures.take()
	var ids []int64
	for _, l := range gone {
		ids = append(ids, l.Conn.UserID())
	}
	known, _ := s.people.Profiles(ctx, ids) // none if the database is away
	for _, l := range gone {
		v := Visit{UserID: l.Conn.UserID(), RoomID: roomIDOf(l.Room), User: account.Profile{ID: l.Conn.UserID()}}
		if p, ok := known[v.UserID]; ok {
			v.User = p
		}
		s.setTyping(ctx, l.Conn, Typing{UserID: v.UserID, RoomID: v.RoomID, User: v.User})
		if l.Last {
			s.announceVisit(ctx, v)
		}
	}
}
