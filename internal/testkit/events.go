package testkit

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Next waits for the next event of any name. Its error is that of the connection's
// end.
func (s *Socket) Next() (Event, error) {
	for {
		s.mu.Lock()
		if len(s.events) > 0 {
			e := s.events[0]
			s.events = s.events[1:]
			s.mu.Unlock()
			return e, nil
		}
		changed, ended := s.changed, s.ended
		s.mu.Unlock()
		if ended != nil {
			return Event{}, ended
		}
		<-changed
	}
}

// WantEvent waits for the next event of the name. It discards the events of other
// names before it.
func (s *Socket) WantEvent(name string) Event {
	s.t.Helper()
	e, err := s.next(name)
	if err != nil {
		s.t.Fatalf("waiting for %s: %v", name, err)
	}
	return e
}

func (s *Socket) next(name string) (Event, error) {
	deadline := time.After(Timeout)
	for {
		s.mu.Lock()
		for i, e := range s.events {
			if e.Name == name {
				s.events = s.events[i+1:]
				s.mu.Unlock()
				return e, nil
			}
		}
		changed, ended, seen := s.changed, s.ended, fmt.Sprint(len(s.events), " other events")
		s.mu.Unlock()
		if ended != nil {
			return Event{}, ended
		}
		select {
		case <-changed:
		case <-deadline:
			return Event{}, fmt.Errorf("not received, but %s", seen)
		}
	}
}

// Events takes the events received so far, oldest first. It makes a request before, so
// that all events that the server has sent by then are included.
func (s *Socket) Events() []Event {
	s.Get("/healthz", nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	events := s.events
	s.events = nil
	return events
}

// WantNo fails the test if an event of the name was received.
func (s *Socket) WantNo(name string) {
	s.t.Helper()
	for _, e := range s.Events() {
		if e.Name == name {
			s.t.Fatalf("got %s: %s", name, e.Data)
		}
	}
}

// WantClosed waits until the server ends the connection with the code.
func (s *Socket) WantClosed(code int) {
	s.t.Helper()
	select {
	case <-s.done:
	case <-time.After(Timeout):
		s.t.Fatalf("the connection is open, want it closed with %d", code)
	}
	if got := websocket.CloseStatus(s.ended); int(got) != code {
		s.t.Fatalf("closed with %d, want %d: %v", got, code, s.ended)
	}
}

// DataOf decodes the data of an event.
func DataOf[T any](t testing.TB, e Event) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(e.Data, &v); err != nil {
		t.Fatalf("the data of %s is not a %T: %v: %s", e.Name, v, err, e.Data)
	}
	return v
}
