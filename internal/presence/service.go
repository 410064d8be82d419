package presence

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

// People is what presence needs to know of accounts.
type People interface {
	// Profiles returns the profiles of those of the users who exist.
	Profiles(ctx context.Context, ids []int64) (map[int64]account.Profile, error)
}

// Config configures a Service. A zero field has its default.
type Config struct {
	Node  string       // the node's name, shown in Explanation
	Log   *slog.Logger // nil: slog.Default
	Guard loop.Guard   // catches the panics of Run; without a logger it uses Log

	// Seen is called after the result of Visible has changed for a user with
	// connections to this node. It may be nil.
	Seen func(ctx context.Context, userID int64)
	Timing
}

// Service knows which users are online. Its methods are safe for concurrent use.
type Service struct {
	db       *postgres.DB
	hub      *hub.Hub
	people   People
	log      *slog.Logger
	guard    loop.Guard
	timing   Timing
	onSeen   func(ctx context.Context, userID int64)
	node     node
	alive    atomic.Int64 // nodes at the last heartbeat
	wake     loop.Wake    // signalled when Run has something to do
	beatAt   time.Time    // of the last heartbeat; used by Run only
	profiles profileCache

	mu     sync.Mutex // also held while events are sent: see broadcast
	roster *roster
}

// New returns a service that listens to the hub for connections that open and
// close, so a hub has one service at most. Begin and Run do the rest.
func New(db *postgres.DB, h *hub.Hub, people People, c Config) *Service {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Seen == nil {
		c.Seen = func(context.Context, int64) {}
	}
	timing := c.Timing.withDefaults()
	s := &Service{
		db: db, hub: h, people: people, log: c.Log, guard: c.Guard.WithLog(c.Log), timing: timing, onSeen: c.Seen,
		node: node{id: "n_" + strings.ToLower(rand.Text()), name: c.Node},
		wake: loop.NewWake(), roster: newRoster(timing.Grace),
		profiles: profileCache{people: people, maxAge: timing.Pace},
	}
	h.OnOpen(s.opened)
	h.OnLeave("user-", s.left)
	return s
}

func (s *Service) opened(o hub.Opened) {
	if o.Conn.UserID() == 0 {
		return
	}
	defer s.wake.Signal()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.open(o.Conn.UserID(), o.Conn.ID())
}

func (s *Service) left(l hub.Left) {
	id := l.Conn.UserID()
	if l.Room != hub.UserRoom(id) {
		return // a room of another feature with the same prefix
	}
	defer s.wake.Signal()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.close(id, l.Conn.ID(), time.Now())
}

// Subscribe joins the connection to the watchers and returns the users who are
// online, as the other watchers know it. Both happen under the lock that sending
// takes, and later events are held until the answer is queued: so they are newer
// than the answer and arrive after it.
func (s *Service) Subscribe(ctx context.Context, conn *hub.Conn) ([]account.Profile, error) {
	if err := s.readChoices(ctx, []int64{conn.UserID()}); err != nil {
		return nil, err
	}
	ids, err := s.join(conn)
	if err != nil {
		return nil, err
	}
	here, err := s.profiles.get(ctx, ids)
	if err != nil {
		s.hub.Leave(conn, Room)
		return nil, err
	}
	return here, nil
}

func (s *Service) join(conn *hub.Conn) (online []int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.hub.Join(conn, Room, nil); err != nil {
		return nil, err
	}
	conn.Hold(Room)
	return s.roster.snapshot(conn.UserID()), nil
}

// Of returns how the viewer sees these users; unknown ids are left out.
func (s *Service) Of(ctx context.Context, viewer int64, ids []int64) (map[int64]Presence, error) {
	if len(ids) > maxIDs {
		return nil, fault.Invalid("ids", "must not be more than 500")
	}
	found, err := readChoices(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.applyChoices(found)
	seen := make(map[int64]Presence, len(found))
	for _, f := range found {
		seen[f.userID] = s.roster.presence(viewer, f.userID)
	}
	return seen, nil
}

// Mine returns what the user chose, and how the user sees themselves.
func (s *Service) Mine(ctx context.Context, userID int64) (Choice, Presence, error) {
	if err := s.readChoices(ctx, []int64{userID}); err != nil {
		return Choice{}, Presence{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.roster.person(userID).choice, s.roster.presence(userID, userID), nil
}

// Online returns how other users see these users: the online state of every answer
// and event. It asks the database only for choices that it has not read yet, and
// answers without them when the database fails.
func (s *Service) Online(ctx context.Context, ids []int64) map[int64]account.Presence {
	s.logError(ctx, "online", s.readChoices(ctx, ids))
	s.mu.Lock()
	defer s.mu.Unlock()
	online := make(map[int64]account.Presence, len(ids))
	for _, id := range ids {
		p := s.roster.presence(0, id)
		online[id] = account.Presence{
			IsOnline: p.IsOnline(), LastSeenAt: s.roster.person(id).choice.LastSeenAt,
			Status: string(p.Status), Text: p.Text,
		}
	}
	return online
}

// Visible reports whether others may see where the user is: it is false for an
// invisible user, and until the user's arrival is announced, because Visible does
// not ask the database. When it changes, Config.Seen is called.
func (s *Service) Visible(userID int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.roster.visible(userID)
}

// Count returns how many users others see as online.
func (s *Service) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.roster.online())
}

// Nodes returns how many nodes had a valid heartbeat in the database, including
// this one, at this node's last heartbeat.
func (s *Service) Nodes() int { return int(s.alive.Load()) }

// locked calls ask under the service's lock.
func locked[T any](s *Service, ask func() T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ask()
}

// readChoices reads those choices of the users that the roster does not have.
func (s *Service) readChoices(ctx context.Context, ids []int64) error {
	unknown := locked(s, func() []int64 { return s.roster.missingChoices(ids) })
	if len(unknown) == 0 {
		return nil
	}
	found, err := readChoices(ctx, s.db, unknown)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.applyChoices(found)
	return nil
}

// Set changes the user's status or text, which are stored, or whether the connection
// from is idle, which is not. Idle requires from; otherwise from may be nil. The
// change is sent to the other users and to the user's other tabs.
func (s *Service) Set(ctx context.Context, from *hub.Conn, userID int64, c Change) (Presence, error) {
	if c.Text != nil {
		c.Text = new(strings.TrimSpace(*c.Text))
	}
	if err := c.check(); err != nil {
		return Presence{}, err
	}
	if c.Idle != nil && from == nil {
		return Presence{}, fault.WebSocketRequired()
	}
	if err := s.readChoices(ctx, []int64{userID}); err != nil {
		return Presence{}, err
	}
	if c.changesChoice() {
		if err := s.saveChoice(ctx, userID, c); err != nil {
			return Presence{}, err
		}
	}
	if c.Idle != nil {
		s.setIdle(from, *c.Idle)
	}
	return s.announceUser(ctx, userID, from)
}

func (s *Service) saveChoice(ctx context.Context, userID int64, c Change) error {
	seen := locked(s, func() bool { return s.roster.presence(0, userID).IsOnline() })
	chosen, err := saveChoice(ctx, s.db, userID, c.Status, c.Text, seen)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.applyChoice(userID, chosen)
	return nil
}

func (s *Service) setIdle(from *hub.Conn, idle bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.setIdle(from.UserID(), from.ID(), idle)
	s.wake.Signal() // Run writes it into the lease, for other nodes
}

// announceUser sends a user's changes without waiting for Run, which could not
// leave out the connection from. If Run is first all the same, from gets the event
// of its own change. What is sent to from afterwards is held until the answer is
// queued, or the answer would replace a newer state on the page. A failure to send
// is not returned: the change is stored, and Run tries again.
func (s *Service) announceUser(ctx context.Context, userID int64, from *hub.Conn) (Presence, error) {
	if err := s.announce(ctx, []int64{userID}, from); err != nil {
		s.logError(ctx, "announce", err)
		s.wake.Signal()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if from != nil {
		from.Hold(Room)
	}
	p := s.roster.person(userID)
	if self := p.ownPresence(); self.IsOnline() {
		return self, nil
	}
	return Presence{Status: p.choice.Status, Text: p.choice.Text}, nil
}
