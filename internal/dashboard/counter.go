package dashboard

import (
	"context"
	"sync"

	"hubbub/internal/live/hub"
)

// counter is the live counter of the getting-started guide, which is open to guests.
type counter struct {
	mu        sync.Mutex // held while broadcasting, so that the values sent never decrease
	delivered int64
}

// WatchCounter adds the connection to the counter's room and returns its value.
func (s *Service) WatchCounter(ctx context.Context, conn *hub.Conn) (CounterValue, error) {
	if _, err := s.hub.Join(conn, counterRoom, nil); err != nil {
		return CounterValue{}, err
	}
	conn.Hold(counterRoom)
	v, err := s.Counter(ctx)
	if err != nil {
		s.hub.Leave(conn, counterRoom)
	}
	return v, err
}

// Counter returns the value of the counter.
func (s *Service) Counter(ctx context.Context) (CounterValue, error) {
	n, err := readCounter(ctx, s.db)
	return CounterValue{n}, err
}

// Increment adds one to the counter and broadcasts its value.
func (s *Service) Increment(ctx context.Context) (CounterValue, error) {
	n, err := incrementCounter(ctx, s.db)
	if err != nil {
		return CounterValue{}, err
	}
	s.counter.mu.Lock()
	defer s.counter.mu.Unlock()
	if n > s.counter.delivered {
		s.counter.delivered = n
		s.hub.Broadcast(ctx, hub.Event{Name: eventCounterUpdated, Class: hub.State, Data: CounterValue{n}}, hub.To(counterRoom))
	}
	return CounterValue{n}, nil
}
