package dashboard

import (
	"context"
	"sync"

	"hubbub/internal/hub"
)

// counter is the live counter of the getting-started guide: anybody may count
// and watch.
type counter struct {
	mu   sync.Mutex // held while telling, so that what is told never falls
	told int64
}

// WatchCounter joins the connection to the counter's watchers and returns where
// it stands.
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

// Counter returns where the counter stands.
func (s *Service) Counter(ctx context.Context) (CounterValue, error) {
	n, err := counted(ctx, s.db)
	return CounterValue{n}, err
}

// Increment counts one, and tells all watchers.
func (s *Service) Increment(ctx context.Context) (CounterValue, error) {
	n, err := increment(ctx, s.db)
	if err != nil {
		return CounterValue{}, err
	}
	s.counter.mu.Lock()
	defer s.counter.mu.Unlock()
	if n > s.counter.told {
		s.counter.told = n
		s.hub.Broadcast(ctx, hub.Event{Name: eventCounterUpdated, Class: hub.State, Data: CounterValue{n}}, nil, counterRoom)
	}
	return CounterValue{n}, nil
}
