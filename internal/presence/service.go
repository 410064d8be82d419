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
	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

// People is what presence needs to know of accounts.
type People interface {
	// Profiles returns who is there of the ids.
	Profiles(ctx context.Context, ids []int64) (map[int64]account.Profile, error)
}

// Config is how the service runs. The zero value is the usual.
type Config struct {
	Node  string // what this node is called, for people who ask
	Log   *slog.Logger
	Guard loop.Guard                              // catches the panics of Run; without a logger it uses Log
	Seen  func(ctx context.Context, userID int64) // called after others began or ceased to see somebody with connections here; nil: nobody asks
	Timing
}

// Service knows who is here. Its methods are safe to call at once.
type Service struct {
	db     *postgres.DB
	hub    *hub.Hub
	people People
	log    *slog.Logger
	guard  loop.Guard
	timing Timing
	seen   func(ctx context.Context, userID int64)
	node   node
	alive  atomic.Int64 // nodes at the last heartbeat
	moved  loop.Wake    // when Run has something to do
	beatAt time.Time    // of Run
	names  names

	mu     sync.Mutex // also held while telling: see announce
	roster *roster
}

// New wires the service to its database, hub and people, and watches the hub
// for connections that come and go, so make one a hub. Begin and Run do the rest.
func New(db *postgres.DB, h *hub.Hub, people People, c Config) *Service {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Seen == nil {
		c.Seen = func(context.Context, int64) {}
	}
	timing := c.Timing.withDefaults()
	s := &Service{
		db: db, hub: h, people: people, log: c.Log, guard: c.Guard.WithLog(c.Log), timing: timing, seen: c.Seen,
		node:  node{id: "n_" + strings.ToLower(rand.Text()), name: c.Node},
		moved: loop.NewWake(), roster: newRoster(timing.Grace),
		names: names{people: people, fresh: timing.Pace},
	}
	h.OnOpen(s.opened)
	h.OnLeave("user-", s.left)
	return s
}

func (s *Service) opened(o hub.Opened) {
	if o.Conn.UserID() == 0 {
		return
	}
	defer s.moved.Signal()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.open(o.Conn.UserID(), o.Conn.ID())
}

func (s *Service) left(l hub.Left) {
	id := l.Conn.UserID()
	if l.Room != hub.UserRoom(id) {
		return // a room of another feature that begins with the same word
	}
	defer s.moved.Signal()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.close(id, l.Conn.ID(), time.Now())
}

// Subscribe joins the connection to the watchers and returns who is online, as
// they know it. Both happen under the lock of the telling, and what is told
// afterwards is held until the answer is on its way: so it is newer, and comes
// later.
func (s *Service) Subscribe(ctx context.Context, conn *hub.Conn) ([]account.Profile, error) {
	if err := s.read(ctx, []int64{conn.UserID()}); err != nil {
		return nil, err
	}
	ids, err := s.join(conn)
	if err != nil {
		return nil, err
	}
	here, err := s.names.of(ctx, ids)
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
	return s.roster.watched(conn.UserID()), nil
}

// Of returns how the viewer sees these people; unknown ids are left out.
func (s *Service) Of(ctx context.Context, viewer int64, ids []int64) (map[int64]Presence, error) {
	if len(ids) > maxIDs {
		return nil, fault.Invalid("ids", "must not be more than 500")
	}
	found, err := choices(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.learn(found)
	seen := make(map[int64]Presence, len(found))
	for _, f := range found {
		seen[f.userID] = s.roster.presence(viewer, f.userID)
	}
	return seen, nil
}

// Mine returns what somebody chose, and how they are to themselves.
func (s *Service) Mine(ctx context.Context, userID int64) (Choice, Presence, error) {
	if err := s.read(ctx, []int64{userID}); err != nil {
		return Choice{}, Presence{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.roster.person(userID).choice, s.roster.presence(userID, userID), nil
}

// Online returns how everybody sees these people: the online state of every
// answer and event. It asks the database only for people it has not met yet,
// and does without when that is away.
func (s *Service) Online(ctx context.Context, ids []int64) map[int64]account.Presence {
	s.complain(ctx, "online", s.read(ctx, ids))
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

// Visible says whether others may see that somebody is here: they are not
// invisible. It asks nobody, and is false as long as that was not read; when it
// changes, Config.Seen is called.
func (s *Service) Visible(userID int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.roster.visible(userID)
}

// Count is how many are online, for others.
func (s *Service) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.roster.online())
}

// Nodes is how many live on the database, this one too, as of its last heartbeat.
func (s *Service) Nodes() int { return int(s.alive.Load()) }

// locked asks the roster under the service's lock.
func locked[T any](s *Service, ask func() T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ask()
}

// read asks the database for those whom the roster does not know.
func (s *Service) read(ctx context.Context, ids []int64) error {
	unknown := locked(s, func() []int64 { return s.roster.unknown(ids) })
	if len(unknown) == 0 {
		return nil
	}
	found, err := choices(ctx, s.db, unknown)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.learn(found)
	return nil
}

// Set changes somebody's status or text, which is kept, or whether anybody is
// active at the connection, which is not. The others are told, and so are the
// person's other tabs.
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
	if err := s.read(ctx, []int64{userID}); err != nil {
		return Presence{}, err
	}
	if c.chooses() {
		if err := s.choose(ctx, userID, c); err != nil {
			return Presence{}, err
		}
	}
	if c.Idle != nil {
		s.setIdle(from, *c.Idle)
	}
	return s.tellOf(ctx, userID, from)
}

func (s *Service) choose(ctx context.Context, userID int64, c Change) error {
	seen := locked(s, func() bool { return s.roster.presence(0, userID).IsOnline() })
	chosen, err := choose(ctx, s.db, userID, c.Status, c.Text, seen)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.choose(userID, chosen)
	return nil
}

func (s *Service) setIdle(from *hub.Conn, idle bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster.idle(from.UserID(), from.ID(), idle)
	s.moved.Signal() // the lease says so to other nodes
}

// tellOf tells of one person at once, so that the connection that asked is left
// out, unless Run is first: then it hears what it knows. What the database has keeps, whoever cannot be told: Run tries again.
func (s *Service) tellOf(ctx context.Context, userID int64, from *hub.Conn) (Presence, error) {
	if err := s.announce(ctx, []int64{userID}, from); err != nil {
		s.complain(ctx, "announce", err)
		s.moved.Signal()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.roster.person(userID)
	if self := p.self(); self.IsOnline() {
		return self, nil
	}
	return Presence{Status: p.choice.Status, Text: p.choice.Text}, nil
}
