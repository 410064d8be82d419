package notify

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

// People is what notify needs to know of accounts.
type People interface {
	// Profiles returns who is there of the ids.
	Profiles(ctx context.Context, ids []int64) (map[int64]account.Profile, error)
}

// Presence is what notify needs to know of where people are.
type Presence interface {
	// Attending says how somebody is to themselves, and whether they are active
	// at a tab, on any node.
	Attending(ctx context.Context, userID int64) Attending
}

// Config is how the service runs. The zero value is the usual.
type Config struct {
	Log   *slog.Logger
	Guard loop.Guard       // catches the panics of Run; without a logger it uses Log
	Now   func() time.Time // nil: time.Now
	Beat  time.Duration    // between two looks at the database; 0: a second

	PushAfter time.Duration // from a notification to the decision whether it is pushed; 0: 10 s
}

// Service tells people what concerns them. Its methods are safe to call at once.
type Service struct {
	db        *postgres.DB
	hub       *hub.Hub
	people    People
	presence  Presence
	log       *slog.Logger
	guard     loop.Guard
	now       func() time.Time
	beat      time.Duration
	pushAfter time.Duration
	stirred   loop.Wake // when Run's next look may be due sooner
	teller    teller
}

// New wires the service to its database, hub, people and presence.
func New(db *postgres.DB, h *hub.Hub, people People, p Presence, c Config) *Service {
	s := &Service{
		db: db, hub: h, people: people, presence: p,
		log: c.Log, now: c.Now, beat: c.Beat, pushAfter: c.PushAfter, stirred: loop.NewWake(),
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.guard = c.Guard.WithLog(s.log)
	if s.now == nil {
		s.now = time.Now
	}
	if s.beat == 0 {
		s.beat = beat
	}
	if s.pushAfter == 0 {
		s.pushAfter = pushAfter
	}
	return s
}

// List returns a person's notifications, newest first.
func (s *Service) List(ctx context.Context, userID int64, f Filter) ([]Notice, error) {
	if f.Limit == 0 {
		f.Limit = pageSize
	}
	notices, err := noticesOf(ctx, s.db, userID, f)
	if err != nil {
		return nil, err
	}
	return notices, s.fillActors(ctx, pointers(notices)...)
}

// Bell returns what the button on every page shows to a person.
func (s *Service) Bell(ctx context.Context, userID int64) (Bell, error) {
	standing, err := standingOf(ctx, s.db, userID)
	if err != nil {
		return Bell{}, err
	}
	latest, err := s.List(ctx, userID, Filter{Limit: bellSize})
	return Bell{Unread: standing.unread, Latest: latest}, err
}

// Notice returns one of the person's own; 404 when there is none.
func (s *Service) Notice(ctx context.Context, userID, id int64) (Notice, error) {
	n, err := noticeOf(ctx, s.db, userID, id)
	if err != nil {
		return n, err
	}
	return n, s.fillActors(ctx, &n)
}

// Why returns why the person got one of their own; 404 when there is none.
func (s *Service) Why(ctx context.Context, userID, id int64) (Why, error) {
	w, err := whyOf(ctx, s.db, userID, id)
	if err != nil {
		return w, err
	}
	w.Devices, err = deliveriesOf(ctx, s.db, id)
	return w, err
}

// Read marks one as read. Doing so again is harmless, and tells nobody.
func (s *Service) Read(ctx context.Context, userID, id int64) (Notice, error) {
	err := s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
		done, err := markRead(ctx, tx, userID, id, seq, s.now())
		return unless(done, err)
	})
	if err != nil {
		return Notice{}, err
	}
	return s.Notice(ctx, userID, id)
}

// ReadAll marks everything as read that is awake, and returns what is unread
// then: nothing.
func (s *Service) ReadAll(ctx context.Context, userID int64) (unread int, err error) {
	return 0, s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
		done, err := markAllRead(ctx, tx, userID, seq, s.now())
		return unless(done, err)
	})
}

// ReadTopic marks as read what the person has read elsewhere: what is of the
// topic, up to a place there.
func (s *Service) ReadTopic(ctx context.Context, userID int64, topic string, upto int64) error {
	has, err := hasUnread(ctx, s.db, userID, topic, upto)
	if err != nil || !has {
		return err
	}
	return s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
		done, err := markTopicRead(ctx, tx, userID, topic, upto, seq, s.now())
		return unless(done, err)
	})
}

// Snooze puts one to sleep: it leaves the list and the count, and comes back at
// that time, unread. Nil wakes it.
func (s *Service) Snooze(ctx context.Context, userID, id int64, until *time.Time) (Notice, error) {
	if until != nil {
		if err := s.checkNap(*until); err != nil {
			return Notice{}, err
		}
	}
	if _, err := noticeOf(ctx, s.db, userID, id); err != nil {
		return Notice{}, err
	}
	err := s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
		if until == nil {
			done, err := wake(ctx, tx, userID, id, seq)
			return unless(done, err)
		}
		done, err := snooze(ctx, tx, userID, id, seq, *until)
		return unless(done, err)
	})
	if err != nil {
		return Notice{}, err
	}
	s.stirred.Signal()
	return s.Notice(ctx, userID, id)
}

func (s *Service) checkNap(until time.Time) error {
	switch nap := until.Sub(s.now()); {
	case nap <= 0:
		return fault.Invalid("until", "has passed already")
	case nap > maxNap:
		return fault.Invalid("until", "must be within a year")
	}
	return nil
}

// Delete removes one for good; 404 when there is none.
func (s *Service) Delete(ctx context.Context, userID, id int64) error {
	gone := false
	err := s.change(ctx, userID, func(tx postgres.Tx, seq int64) (err error) {
		gone, err = remove(ctx, tx, userID, id, seq, s.now())
		return unless(gone, err)
	})
	if err == nil && !gone {
		return fault.NotFound()
	}
	return err
}

// Preferences returns what the person chose, or what everybody begins with.
func (s *Service) Preferences(ctx context.Context, userID int64) (Preferences, error) {
	return preferencesOf(ctx, s.db, userID)
}

// SetPreferences replaces what the person chose before. It is for what comes
// from now on.
func (s *Service) SetPreferences(ctx context.Context, userID int64, p Preferences) (Preferences, error) {
	if err := p.check(); err != nil {
		return p, err
	}
	if err := keepPreferences(ctx, s.db, userID, p); err != nil {
		return p, err
	}
	return preferencesOf(ctx, s.db, userID)
}

// errUnchanged says that there is nothing to tell: the transaction is undone,
// and with it the seq that it took.
var errUnchanged = errors.New("nothing changed")

func unless(done bool, err error) error {
	if err == nil && !done {
		return errUnchanged
	}
	return err
}

// change is a transaction that changes a person's notifications. One after the
// other: it begins with their next seq, which holds the others, and ends with
// counting what is unread. Then this node tells its connections; other nodes
// find out by themselves.
func (s *Service) change(ctx context.Context, userID int64, do func(tx postgres.Tx, seq int64) error) error {
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		seq, err := nextSeq(ctx, tx, userID)
		if err != nil {
			return err
		}
		if err := do(tx, seq); err != nil {
			return err
		}
		return settle(ctx, tx, userID, seq)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	if err != nil {
		return err
	}
	s.complain(ctx, "telling", s.tell(context.WithoutCancel(ctx), userID))
	return nil
}

// fillActors completes notices with the people whose doing they are.
func (s *Service) fillActors(ctx context.Context, notices ...*Notice) error {
	var ids []int64
	for _, n := range notices {
		for _, actor := range n.Actors {
			ids = append(ids, actor.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	known, err := s.people.Profiles(ctx, ids)
	for _, n := range notices {
		for i := range n.Actors {
			n.Actors[i] = known[n.Actors[i].ID]
		}
		n.Actors = slices.DeleteFunc(n.Actors, func(p account.Profile) bool { return p.ID == 0 }) // gone since
	}
	return err
}

func pointers[T any](all []T) []*T {
	to := make([]*T, len(all))
	for i := range all {
		to[i] = &all[i]
	}
	return to
}

func (s *Service) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "notifications lag behind", "at", what, "error", err)
	}
}
