package dashboard

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hubbub/internal/base/index"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/catchup"
	"hubbub/internal/live/hub"
)

// Notifier notifies the admins of new orders. It is called until it succeeds, so it may get
// the same order twice.
type Notifier interface {
	OrderPlaced(ctx context.Context, o Order) error
}

// Config configures the service. The zero value has the rollups and live updates only.
type Config struct {
	Node     string       // identifies this node among those on one database
	Notifier Notifier     // nil: no user is notified
	Index    index.Writer // nil: products are not indexed for search
	Figures  Figures      // nil: there is no System board
	Simulate bool         // a demo: the service places orders while a dashboard is open
	Log      *slog.Logger
	Guard    loop.Guard // catches the panics of Run; without a logger it uses Log
}

// Service has the use cases of the dashboard.
type Service struct {
	db                *postgres.DB
	hub               *hub.Hub
	config            Config
	guard             loop.Guard
	followers         *followers
	delivered         *catchup.Watermarks[statsLog]
	board             board
	counter           counter
	statsChanged      loop.Wake // signalled when the stats may have changed
	announcementAdded loop.Wake // signalled when the outbox of announcements may have an entry
	announcements     *outbox.Outbox[int64]
}

// New connects the service to its database and hub. It observes the hub for new orders, so
// there must be only one service for a hub. Run does the rest.
func New(db *postgres.DB, h *hub.Hub, c Config) *Service {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Index == nil {
		c.Index = index.None{}
	}
	s := &Service{
		db: db, hub: h, config: c, guard: c.Guard.WithLog(c.Log), followers: newFollowers(h),
		delivered:    catchup.NewWatermarks[statsLog](),
		statsChanged: loop.NewWake(), announcementAdded: loop.NewWake(),
	}
	s.announcements = newAnnouncements(s, s.announcementAdded)
	return s
}

// Run publishes the stats, announces orders and samples the System board until the context
// ends; in a demo it also simulates orders.
func (s *Service) Run(ctx context.Context) {
	var running sync.WaitGroup
	start := func(c loop.Config, round func(context.Context) error) {
		c.Guard = s.guard
		running.Go(func() { loop.Run(ctx, c, round) })
	}
	start(loop.Config{Name: "dashboard-stats", Period: statsInterval, Wake: s.statsChanged}, s.statsPublisher())
	start(loop.Config{Name: "dashboard-sweep", Period: sweepEvery, AtOnce: true}, func(ctx context.Context) error {
		return s.deleteOldSteps(ctx, time.Now())
	})
	if s.config.Notifier != nil {
		running.Go(func() { s.announcements.Run(ctx, s.guard) })
	}
	if s.config.Figures != nil {
		start(loop.Config{Name: "dashboard-figures", Period: sampleEvery, AtOnce: true}, s.sampleFigures)
	}
	if s.config.Simulate {
		start(loop.Config{Name: "dashboard-simulator", Period: simulateEvery}, s.simulator())
	}
	running.Wait()
}

// wakeLoops wakes the loops that publish stats and announce orders. It never blocks.
func (s *Service) wakeLoops() {
	s.statsChanged.Signal()
	s.announcementAdded.Signal()
}

// Snapshot is the initial state of a dashboard.
type Snapshot struct {
	Orders    []Order    `json:"orders"` // the newest first
	Stats     Stats      `json:"stats"`
	Rate      Rate       `json:"rate"`
	Series    Series     `json:"series"`
	Simulator *Simulator `json:"simulator"` // nil without a demo
}

// Subscribe adds the connection to the dashboard's room and subscribes it to the newest orders
// and to those to come, then reads the snapshot. Events of changes in between come after the
// answer.
func (s *Service) Subscribe(ctx context.Context, conn *hub.Conn, r Range) (Snapshot, error) {
	if err := r.check(); err != nil {
		return Snapshot{}, err
	}
	was := s.hub.In(conn, Room)
	if _, err := s.hub.Join(conn, Room, nil); err != nil {
		return Snapshot{}, err
	}
	conn.Hold(Room)
	shown, err := s.follow(ctx, conn, r)
	if err != nil && !was { // a connection that was subscribed before stays subscribed
		s.hub.Leave(conn, Room)
		s.hub.Unwatch(conn, orderResource)
	}
	return shown, err
}

func (s *Service) follow(ctx context.Context, conn *hub.Conn, r Range) (Snapshot, error) {
	s.hub.Watch(conn, orderResource)
	conn.Hold(orderResource)
	ids, err := newestIDs(ctx, s.db, newest)
	if err != nil {
		return Snapshot{}, err
	}
	s.followers.followNewest(conn, ids)
	shown, err := s.Snapshot(ctx, r)
	if err == nil {
		s.delivered.Lower(statsLog{}, shown.Stats.Version)
	}
	return shown, err
}

// Snapshot reads the state that a dashboard shows.
func (s *Service) Snapshot(ctx context.Context, r Range) (shown Snapshot, err error) {
	if err := r.check(); err != nil {
		return shown, err
	}
	if shown.Stats, shown.Rate, err = s.Stats(ctx); err != nil {
		return shown, err
	}
	if shown.Series, err = s.Series(ctx, r); err != nil {
		return shown, err
	}
	if shown.Orders, err = ordersBefore(ctx, s.db, beforeOrMax(nil), newest); err != nil {
		return shown, err
	}
	shown.Simulator, err = s.Simulator(ctx)
	return shown, err
}
