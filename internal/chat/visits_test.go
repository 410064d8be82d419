package chat

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// switchablePresence makes every user visible or invisible.
type switchablePresence struct{ atomic.Bool }

func (s *switchablePresence) Visible(int64) bool { return s.Load() }

func (s *switchablePresence) toggle() { s.Store(!s.Load()) }

// TestRoomPresenceEventsEndWithTheActualState switches a user between visible and invisible while their tabs join and
// leave a room. The last event that the room gets about the user must be true.
func TestRoomPresenceEventsEndWithTheActualState(t *testing.T) {
	s, h, ada := newTestService(t)
	visible := &switchablePresence{}
	s.presence = visible
	room, err := s.Create(t.Context(), nil, ada, NewRoom{Name: "one", Kind: Public})
	if err != nil {
		t.Fatal(err)
	}
	watcher := h.Open(hub.Identity{UserID: ada.ID + 1})
	defer h.Remove(watcher)
	if _, err := h.Join(watcher, hubRoom(room.ID), nil); err != nil {
		t.Fatal(err)
	}
	there := false
	for round := range 20 {
		var all sync.WaitGroup
		tabs := make([]*hub.Conn, 3)
		for i := range tabs {
			tabs[i] = h.Open(hub.Identity{UserID: ada.ID})
			all.Go(func() {
				for range 5 {
					if _, err := s.Join(t.Context(), tabs[i], ada, room.ID, nil); err != nil {
						t.Error(err)
					}
					s.setTyping(t.Context(), tabs[i], Typing{UserID: ada.ID, RoomID: room.ID, IsTyping: true})
					if i > 0 || round%2 == 0 {
						s.Leave(tabs[i], room.ID)
					}
				}
			})
		}
		all.Go(func() {
			for range 15 {
				visible.toggle()
				s.VisibilityChanged(t.Context(), ada.ID)
			}
		})
		all.Wait()
		s.announceDepartures(t.Context())
		there = lastAnnounced(t, watcher, there)
		if want := h.UserIn(ada.ID, hubRoom(room.ID)) && visible.Load(); there != want {
			t.Fatalf("round %d: by the events the user is in the room: %v, want %v", round, there, want)
		}
		for _, tab := range tabs {
			h.Remove(tab)
		}
		s.announceDepartures(t.Context())
		if there = lastAnnounced(t, watcher, there); there {
			t.Fatalf("round %d: by the events the user is in the room after all tabs were closed", round)
		}
	}
	if rooms := s.visits.rooms(ada.ID); len(rooms) > 0 || len(s.typing.at) > 0 {
		t.Errorf("rooms %v and typists %v are kept of a user without connections", rooms, s.typing.at)
	}
}

// lastAnnounced takes the watcher's events and reports whether the user is in the room by the last of them, or there if
// there is none.
func lastAnnounced(t *testing.T, watcher *hub.Conn, there bool) bool {
	t.Helper()
	frames, _ := watcher.Take(nil)
	for _, f := range frames {
		switch {
		case bytes.Contains(f.Bytes, []byte(`"event":"userJoined"`)):
			there = true
		case bytes.Contains(f.Bytes, []byte(`"event":"userLeft"`)):
			there = false
		}
	}
	return there
}

func TestTypingOfInvisibleUserIsNotSent(t *testing.T) {
	s, h, ada := newTestService(t)
	visible := &switchablePresence{}
	s.presence = visible
	room, err := s.Create(t.Context(), nil, ada, NewRoom{Name: "one", Kind: Public})
	if err != nil {
		t.Fatal(err)
	}
	tab, watcher := h.Open(hub.Identity{UserID: ada.ID}), h.Open(hub.Identity{UserID: ada.ID + 1})
	defer h.Remove(tab)
	defer h.Remove(watcher)
	if _, err := h.Join(watcher, hubRoom(room.ID), nil); err != nil {
		t.Fatal(err)
	}
	typing := func(is bool, want ...string) {
		t.Helper()
		if err := s.Typing(t.Context(), tab, ada, room.ID, is); err != nil {
			t.Fatal(err)
		}
		wantEvents(t, watcher, want...)
	}
	if _, err := s.Join(t.Context(), tab, ada, room.ID, nil); err != nil {
		t.Fatal(err)
	}
	typing(true)
	typing(false)
	visible.toggle()
	s.VisibilityChanged(t.Context(), ada.ID)
	wantEvents(t, watcher, "userJoined")
	typing(true, `typing","room":"chat-1","data":{"userId":1,"roomId":1,"isTyping":true`)
	visible.toggle()
	s.VisibilityChanged(t.Context(), ada.ID)
	wantEvents(t, watcher, `typing","room":"chat-1","data":{"userId":1,"roomId":1,"isTyping":false`, "userLeft")
	typing(true)
	s.Leave(tab, room.ID)
	s.announceDepartures(t.Context())
	wantEvents(t, watcher)
}

func TestConnectionCloseDoesNotWaitForTheDatabase(t *testing.T) {
	s, h, ada := newTestService(t)
	room, err := s.Create(t.Context(), nil, ada, NewRoom{Name: "one", Kind: Public})
	if err != nil {
		t.Fatal(err)
	}
	tab, watcher := h.Open(hub.Identity{UserID: ada.ID}), h.Open(hub.Identity{UserID: ada.ID + 1})
	defer h.Remove(watcher)
	if _, err := h.Join(watcher, hubRoom(room.ID), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Join(t.Context(), tab, ada, room.ID, nil); err != nil {
		t.Fatal(err)
	}
	wantEvents(t, watcher, "userJoined")
	before := s.db.Stat().AcquireCount()
	h.Remove(tab)
	if n := s.db.Stat().AcquireCount() - before; n > 0 {
		t.Errorf("the hub made %d queries while it closed a connection, want 0", n)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.RunDepartures(ctx, loop.Guard{}) })
	testkit.Eventually(t, "the room gets userLeft", 5*time.Second, func() bool {
		frames, _ := watcher.Take(nil)
		return len(frames) == 1 && bytes.Contains(frames[0].Bytes, []byte(`"userLeft"`))
	})
	stop()
	running.Wait()
}

// wantEvents takes the connection's frames and compares the beginnings of their events with want.
func wantEvents(t *testing.T, conn *hub.Conn, want ...string) {
	t.Helper()
	frames, _ := conn.Take(nil)
	if len(frames) != len(want) {
		t.Fatalf("got %d frames, want %v", len(frames), want)
	}
	for i, f := range frames {
		if !bytes.Contains(f.Bytes, []byte(`{"event":"`+want[i])) {
			t.Errorf("got %s, want %s", f.Bytes, want[i])
		}
	}
}
