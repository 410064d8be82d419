package hub_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

func TestSessionEndClosesAndRefusesConnections(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{UserID: 2, Session: "session:1"}).join(h, "a")
	other := open(t, h, hub.Identity{UserID: 2, Session: "session:2"})
	h.Broadcast(t.Context(), event("x", 1), hub.To("a"))

	h.CloseSession("session:1", wire.CloseSignedOut)

	bob.wantClosed(wire.CloseSignedOut)
	bob.wantFrames()
	other.wantClosed(0)
	late := open(t, h, hub.Identity{UserID: 2, Session: "session:1"})
	late.wantClosed(wire.CloseSignedOut)
}

func TestSessionExpires(t *testing.T) {
	h := newHub(t, hub.Config{})
	now := time.Now()
	later := open(t, h, hub.Identity{UserID: 1, Expires: now.Add(time.Hour)})
	soon := open(t, h, hub.Identity{UserID: 2, Expires: now.Add(50 * time.Millisecond)})
	select {
	case <-soon.Wake():
	case <-time.After(5 * time.Second):
		t.Fatal("the session did not expire")
	}
	soon.wantClosed(wire.CloseSignedOut)
	later.wantClosed(0)
}

func TestShutdownClosesAllConnectionsAndWaits(t *testing.T) {
	h := hub.New(hub.Config{})
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "a")
	h.Broadcast(t.Context(), event("x", 1), hub.To("a"))
	short, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Shutdown(short); !errors.Is(err, context.Canceled) {
		t.Errorf("with a connection open: %v", err)
	}
	frames, code := bob.Take(nil)
	if len(frames) != 1 || code != wire.CloseRestart {
		t.Errorf("%d frames and code %d, want the queued one and 1012", len(frames), code)
	}
	if h.Accepting() {
		t.Error("the hub accepts connections while it shuts down")
	}
	open(t, h, hub.Identity{}).wantClosed(wire.CloseRestart)
}

func TestShutdownReturnsAfterTheLastRemove(t *testing.T) {
	h := hub.New(hub.Config{})
	c := h.Open(hub.Identity{})
	done := make(chan error)
	go func() { done <- h.Shutdown(context.Background()) }()
	<-c.Wake()
	h.Remove(c)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if closed := h.Stats().Closed[wire.CloseRestart]; closed != 1 {
		t.Errorf("counted %d closes with 1012, want 1", closed)
	}
}
