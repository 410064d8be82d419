package hub_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/internal/hub"
	"hubbub/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newHub is a hub whose connections are all removed at the end of the test.
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

// person is a connection without a transport: what the hub queued stays until
// it is asked for.
type person struct {
	t testing.TB
	*hub.Conn
}

func open(t testing.TB, h *hub.Hub, who hub.Identity) person {
	c := h.Open(who)
	t.Cleanup(func() { h.Remove(c) })
	return person{t, c}
}

func (p person) join(h *hub.Hub, rooms ...string) person {
	p.t.Helper()
	for _, room := range rooms {
		if _, err := h.Join(p.Conn, room, nil); err != nil {
			p.t.Fatal(err)
		}
	}
	return p
}

// hears takes what is queued and compares it with the frames, in order.
func (p person) hears(want ...string) {
	p.t.Helper()
	frames, _ := p.Take(nil)
	var got []string
	for _, f := range frames {
		got = append(got, string(f.Bytes))
	}
	if !slices.Equal(got, want) {
		p.t.Errorf("%s hears\n%s\nwant\n%s", p.ID(), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (p person) closedWith(want wire.CloseCode) {
	p.t.Helper()
	if _, code := p.Take(nil); code != want {
		p.t.Errorf("closed with %d, want %d", code, want)
	}
}

func event(name string, data any) hub.Event { return hub.Event{Name: name, Data: data} }

func fragment(html string) func(context.Context, io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, html)
		return err
	}
}

func TestTheContextCarriesTheConnection(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{})
	if got := hub.ConnFrom(hub.WithConn(t.Context(), bob.Conn)); got != bob.Conn {
		t.Errorf("got %v", got)
	}
	if hub.ConnFrom(t.Context()) != nil {
		t.Error("a connection from nowhere")
	}
}

func TestARoomIsActiveWhileSomebodyIsInIt(t *testing.T) {
	h := newHub(t, hub.Config{})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "chat-1").join(h, "chat-2").join(h, "other")
	if active := h.Active("chat-"); !slices.Equal(slices.Sorted(slices.Values(active)), []string{"chat-1", "chat-2"}) {
		t.Errorf("active are %v", active)
	}
	h.LeaveAll(alice.Conn)
	if active := h.Active("chat-"); len(active) > 0 {
		t.Errorf("after all left, active are %v", active)
	}
}
