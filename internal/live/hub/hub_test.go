package hub_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newHub returns a hub that is shut down at the end of the test. All connections
// have to be removed by then.
func newHub(t testing.TB, c hub.Config) *hub.Hub {
	h := hub.New(c)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := h.Shutdown(ctx); err != nil {
			t.Error("shutdown:", err)
		}
	})
	return h
}

// testConn is a connection without a transport: frames stay queued until the
// test takes them.
type testConn struct {
	t testing.TB
	*hub.Conn
}

func open(t testing.TB, h *hub.Hub, who hub.Identity) testConn {
	c := h.Open(who)
	t.Cleanup(func() { h.Remove(c) })
	return testConn{t, c}
}

func (c testConn) join(h *hub.Hub, rooms ...string) testConn {
	c.t.Helper()
	for _, room := range rooms {
		if _, err := h.Join(c.Conn, room, nil); err != nil {
			c.t.Fatal(err)
		}
	}
	return c
}

// wantFrames takes the queued frames and compares them with want, in order.
func (c testConn) wantFrames(want ...string) {
	c.t.Helper()
	frames, _ := c.Take(nil)
	var got []string
	for _, f := range frames {
		got = append(got, string(f.Bytes))
	}
	if !slices.Equal(got, want) {
		c.t.Errorf("%s got\n%s\nwant\n%s", c.ID(), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (c testConn) wantClosed(want wire.CloseCode) {
	c.t.Helper()
	if _, code := c.Take(nil); code != want {
		c.t.Errorf("closed with %d, want %d", code, want)
	}
}

func event(name string, data any) hub.Event { return hub.Event{Name: name, Data: data} }

func fragment(html string) func(context.Context, io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, html)
		return err
	}
}

func TestContextCarriesTheConnection(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{})
	if got := hub.ConnFromContext(hub.WithConn(t.Context(), bob.Conn)); got != bob.Conn {
		t.Errorf("got %v", got)
	}
	if hub.ConnFromContext(t.Context()) != nil {
		t.Error("got a connection from a context without one")
	}
}

func TestRoomIsActiveWhileItHasMembers(t *testing.T) {
	h := newHub(t, hub.Config{})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "chat-1").join(h, "chat-2").join(h, "other")
	if active := h.Active("chat-"); !slices.Equal(slices.Sorted(slices.Values(active)), []string{"chat-1", "chat-2"}) {
		t.Errorf("active rooms: %v", active)
	}
	h.LeaveAll(alice.Conn)
	if active := h.Active("chat-"); len(active) > 0 {
		t.Errorf("active rooms after all members left: %v", active)
	}
}
