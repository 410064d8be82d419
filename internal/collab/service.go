package collab

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/index"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
)

// People is what collab needs from account.
type People interface {
	// Profiles returns the profiles of the ids that exist, by id.
	Profiles(ctx context.Context, ids []int64) (map[int64]account.Profile, error)
	// ByHandles returns the users that have the handles, by handle.
	ByHandles(ctx context.Context, handles []string) (map[string]account.User, error)
	// Search finds users by name; an empty query finds all users.
	Search(ctx context.Context, query string, limit int) ([]account.User, error)
}

// Config configures the service. The zero value has the defaults.
type Config struct {
	Log      *slog.Logger
	Guard    loop.Guard       // catches the panics of Run and of jobs; without a logger it uses Log
	Now      func() time.Time // nil: time.Now
	Index    index.Writer     // nil: documents are not indexed for search
	Notifier Notifier         // nil: comments notify no user
	Presence Presence         // nil: no user is invisible
	// Observe is called for each batch of edits with their number and the time from
	// queueing the first of them to its acknowledgement; it may be nil.
	Observe func(edits int, took time.Duration)
	Timing
}

// Service implements collaborative documents. Its methods are safe for concurrent use.
type Service struct {
	db       *postgres.DB
	hub      *hub.Hub
	people   People
	presence Presence
	log      *slog.Logger
	guard    loop.Guard
	now      func() time.Time
	index    index.Writer
	notifier Notifier
	timing   Timing
	observe  func(edits int, took time.Duration)
	counts   counts

	ctx  context.Context // of background work; it ends with Run
	stop context.CancelFunc
	jobs sync.WaitGroup

	alerts      *outbox.Outbox[alertEntry]
	alertAdded  loop.Wake // signalled when an entry of the outbox was committed
	maintenance *maintenance
	plain       *plainReaders

	compact func(updates ...[]byte) ([]byte, error)
	stage   func(string) error // a hook of tests, which lets a commit fail

	mu             sync.Mutex
	liveDocs       map[int64]*live
	channels       map[string]map[int64]*channel // by connection and document
	channelsOfUser map[int64]map[*channel]bool   // the same channels by user

	importing sync.Map // the ids of users whose imports are running
}

// New returns a service on the database, hub and people. It registers callbacks on the
// hub, so create one service for each hub. Background work needs Run.
func New(db *postgres.DB, h *hub.Hub, people People, c Config) *Service {
	s := &Service{
		db: db, hub: h, people: people, log: c.Log, now: c.Now, index: c.Index, notifier: c.Notifier,
		timing: c.Timing.withDefaults(), compact: yjs.Compact, stage: func(string) error { return nil },
		liveDocs: map[int64]*live{}, channels: map[string]map[int64]*channel{}, channelsOfUser: map[int64]map[*channel]bool{},
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.index == nil {
		s.index = index.None{}
	}
	s.guard = c.Guard.WithLog(s.log)
	if s.presence = c.Presence; s.presence == nil {
		s.presence = alwaysVisible{}
	}
	if s.observe = c.Observe; s.observe == nil {
		s.observe = func(int, time.Duration) {}
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.alertAdded = loop.NewWake()
	s.alerts = newAlerts(s, s.alertAdded)
	s.maintenance = newMaintenance()
	s.plain = &plainReaders{s: s, pending: map[int64]*pendingText{}}
	h.OnLeave(roomPrefix, s.onLeave)
	h.OnLost(roomPrefix, s.onLost)
	h.OnDelivered(logPrefix, s.onLogged)
	h.OnDelivered(rightsPrefix, s.onRightsChanged)
	return s
}

// Run does the background work until ctx ends: it reads what other nodes wrote, notifies
// users of comments, indexes texts, makes versions and compacts logs. Call it once.
func (s *Service) Run(ctx context.Context) {
	s.jobs.Go(func() {
		config := loop.Config{Name: "collab-maintenance", Guard: s.guard, Wake: s.maintenance.wake}
		loop.Run(postgres.InBackground(s.ctx), config, s.runMaintenance)
	})
	if s.notifier != nil {
		s.jobs.Go(func() { s.alerts.Run(postgres.InBackground(s.ctx), s.guard) })
	}
	loop.Run(ctx, loop.Config{Name: "collab-check", Guard: s.guard, Period: s.timing.Check}, func(context.Context) error {
		s.maintenance.wake.Signal()
		return s.check(s.ctx)
	})
	s.stop()
	s.jobs.Wait()
}

// startJob runs a job in a goroutine that Run waits for. A panic ends only the job.
func (s *Service) startJob(where string, job func()) {
	s.jobs.Go(func() { _ = s.guard.Do(where, job) }) // it is logged
}

// logError logs an error of background work, unless the service is ending.
func (s *Service) logError(doing string, err error) {
	if err != nil && s.ctx.Err() == nil {
		s.log.Warn("collab: "+doing, "error", err)
	}
}

// openLive returns the document, and opens it on this node if it is not open.
func (s *Service) openLive(docID int64) *live {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.liveDocs[docID]
	if l == nil {
		l = &live{id: docID, s: s, turn: newTurn(), channels: map[*channel]bool{}, lastUsed: s.now()}
		s.liveDocs[docID] = l
	}
	return l
}

// onLogged is called by the hub when a node, maybe this one, has written to the log.
func (s *Service) onLogged(room string, _ int64) {
	if l := s.liveIfOpen(documentOf(room)); l != nil {
		l.checkLog()
	}
}

// liveIfOpen returns the document, or nil if it is not open on this node.
func (s *Service) liveIfOpen(docID int64) *live {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.liveDocs[docID]
}

// onLost is called by the hub when messages to a channel were discarded: it syncs again.
func (s *Service) onLost(conn *hub.Conn, room string) {
	if ch := s.channelOf(conn, documentOf(room)); ch != nil {
		ch.live.requestSync(syncRequest{from: ch, sv: ch.resyncVector()})
	}
}

func isGone(err error) bool { return fault.Is(err, http.StatusNotFound) }
