package presence

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/loop"
	"hubbub/internal/testkit"
)

// panickyPeople panics while it is broken.
type panickyPeople struct {
	People
	broken atomic.Bool
}

func (p *panickyPeople) Profiles(ctx context.Context, ids []int64) (map[int64]account.Profile, error) {
	if p.broken.Load() {
		panic("people")
	}
	return p.People.Profiles(ctx, ids)
}

func TestPresenceHeartbeatSurvivesAPanicOfAnAnnouncement(t *testing.T) {
	db := testkit.Database(t)
	insertUsers(t, db, 2)
	var panics atomic.Int64
	people := &panickyPeople{}
	s, h := startService(t, db, brisk, func(s *Service) {
		people.People, s.people = s.people, people
		s.guard = loop.Guard{Log: slog.New(slog.DiscardHandler), OnPanic: func(string) { panics.Add(1) }}
	})
	watcher := newNaiveClient(h, 1)
	t.Cleanup(func() { h.Remove(watcher.conn) })
	watcher.subscribe(t, s)

	people.broken.Store(true)
	late := newNaiveClient(h, 2)
	t.Cleanup(func() { h.Remove(late.conn) })
	testkit.Eventually(t, "announcing panics repeatedly", testkit.Timeout, func() bool { return panics.Load() > 1 })
	first := leaseEnd(t, s)
	testkit.Eventually(t, "the lease is renewed", testkit.Timeout, func() bool { return leaseEnd(t, s).After(first) })

	people.broken.Store(false)
	testkit.Eventually(t, "the watcher gets userOnline", testkit.Timeout, func() bool {
		watcher.hear(t)
		return watcher.online[2]
	})
}

// leaseEnd returns when this node's leases expire.
func leaseEnd(t *testing.T, s *Service) (end time.Time) {
	t.Helper()
	if err := s.db.QueryRow(t.Context(), `select expires_at from presence.nodes where id = $1`, s.node.id).Scan(&end); err != nil {
		t.Fatal(err)
	}
	return end
}
