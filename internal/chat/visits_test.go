package chat

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/testkit"
)

// showing is whether everybody shows themselves.
type showing struct{ atomic.Bool }

func (s *showing) Visible(int64) bool { return s.Load() }

func (s *showing) toggle() { s.Store(!s.Load()) }

// TestWhatARoomWasToldOfAPersonIsTrueInTheEnd lets somebody hide and show
// themselves while their tabs come and go.
func TestWhatARoomWasToldOfAPersonIsTrueInTheEnd(t *testing.T) {
	s, h, ada := chatting(t)
	visible := &showing{}
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
				s.Seen(t.Context(), ada.ID)
			}
		})
		all.Wait()
		s.announceDepartures(t.Context())
		there = lastTold(t, watcher, there)
		if want := h.UserIn(ada.ID, hubRoom(room.ID)) && visible.Load(); there != want {
			t.Fatalf("round %d: the room was told that she is there: %v, want %v", round, there, want)
		}
		for _, tab := range tabs {
			h.Remove(tab)
		}
		s.announceDepartures(t.Context())
		if there = lastTold(t, watcher, there); there {
			t.Fatalf("round %d: she is still there after all her tabs were closed", round)
		}
	}
	if rooms := s.visits.rooms(ada.ID); len(rooms) > 0 || len(s.typing.at) > 0 {
		t.Errorf("kept are %v and %v of somebody who is nowhere", rooms, s.typing.at)
	}
}

// lastTold returns whether the person is there by the last that the watcher was
// told, which also says of whom typing may be told.
func lastTold(t *testing.T, watcher *hub.Conn, there bool) bool {
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

func TestWhoIsHiddenDoesNotType(t *testing.T) {
	s, h, ada := chatting(t)
	visible := &showing{}
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
	s.Seen(t.Context(), ada.ID)
	wantEvents(t, watcher, "userJoined")
	typing(true, `typing","room":"chat-1","data":{"userId":1,"roomId":1,"isTyping":true`)
	visible.toggle()
	s.Seen(t.Context(), ada.ID)
	wantEvents(t, watcher, `typing","room":"chat-1","data":{"userId":1,"roomId":1,"isTyping":false`, "userLeft")
	typing(true)
	s.Leave(tab, room.ID)
	s.announceDepartures(t.Context())
	wantEvents(t, watcher)
}

func TestClosingAConnectionDoesNotWaitForTheDatabase(t *testing.T) {
	s, h, ada := chatting(t)
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
	asked := s.db.Stat().AcquireCount()
	h.Remove(tab)
	if n := s.db.Stat().AcquireCount() - asked; n > 0 {
		t.Errorf("the hub asked the database %d times while it closed a connection", n)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.RunDepartures(ctx, loop.Guard{}) })
	testkit.Eventually(t, "the room to hear of it", 5*time.Second, func() bool {
		frames, _ := watcher.Take(nil)
		return len(frames) == 1 && bytes.Contains(frames[0].Bytes, []byte(`"userLeft"`))
	})
	stop()
	running.Wait()
}

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
