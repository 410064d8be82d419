package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// testService is a Service on its own node, with a few users in the database and a
// clock that the test moves.
type testService struct {
	*Service
	t         testing.TB
	db        *postgres.DB
	hub       *hub.Hub
	clock     *clock
	attending *fakePresence
}

type clock struct{ ns atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.ns.Load()) }

func (c *clock) advance(by time.Duration) { c.ns.Add(int64(by)) }

type fakePresence struct{ atomic.Pointer[Attention] }

func (w *fakePresence) Attending(context.Context, int64) Attention { return *w.Load() }

type allOffline struct{}

func (allOffline) Online(context.Context, []int64) map[int64]account.Presence { return nil }

func newTestService(t testing.TB) *testService {
	t.Helper()
	b := newNode(t, testkit.Database(t))
	if _, err := b.db.Exec(t.Context(), `
		insert into account.users (full_name, handle, email)
		select name, lower(name), lower(name) || '@test.example' from unnest(array['Sam','Maya','Theo','Lin','Priya']) name`); err != nil {
		t.Fatal(err)
	}
	return b
}

const sam, maya, theo, lin, priya = 1, 2, 3, 4, 5

// newNode returns another node on a database.
func newNode(t testing.TB, db *postgres.DB) *testService {
	t.Helper()
	b := &testService{t: t, db: db, hub: hub.New(hub.Config{}), clock: &clock{}, attending: &fakePresence{}}
	b.clock.ns.Store(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC).UnixNano())
	b.attending.Store(&Attention{Status: "offline"})
	people, err := account.New(db, account.Config{Hub: b.hub, Online: allOffline{}, Cost: account.Cost{MemoryKiB: 64, Iterations: 1}})
	if err != nil {
		t.Fatal(err)
	}
	b.Service = New(db, b.hub, people, b.attending, Config{Now: b.clock.now})
	return b
}

// mention returns a notification for Maya.
func mention(key string) Notification {
	return Notification{UserID: maya, Type: Mention, Key: key, ActorID: sam, Title: Who + " mentioned you", Message: "“hello”", URL: "/rooms/1?message=1", Rule: "Someone mentioned you in a message.", Topic: "room:1", TopicSeq: 1}
}

func (b *testService) send(n Notification) {
	b.t.Helper()
	if err := b.Send(b.t.Context(), n); err != nil {
		b.t.Fatal(err)
	}
}

func (b *testService) list(f Filter) []Notice {
	b.t.Helper()
	notices, err := b.List(b.t.Context(), maya, f)
	if err != nil {
		b.t.Fatal(err)
	}
	return notices
}

func (b *testService) unread() int {
	b.t.Helper()
	bell, err := b.Bell(b.t.Context(), maya)
	if err != nil {
		b.t.Fatal(err)
	}
	return bell.Unread
}

// tab is a connection that has subscribed.
type tab struct {
	t    testing.TB
	conn *hub.Conn
}

func (b *testService) tab() *tab {
	b.t.Helper()
	conn := b.hub.Open(hub.Identity{UserID: maya})
	if _, err := b.Subscribe(b.t.Context(), conn); err != nil {
		b.t.Fatal(err)
	}
	conn.Release()
	return &tab{b.t, conn}
}

type eventFrame struct {
	Event string
	Room  string
	Data  struct {
		Verb         string
		ID           int64
		UnreadCount  int
		Title        string
		Read         bool
		SnoozedUntil *string
	}
}

// events returns the events that the tab has got since the last call.
func (tb *tab) events() (events []eventFrame) {
	tb.t.Helper()
	frames, _ := tb.conn.Take(nil)
	for _, f := range frames {
		for line := range bytes.SplitSeq(f.Bytes, []byte("\n")) {
			var h eventFrame
			if err := json.Unmarshal(line, &h); err != nil {
				tb.t.Fatalf("%v: %s", err, line)
			}
			if h.Event != "connected" {
				events = append(events, h)
			}
		}
	}
	return events
}

// wantEvents does the same, and compares "event verb unreadCount" of each with want.
func (tb *tab) wantEvents(want ...string) []eventFrame {
	tb.t.Helper()
	events := tb.events()
	var got []string
	for _, e := range events {
		got = append(got, strings.Join(strings.Fields(fmt.Sprint(e.Event, " ", e.Data.Verb, " ", e.Data.UnreadCount)), " "))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		tb.t.Errorf("got the events %q, want %q", got, want)
	}
	return events
}
