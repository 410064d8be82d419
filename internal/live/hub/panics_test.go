package hub_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/live/bus"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// panics collects the panics that a hub's guard has caught.
type panics struct {
	mu    sync.Mutex
	log   bytes.Buffer
	where []string
}

func (p *panics) guard() loop.Guard {
	return loop.Guard{
		Log: slog.New(slog.NewTextHandler(&p.log, nil)),
		OnPanic: func(where string) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.where = append(p.where, where)
		},
	}
}

func (p *panics) want(t *testing.T, where ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.where, where) {
		t.Errorf("counted the panics of %v, want %v", p.where, where)
	}
	if stacks := strings.Count(p.log.String(), "panics_test.go"); stacks < len(where) {
		t.Errorf("the log has %d stacks:\n%s", stacks, p.log.String())
	}
}

func TestPanicInOnLeaveDoesNotStopOtherObservers(t *testing.T) {
	var caught panics
	h := newHub(t, hub.Config{Guard: caught.guard()})
	var observed []string
	h.OnLeave("a", func(hub.Left) { panic("observer") })
	h.OnLeave("", func(l hub.Left) { observed = append(observed, l.Room) })
	alice := open(t, h, hub.Identity{}).join(h, "a")
	bob := open(t, h, hub.Identity{}).join(h, "a")

	h.Leave(alice.Conn, "a")
	h.Remove(bob.Conn)
	h.Broadcast(t.Context(), event("x", 1), hub.To(alice.ID()))

	alice.wantFrames(`{"event":"x","room":"` + alice.ID() + `","data":1}`)
	if !slices.Contains(observed, "a") || !slices.Contains(observed, bob.ID()) {
		t.Errorf("the other observer was called for %v", observed)
	}
	caught.want(t, "hub-left", "hub-left")
	if n := h.Stats().Connections; n != 1 {
		t.Errorf("%d connections remain, want 1", n)
	}
}

func TestPanicInOnOpenClosesTheConnection(t *testing.T) {
	var caught panics
	h := newHub(t, hub.Config{Guard: caught.guard()})
	h.OnOpen(func(o hub.Opened) {
		if o.Conn.UserID() == 1 {
			panic("observer")
		}
	})
	open(t, h, hub.Identity{UserID: 1}).wantClosed(wire.CloseInternal)
	open(t, h, hub.Identity{UserID: 2}).wantClosed(0)
	caught.want(t, "hub-opened")
}

func TestPanicInOnDeliveredDoesNotStopTheBroadcast(t *testing.T) {
	var caught panics
	h := newHub(t, hub.Config{
		Guard:   caught.guard(),
		Observe: func(time.Duration) { panic("observe") },
	})
	h.OnDelivered("a", func(string, int64) { panic("delivered") })
	h.OnCreated("order", func(int64) { panic("created") })
	bob := open(t, h, hub.Identity{}).join(h, "a")
	h.Watch(bob.Conn, "order")

	ev := event("x", 1)
	ev.Seq = 7
	h.Broadcast(t.Context(), ev, hub.To("a"))
	h.Publish(t.Context(), "order", hub.Change{Verb: hub.Created, ID: 3}, hub.Subscribers, nil)

	bob.wantFrames(`{"event":"x","room":"a","data":1}`, `{"event":"order","data":{"verb":"created","id":3}}`)
	caught.want(t, "hub-delivered", "hub-observe", "hub-created", "hub-observe")
}

func TestPanicInOnLostClosesTheConnection(t *testing.T) {
	var caught panics
	h := newHub(t, hub.Config{Guard: caught.guard(), QueueFrames: 1})
	h.OnLost("doc", func(*hub.Conn, string) { panic("lost") })
	c := openJoined(t, h, "doc")
	for range 2 {
		h.Stream(hub.Log, []byte("edit"), hub.To("doc").Here())
	}
	if code := c.Code(); code != wire.CloseInternal {
		t.Errorf("closed with %d", code)
	}
	caught.want(t, "hub-lost")
}

type panickingData struct{}

func (panickingData) MarshalJSON() ([]byte, error) { panic("data") }

var _ json.Marshaler = panickingData{}

func TestPanicInAnEventsContentDoesNotStopItsDelivery(t *testing.T) {
	var caught panics
	h := newHub(t, hub.Config{Guard: caught.guard()})
	bob := open(t, h, hub.Identity{HTML: true}).join(h, "a")
	h.Broadcast(t.Context(), hub.Event{Name: "x", Data: panickingData{}}, hub.To("a"))
	h.Broadcast(t.Context(), hub.Event{Name: "y", Data: 1, HTML: func(context.Context, io.Writer) error { panic("html") }}, hub.To("a"))
	bob.wantFrames(`{"event":"x","room":"a"}`, `{"event":"y","room":"a","data":1}`)
	caught.want(t, "hub-event-data", "hub-event-html")
}

// brokenBus delivers a message on which the hub panics, then a valid one.
type brokenBus struct{ bus.None }

func (brokenBus) Subscribe(fn func(bus.Message)) (stop func()) {
	fn(bus.Message{Kind: bus.Stream}) // without a room
	fn(bus.Message{Kind: bus.SessionEnded, Session: "session:1", Code: int(wire.CloseSignedOut)})
	return func() {}
}

func TestPanicInABusMessageDoesNotStopTheNext(t *testing.T) {
	p := panics{}
	h := newHub(t, hub.Config{Guard: loop.Guard{Log: slog.New(slog.DiscardHandler), OnPanic: p.guard().OnPanic}, Bus: &brokenBus{}})
	open(t, h, hub.Identity{Session: "session:1"}).wantClosed(wire.CloseSignedOut)
	if !slices.Equal(p.where, []string{"hub-bus"}) {
		t.Errorf("counted the panics of %v", p.where)
	}
}
