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
	"hubbub/internal/hub"
	"hubbub/internal/postgres"
	"hubbub/internal/testkit"
)

// bench is a service on a database with a few people, a node of its own, and a
// clock that the test moves.
type bench struct {
	*Service
	t     testing.TB
	db    *postgres.DB
	hub   *hub.Hub
	clock *clock
	at    *whereabouts
}

type clock struct{ ns atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.ns.Load()) }

func (c *clock) pass(by time.Duration) { c.ns.Add(int64(by)) }

type whereabouts struct{ atomic.Pointer[Attending] }

func (w *whereabouts) Attending(context.Context, int64) Attending { return *w.Load() }

type nobodyIsOnline struct{}

func (nobodyIsOnline) Online(context.Context, []int64) map[int64]account.Presence { return nil }

func newBench(t testing.TB) *bench {
	t.Helper()
	b := onDatabase(t, testkit.Database(t))
	if _, err := b.db.Exec(t.Context(), `
		insert into account.users (full_name, handle, email)
		select name, lower(name), lower(name) || '@test.example' from unnest(array['Sam','Maya','Theo','Lin','Priya']) name`); err != nil {
		t.Fatal(err)
	}
	return b
}

const sam, maya, theo, lin, priya = 1, 2, 3, 4, 5

// onDatabase is another node.
func onDatabase(t testing.TB, db *postgres.DB) *bench {
	t.Helper()
	b := &bench{t: t, db: db, hub: hub.New(hub.Config{}), clock: &clock{}, at: &whereabouts{}}
	b.clock.ns.Store(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC).UnixNano())
	b.at.Store(&Attending{Status: "offline"})
	people, err := account.New(db, account.Config{Hub: b.hub, Online: nobodyIsOnline{}, Cost: account.Cost{MemoryKiB: 64, Iterations: 1}})
	if err != nil {
		t.Fatal(err)
	}
	b.Service = New(db, b.hub, people, b.at, Config{Now: b.clock.now})
	return b
}

// mention is something to tell Maya.
func mention(key string) Notification {
	return Notification{UserID: maya, Type: Mention, Key: key, ActorID: sam, Title: Who + " mentioned you", Message: "“hello”", URL: "/rooms/1?message=1", Rule: "A message names you.", Topic: "room:1", TopicSeq: 1}
}

func (b *bench) send(n Notification) {
	b.t.Helper()
	if err := b.Send(b.t.Context(), n); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) list(f Filter) []Notice {
	b.t.Helper()
	notices, err := b.List(b.t.Context(), maya, f)
	if err != nil {
		b.t.Fatal(err)
	}
	return notices
}

func (b *bench) unread() int {
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

func (b *bench) tab() *tab {
	b.t.Helper()
	conn := b.hub.Open(hub.Identity{UserID: maya})
	if _, err := b.Subscribe(b.t.Context(), conn); err != nil {
		b.t.Fatal(err)
	}
	conn.Release()
	return &tab{b.t, conn}
}

type heard struct {
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

// hears takes what has come to the tab since.
func (tb *tab) hears() (events []heard) {
	tb.t.Helper()
	frames, _ := tb.conn.Take(nil)
	for _, f := range frames {
		for line := range bytes.SplitSeq(f.Bytes, []byte("\n")) {
			var h heard
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

// wants takes them, and compares "event verb unreadCount" of each.
func (tb *tab) wants(want ...string) []heard {
	tb.t.Helper()
	events := tb.hears()
	var got []string
	for _, e := range events {
		got = append(got, strings.Join(strings.Fields(fmt.Sprint(e.Event, " ", e.Data.Verb, " ", e.Data.UnreadCount)), " "))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		tb.t.Errorf("heard %q, want %q", got, want)
	}
	return events
}
