package presence

import (
	"context"
	"time"

	"hubbub/internal/base/postgres"
)

// Timing is the delays and periods of presence. A zero field has its default.
type Timing struct {
	Grace time.Duration // from the end of the last connection to offline
	Beat  time.Duration // between heartbeats, which also read the leases of other nodes
	TTL   time.Duration // for which a node's leases outlive its last heartbeat
	Pace  time.Duration // between two announcements: the changes of that time go out together

	Idle   time.Duration // without input, after which a tab reports itself as idle
	Hidden time.Duration // out of sight, after which it does the same
}

const (
	grace = 5 * time.Second         // a page reload takes 1–2 s
	beat  = 2500 * time.Millisecond // how late a node sees what happened on another
	ttl   = 12 * time.Second        // with a beat to notice, one to see, and an announcement, below the promised 20 s
	pace  = 250 * time.Millisecond  // a user does not notice that a dot changes this late

	idleAfter   = 5 * time.Minute
	hiddenAfter = 10 * time.Second // a look at another window is not leaving

	// usersPerDigest is the most users in one announcement: some 100 KB, far below
	// what a connection's queue holds.
	usersPerDigest = 200

	retireTimeout = 2 * time.Second // for the last statement of a node
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

// node identifies this process among those on the database.
type node struct{ id, name string }

// Begin deletes the leases of nodes that have expired and reads the others. Call
// it before serving: without watchers, none can miss what it takes as sent.
func (s *Service) Begin(ctx context.Context) error {
	if err := s.beat(ctx); err != nil {
		return err
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.roster.pending() { // more than usersPerDigest
		s.roster.takeDiff(id)
	}
	return nil
}

// Run keeps this node's leases, reads those of other nodes, and sends changes to
// the watchers, until ctx ends; then it lets the leases expire. It is not a
// loop.Run, because a failure to announce must not delay the heartbeat, which has
// a deadline.
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

// round announces what is pending, pauses, and waits for the next thing to do. A
// panic in one part fails that part only.
func (s *Service) round(ctx context.Context, tick <-chan time.Time) {
	s.logError(ctx, "announce", s.guard.Try("presence-announce", func() error { return s.flush(ctx) }))
	if !pause(ctx, s.timing.Pace) {
		return
	}
	expiry, stop := s.expiryTimer()
	defer stop()
	select {
	case <-s.wake:
	case <-expiry:
	case <-tick:
		s.logError(ctx, "heartbeat", s.guard.Try("presence-heartbeat", func() error { return s.beat(ctx) }))
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

// expiryTimer returns a channel that fires when the next grace is over, or nil if
// none runs, and a function that stops it.
func (s *Service) expiryTimer() (<-chan time.Time, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.roster.nextExpiry()
	if !ok {
		return nil, func() {}
	}
	t := time.NewTimer(time.Until(at))
	return t.C, func() { t.Stop() }
}

func (s *Service) logError(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "presence work failed", "at", what, "error", err)
	}
}

// beat renews this node's heartbeat, deletes nodes that have expired with their
// leases, and reads the leases of all nodes.
func (s *Service) beat(ctx context.Context) error {
	if err := s.renew(ctx, s.db); err != nil {
		return err
	}
	if s.mayReap() {
		dead, err := reapNodes(ctx, s.db)
		if err != nil {
			return err
		}
		if len(dead) > 0 {
			s.log.InfoContext(ctx, "deleted the leases of dead nodes", "nodes", dead)
		}
	}
	alive, err := countNodes(ctx, s.db)
	if err != nil {
		return err
	}
	s.alive.Store(alive)
	seen, err := readLeases(ctx, s.db, s.node)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.applyLeases(seen)
	return nil
}

func (s *Service) renew(ctx context.Context, db postgres.Queryer) error {
	revived, err := renewNode(ctx, db, s.node, s.timing.TTL)
	if revived {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.roster.resetLeases()
		s.wake.Signal()
	}
	return err
}

// mayReap reports whether this node may delete nodes that have expired. It may not
// after a gap in its own heartbeats: if the database was away, the other nodes
// could not renew theirs either, and get one beat to do so.
func (s *Service) mayReap() bool {
	last := s.beatAt
	s.beatAt = time.Now()
	return last.IsZero() || s.beatAt.Sub(last) < s.timing.TTL
}

// flush writes the leases that changed on this node, then announces what is
// pending. What fails is tried again, at the latest after the next heartbeat.
func (s *Service) flush(ctx context.Context) error {
	w := locked(s, func() leaseChanges {
		s.roster.expire(time.Now())
		return s.roster.pendingLeases()
	})
	if err := s.write(ctx, w); err != nil {
		return err
	}
	if err := s.readChoices(ctx, locked(s, s.roster.choicesToRead)); err != nil {
		return err
	}
	return s.announcePending(ctx)
}

func (s *Service) write(ctx context.Context, w leaseChanges) error {
	if w.empty() {
		return nil
	}
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if err := s.renew(ctx, tx); err != nil {
			return err
		}
		if err := acquireLeases(ctx, tx, s.node, w); err != nil {
			return err
		}
		return releaseLeases(ctx, tx, s.node, w)
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.confirmLeases(w)
	return nil
}

// announcePending announces at most usersPerDigest users. The others follow with
// the next announcement, in the state that they have then.
func (s *Service) announcePending(ctx context.Context) error {
	ids := locked(s, s.roster.pending)
	if len(ids) > usersPerDigest {
		ids = ids[:usersPerDigest]
		s.wake.Signal()
	}
	if len(ids) == 0 {
		return nil
	}
	return s.announce(ctx, ids, nil)
}

// retire lets the node's leases expire after the grace. Its users are offline
// then, unless they have connected to another node, or to this one's successor.
func (s *Service) retire(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, retireTimeout)
	defer cancel()
	if err := retireNode(ctx, s.db, s.node, s.timing.Grace); err != nil {
		s.log.WarnContext(ctx, "could not release the leases; they expire by themselves", "error", err)
	}
}
