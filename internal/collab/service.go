package collab

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

// People is what collab needs to know of accounts.
type People interface {
	// Profiles returns who is there of the ids.
	Profiles(ctx context.Context, ids []int64) (map[int64]account.Profile, error)
	// ByHandles returns who has the handles, by handle.
	ByHandles(ctx context.Context, handles []string) (map[string]account.User, error)
	// Search returns people by name; an empty query finds everybody.
	Search(ctx context.Context, query string, limit int) ([]account.User, error)
}

// Config is how the service runs. The zero value is the usual.
type Config struct {
	Log      *slog.Logger
	Guard    loop.Guard       // catches the panics of Run and of jobs; without a logger it uses Log
	Now      func() time.Time // nil: time.Now
	Index    Index            // nil: nobody searches
	Notifier Notifier         // nil: nobody is told
	Presence Presence         // nil: nobody hides
	// Observe is told of each batch of edits, and how long the first of them has
	// waited until it was acknowledged; nil: nobody measures.
	Observe func(edits int, took time.Duration)
	Timing
}

// Service lets people write in one document at once. Its methods are safe to
// call at once.
type Service struct {
	db       *postgres.DB
	hub      *hub.Hub
	people   People
	presence Presence
	log      *slog.Logger
	guard    loop.Guard
	now      func() time.Time
	index    Index
	notifier Notifier
	timing   Timing
	observe  func(edits int, took time.Duration)
	counts   counts

	ctx  context.Context // of what goes on by itself, until Run ends
	stop context.CancelFunc
	jobs sync.WaitGroup

	maintenance *maintenance
	plain  *plainReaders

	compact func(updates ...[]byte) ([]byte, error)
	stage   func(string) error // a test lets it fail there

	mu       sync.Mutex
	liveDocs    map[int64]*live
	channels map[string]map[int64]*channel // by connection and document
	channelsOfUser map[int64]map[*channel]bool   // the same, by person

	importing sync.Map // the users whose imports are running
}

// New wires the service to its database, hub and people. It watches the hub for
// connections that leave a document, so make one a hub. Run does the rest.
func New(db *postgres.DB, h *hub.Hub, people People, c Config) *Service {
	s := &Service{
		db: db, hub: h, people: people, log: c.Log, now: c.Now, index: c.Index, notifier: c.Notifier,
		timing: c.Timing.withDefaults(), compact: yjs.Compact, stage: func(string) error { return nil },
		liveDocs: map[int64]*live{}, channels: map[string]map[int64]*channel{}, channelsOfUser: map[int64]map[*channel]bool{},
	}
	if s.log == nil {
		s.log = slog.Default()
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
	s.maintenance = newMaintenance()
	s.plain = &plainReaders{s: s, pending: map[int64]*pendingText{}}
	h.OnLeave(roomPrefix, s.onLeave)
	h.OnLost(roomPrefix, s.onLost)
	h.OnDelivered(logPrefix, s.onLogged)
	h.OnDelivered(rightsPrefix, s.onRightsChanged)
	return s
}

// Run looks after the documents until ctx ends: what other nodes wrote, texts
// for search, versions, compaction. Call it once.
func (s *Service) Run(ctx context.Context) {
	s.jobs.Go(func() {
		loop.Run(postgres.InBackground(s.ctx), loop.Config{Name: "collab-chores", Guard: s.guard, Wake: s.maintenance.wake}, s.runMaintenance)
	})
	loop.Run(ctx, loop.Config{Name: "collab-check", Guard: s.guard, Period: s.timing.Check}, func(context.Context) error {
		s.maintenance.wake.Signal()
		return s.check(s.ctx)
	})
	s.stop()
	s.jobs.Wait()
}

// start runs a job in a goroutine that Run waits for. A panic ends the job alone.
func (s *Service) startJob(where string, job func()) {
	s.jobs.Go(func() { _ = s.guard.Do(where, job) }) // it is logged
}

// sleep reports false if the service ends meanwhile.
func (s *Service) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// complain is for errors of what goes on by itself.
func (s *Service) logError(doing string, err error) {
	if err != nil && s.ctx.Err() == nil {
		s.log.Warn("collab: "+doing, "error", err)
	}
}

// live opens the document on this node.
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

// logged is told when another node, or this one, has written to the log.
func (s *Service) onLogged(room string, _ int64) {
	if l := s.liveIfOpen(documentOf(room)); l != nil {
		l.checkLog()
	}
}

// opened is the document if it is open on this node, else nil.
func (s *Service) liveIfOpen(docID int64) *live {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.liveDocs[docID]
}

// lost is told when messages to a channel were discarded: it begins anew.
func (s *Service) onLost(conn *hub.Conn, room string) {
	if ch := s.channelOf(conn, documentOf(room)); ch != nil {
		ch.live.requestSync(syncRequest{from: ch, sv: ch.resyncVector()})
	}
}

func isGone(err error) bool { return fault.Is(err, http.StatusNotFound) }
