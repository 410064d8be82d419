package presence

import (
	"context"
	"time"

	"hubbub/internal/postgres"
)

// Timing is how fast presence moves. The zero value is the usual.
type Timing struct {
	Grace time.Duration // from the last connection's end to offline
	Beat  time.Duration // between heartbeats, and looks at other nodes' leases
	TTL   time.Duration // that a node's leases outlive its last heartbeat
	Pace  time.Duration // between two announcements: what happens meanwhile is told together

	Idle   time.Duration // without input, after which a tab says that it is idle
	Hidden time.Duration // out of sight, after which it does
}

const (
	grace = 5 * time.Second         // a page reload takes 1–2 s
	beat  = 2500 * time.Millisecond // how late a node sees what happened on another
	ttl   = 12 * time.Second        // with a beat to notice, one to see, and the telling below the promised 20 s
	pace  = 250 * time.Millisecond  // nobody sees a dot change sooner

	idleAfter   = 5 * time.Minute
	hiddenAfter = 10 * time.Second // a look at another window is not leaving

	// perDigest bounds how many people one announcement tells of: some 100 KB,
	// far below what a connection's queue holds.
	perDigest = 200

	farewell = 2 * time.Second // for the last word to the database
)

func (t Timing) withDefaults() Timing {
	for _, d := range []struct {
		set   *time.Duration
		usual time.Duration
	}{{&t.Grace, grace}, {&t.Beat, beat}, {&t.TTL, ttl}, {&t.Pace, pace}, {&t.Idle, idleAfter}, {&t.Hidden, hiddenAfter}} {
		if *d.set == 0 {
			*d.set = d.usual
		}
	}
	return t
}

// node is this process among those on the database.
type node struct{ id, name string }

// Begin takes the leases of dead nodes away and sees who is here already. Call
// it before serving, while nobody watches who would be told of them.
func (s *Service) Begin(ctx context.Context) error {
	if err := s.beat(ctx); err != nil {
		return err
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.roster.pending() { // more than are told at once
		s.roster.tell(id)
	}
	return nil
}

// Run keeps this node's leases, looks at those of others, and tells the
// watchers, until ctx ends; then it lets the leases expire. It is no loop.Run: a
// failure to announce must not put off the heartbeat, which has a deadline.
func (s *Service) Run(ctx context.Context) {
	defer s.retire(context.WithoutCancel(ctx))
	tick := time.NewTicker(s.timing.Beat)
	defer tick.Stop()
	for ctx.Err() == nil {
		if s.guard.Do("presence", func() { s.round(ctx, tick.C) }) != nil {
			pause(ctx, s.timing.Pace)
		}
	}
}

// round announces, rests, and waits for what comes next. A panic of a part is
// that part's failure.
func (s *Service) round(ctx context.Context, tick <-chan time.Time) {
	s.complain(ctx, "announce", s.guard.Try("presence-announce", func() error { return s.flush(ctx) }))
	if !pause(ctx, s.timing.Pace) {
		return
	}
	expiry, stop := s.untilExpiry()
	defer stop()
	select {
	case <-s.moved:
	case <-expiry:
	case <-tick:
		s.complain(ctx, "heartbeat", s.guard.Try("presence-heartbeat", func() error { return s.beat(ctx) }))
	case <-ctx.Done():
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// untilExpiry fires when somebody's grace is over.
func (s *Service) untilExpiry() (<-chan time.Time, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.roster.nextExpiry()
	if !ok {
		return nil, func() {}
	}
	t := time.NewTimer(time.Until(at))
	return t.C, func() { t.Stop() }
}

func (s *Service) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "presence lags behind", "at", what, "error", err)
	}
}

// beat says that this node lives, buries the dead, and sees who is where.
func (s *Service) beat(ctx context.Context) error {
	if err := s.renew(ctx, s.db); err != nil {
		return err
	}
	if s.mayReap() {
		dead, err := reap(ctx, s.db)
		if err != nil {
			return err
		}
		if len(dead) > 0 {
			s.log.InfoContext(ctx, "leases of dead nodes were taken away", "nodes", dead)
		}
	}
	alive, err := living(ctx, s.db)
	if err != nil {
		return err
	}
	s.alive.Store(alive)
	seen, err := leases(ctx, s.db, s.node)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.see(seen)
	return nil
}

func (s *Service) renew(ctx context.Context, db postgres.Queryer) error {
	revived, err := renew(ctx, db, s.node, s.timing.TTL)
	if revived {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.roster.rewrite()
		s.moved.Signal()
	}
	return err
}

// mayReap is false after a gap in our own heartbeats: if the database was away,
// the other nodes could not say either that they live, and get a beat to do so.
func (s *Service) mayReap() bool {
	last := s.beatAt
	s.beatAt = time.Now()
	return last.IsZero() || s.beatAt.Sub(last) < s.timing.TTL
}

// flush writes the leases that changed here, then tells what is new. What fails
// is tried again with the next heartbeat.
func (s *Service) flush(ctx context.Context) error {
	w := locked(s, func() writes {
		s.roster.expire(time.Now())
		return s.roster.toWrite()
	})
	if err := s.write(ctx, w); err != nil {
		return err
	}
	if err := s.read(ctx, locked(s, s.roster.strangers)); err != nil {
		return err
	}
	return s.announcePending(ctx)
}

func (s *Service) write(ctx context.Context, w writes) error {
	if w.none() {
		return nil
	}
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if err := s.renew(ctx, tx); err != nil {
			return err
		}
		if err := take(ctx, tx, s.node, w); err != nil {
			return err
		}
		return give(ctx, tx, s.node, w)
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.wrote(w)
	return nil
}

// announcePending tells the news, as much as goes into one announcement. What
// is left is told with the next one, as it is then.
func (s *Service) announcePending(ctx context.Context) error {
	ids := locked(s, s.roster.pending)
	if len(ids) > perDigest {
		ids = ids[:perDigest]
		s.moved.Signal()
	}
	if len(ids) == 0 {
		return nil
	}
	return s.announce(ctx, ids, nil)
}

// retire is the node's last word. Its people are offline after the grace, unless
// they came back to another node, or to this one's successor.
func (s *Service) retire(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	if err := retire(ctx, s.db, s.node, s.timing.Grace); err != nil {
		s.log.WarnContext(ctx, "the leases were not given back; they expire by themselves", "error", err)
	}
}
