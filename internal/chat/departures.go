package chat

import (
	"context"
	"sync"

	"hubbub/internal/account"
	"hubbub/internal/base/loop"
	"hubbub/internal/live/hub"
)

// departures holds the connections that have left a room until the room is notified. The hub reports them while it
// closes a connection, which must not wait for the database; RunDepartures notifies the rooms.
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

// RunDepartures notifies rooms of the users who have left them, until ctx ends.
func (s *Service) RunDepartures(ctx context.Context, guard loop.Guard) {
	config := loop.Config{Name: "chat-departures", Guard: guard, Wake: s.departures.wake}
	loop.Run(ctx, config, func(ctx context.Context) error {
		s.announceDepartures(ctx)
		return nil
	})
}

// announceDepartures notifies the rooms of all departures that wait: leaves, broken connections and evictions. It reads
// the users' profiles with one call; if the database is unavailable, the events have only the users' ids.
func (s *Service) announceDepartures(ctx context.Context) {
	departed := s.departures.take()
	var ids []int64
	for _, l := range departed {
		ids = append(ids, l.Conn.UserID())
	}
	profiles, _ := s.people.Profiles(ctx, ids) // empty if the database is unavailable
	for _, l := range departed {
		v := Visit{UserID: l.Conn.UserID(), RoomID: roomIDOf(l.Room), User: account.Profile{ID: l.Conn.UserID()}}
		if p, ok := profiles[v.UserID]; ok {
			v.User = p
		}
		s.setTyping(ctx, l.Conn, Typing{UserID: v.UserID, RoomID: v.RoomID, User: v.User})
		if l.Last {
			s.announceVisit(ctx, v)
		}
	}
}
