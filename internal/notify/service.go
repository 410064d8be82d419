package notify

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/catchup"
	"hubbub/internal/live/hub"
)

// People is what notify needs to know of accounts.
type People interface {
	// Profiles returns the profiles of those of the users who exist.
	Profiles(ctx context.Context, ids []int64) (map[int64]account.Profile, error)
}

// Presence is what notify needs to know of the presence of users.
type Presence interface {
	// Attending returns the user's own status, and whether the user is active at a
	// tab on any node.
	Attending(ctx context.Context, userID int64) Attention
}

// Config configures a Service. A zero field has its default.
type Config struct {
	Log   *slog.Logger     // nil: slog.Default
	Guard loop.Guard       // catches the panics of Run; without a logger it uses Log
	Now   func() time.Time // nil: time.Now
	Beat  time.Duration    // between two rounds of Run; 0: a second

	PushAfter time.Duration // from a notification to the decision whether it is pushed; 0: 10 s
}

// Service stores notifications and sends them to the user's connections. Its
// methods are safe for concurrent use.
type Service struct {
	db         *postgres.DB
	hub        *hub.Hub
	people     People
	presence   Presence
	log        *slog.Logger
	guard      loop.Guard
	now        func() time.Time
	beat       time.Duration
	pushAfter  time.Duration
	wake       loop.Wake                  // signalled when Run's next round may be due earlier
	watermarks *catchup.Watermarks[int64] // by user
}

// New returns a service; Run does its background work.
func New(db *postgres.DB, h *hub.Hub, people People, p Presence, c Config) *Service {
	s := &Service{
		db: db, hub: h, people: people, presence: p,
		log: c.Log, now: c.Now, beat: c.Beat, pushAfter: c.PushAfter, wake: loop.NewWake(),
		watermarks: catchup.NewWatermarks[int64](),
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

// List returns the user's notifications, newest first.
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

// Bell returns what the bell shows to the user.
func (s *Service) Bell(ctx context.Context, userID int64) (Bell, error) {
	state, err := userStateOf(ctx, s.db, userID)
	if err != nil {
		return Bell{}, err
	}
	latest, err := s.List(ctx, userID, Filter{Limit: bellSize})
	return Bell{Unread: state.unread, Latest: latest}, err
}

// Notice returns one of the user's own notifications, or 404 if there is none.
func (s *Service) Notice(ctx context.Context, userID, id int64) (Notice, error) {
	n, err := noticeOf(ctx, s.db, userID, id)
	if err != nil {
		return n, err
	}
	return n, s.fillActors(ctx, &n)
}

// Why returns why the user got one of their own notifications, or 404 if there is
// none.
func (s *Service) Why(ctx context.Context, userID, id int64) (Why, error) {
	w, err := whyOf(ctx, s.db, userID, id)
	if err != nil {
		return w, err
	}
	w.Devices, err = deliveriesOf(ctx, s.db, id)
	return w, err
}

// Read marks one notification as read. Repeating it is harmless and sends no event.
// The error is 404 if the user has no such notification.
func (s *Service) Read(ctx context.Context, userID, id int64) (Notice, error) {
	err := s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
		done, err := markRead(ctx, tx, userID, id, seq, s.now())
		return orUnchanged(done, err)
	})
	if err != nil {
		return Notice{}, err
	}
	return s.Notice(ctx, userID, id)
}

// ReadAll marks all notifications as read that are not snoozed, and returns the
// unread count after it, 0.
func (s *Service) ReadAll(ctx context.Context, userID int64) (unread int, err error) {
	return 0, s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
		done, err := markAllRead(ctx, tx, userID, seq, s.now())
		return orUnchanged(done, err)
	})
}

// ReadTopic marks the notifications of a topic as read, up to the TopicSeq maxSeq:
// the user has read them elsewhere, in a room or a document.
func (s *Service) ReadTopic(ctx context.Context, userID int64, topic string, maxSeq int64) error {
	has, err := hasUnreadOfTopic(ctx, s.db, userID, topic, maxSeq)
	if err != nil || !has {
		return err
	}
	return s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
		done, err := markTopicRead(ctx, tx, userID, topic, maxSeq, seq, s.now())
		return orUnchanged(done, err)
	})
}

// Snooze removes one notification from the list and the count until a time, at
// which it comes back as unread. A nil until brings it back now. The error is 404
// if the user has no such notification.
func (s *Service) Snooze(ctx context.Context, userID, id int64, until *time.Time) (Notice, error) {
	if until != nil {
		if err := s.checkSnooze(*until); err != nil {
			return Notice{}, err
		}
	}
	if _, err := noticeOf(ctx, s.db, userID, id); err != nil {
		return Notice{}, err
	}
	err := s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
		if until == nil {
			done, err := unsnooze(ctx, tx, userID, id, seq)
			return orUnchanged(done, err)
		}
		done, err := snooze(ctx, tx, userID, id, seq, *until)
		return orUnchanged(done, err)
	})
	if err != nil {
		return Notice{}, err
	}
	s.wake.Signal()
	return s.Notice(ctx, userID, id)
}

func (s *Service) checkSnooze(until time.Time) error {
	switch length := until.Sub(s.now()); {
	case length <= 0:
		return fault.Invalid("until", "has passed already")
	case length > maxSnooze:
		return fault.Invalid("until", "must be within a year")
	}
	return nil
}

// Delete removes one notification permanently. The error is 404 if the user has no
// such notification.
func (s *Service) Delete(ctx context.Context, userID, id int64) error {
	found := false
	err := s.change(ctx, userID, func(tx postgres.Tx, seq int64) (err error) {
		found, err = remove(ctx, tx, userID, id, seq, s.now())
		return orUnchanged(found, err)
	})
	if err == nil && !found {
		return fault.NotFound()
	}
	return err
}

// Preferences returns the user's preferences, or the defaults.
func (s *Service) Preferences(ctx context.Context, userID int64) (Preferences, error) {
	return preferencesOf(ctx, s.db, userID)
}

// SetPreferences replaces the user's preferences. They apply to later notifications
// and to pushes that are not decided yet.
func (s *Service) SetPreferences(ctx context.Context, userID int64, p Preferences) (Preferences, error) {
	if err := p.check(); err != nil {
		return p, err
	}
	if err := savePreferences(ctx, s.db, userID, p); err != nil {
		return p, err
	}
	return preferencesOf(ctx, s.db, userID)
}

// errUnchanged makes change roll back, with the seq that it took, and return no
// error.
var errUnchanged = errors.New("nothing changed")

// orUnchanged returns err, or errUnchanged if a statement had nothing to do.
func orUnchanged(done bool, err error) error {
	if err == nil && !done {
		return errUnchanged
	}
	return err
}

// change runs a transaction that changes a user's notifications. It begins with
// nextSeq, which locks the user's row, so that the changes of a user are serial,
// and ends with the unread count. If do returns errUnchanged, nothing is stored or
// sent. After the commit this node sends the change to its own connections; other
// nodes find it in catchUp.
func (s *Service) change(ctx context.Context, userID int64, do func(tx postgres.Tx, seq int64) error) error {
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		seq, err := nextSeq(ctx, tx, userID)
		if err != nil {
			return err
		}
		if err := do(tx, seq); err != nil {
			return err
		}
		return storeUnread(ctx, tx, userID, seq)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	if err != nil {
		return err
	}
	s.logError(ctx, "sending changes", s.sendChanges(context.WithoutCancel(ctx), userID))
	return nil
}

// fillActors replaces the actors of the notices, which have ids only, by their
// profiles.
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
		n.Actors = slices.DeleteFunc(n.Actors, func(p account.Profile) bool { return p.ID == 0 }) // deleted since
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

func (s *Service) logError(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "notification work failed", "at", what, "error", err)
	}
}
