package dashboard

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

// Notifier tells the admins of new orders. It is asked again until it succeeds,
// so the same order may come twice.
type Notifier interface {
	OrderPlaced(ctx context.Context, o Order) error
}

// Index is the search's: products are written to it in the transactions that
// change them.
type Index interface {
	Put(ctx context.Context, tx postgres.Tx, p Product) error
	Drop(ctx context.Context, tx postgres.Tx, productID int64) error
	// Changed is called after the commit.
	Changed()
}

// Config is how the service runs. The zero value counts and tells, and no more.
type Config struct {
	Node     string   // tells the nodes on one database apart
	Notifier Notifier // nil: nobody is notified
	Index    Index    // nil: nothing is indexed
	Figures  Figures  // nil: there is no System board
	Simulate bool     // a demo: orders come by themselves while somebody watches
	Log      *slog.Logger
	Guard    loop.Guard // catches the panics of Run; without a logger it uses Log
}

// Service holds the dashboard's use cases.
type Service struct {
	db        *postgres.DB
	hub       *hub.Hub
	config    Config
	guard     loop.Guard
	followers *followers
	standing  standing
	board     board
	counter   counter
	moved     loop.Wake // when the stats may have changed
	announced loop.Wake // when the admins are to be told
}

// New wires the service to its database and hub, and watches the hub for new
// orders, so make one a hub. Run does the rest.
func New(db *postgres.DB, h *hub.Hub, c Config) *Service {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &Service{
		db: db, hub: h, config: c, guard: c.Guard.WithLog(c.Log), followers: newFollowers(h),
		moved: loop.NewWake(), announced: loop.NewWake(),
	}
	return s
}

// Run tells the stats, announces orders and samples the System board until the
// context ends; in a demo it lets orders come.
func (s *Service) Run(ctx context.Context) {
	var running sync.WaitGroup
	start := func(c loop.Config, round func(context.Context) error) {
		c.Guard = s.guard
		running.Go(func() { loop.Run(ctx, c, round) })
	}
	start(loop.Config{Name: "dashboard-stats", Period: pace, Wake: s.moved}, s.statsTeller())
	start(loop.Config{Name: "dashboard-sweep", Period: sweepEvery, AtOnce: true}, func(ctx context.Context) error {
		return s.forgetOldSteps(ctx, time.Now())
	})
	if s.config.Notifier != nil {
		start(loop.Config{
			Name: "dashboard-announcements", Period: announceEvery, Wake: s.announced, AtOnce: true,
		}, s.announceAll)
	}
	if s.config.Figures != nil {
		start(loop.Config{Name: "dashboard-figures", Period: sampleEvery, AtOnce: true}, s.sampleFigures)
	}
	if s.config.Simulate {
		start(loop.Config{Name: "dashboard-simulator", Period: simulateEvery}, s.simulator())
	}
	running.Wait()
}

// changed wakes those who tell of orders. It never blocks.
func (s *Service) changed() {
	s.moved.Signal()
	s.announced.Signal()
}

// Snapshot is what a dashboard shows at first.
type Snapshot struct {
	Orders    []Order    `json:"orders"` // the newest first
	Stats     Stats      `json:"stats"`
	Rate      Rate       `json:"rate"`
	Series    Series     `json:"series"`
	Simulator *Simulator `json:"simulator"` // nil: there is none
}

// Subscribe puts the connection into the dashboard's room and subscribes it to
// the newest orders and to those to come, then reads what it is to show.
// Whatever happens in between comes behind the answer.
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
	if err != nil && !was { // who only asked again still hears of orders
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
	s.followers.watch(conn, ids)
	shown, err := s.Snapshot(ctx, r)
	if err == nil {
		s.standing.note(shown.Stats.Version)
	}
	return shown, err
}

// Snapshot reads what a dashboard shows.
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
	if shown.Orders, err = ordersBefore(ctx, s.db, from(nil), newest); err != nil {
		return shown, err
	}
	shown.Simulator, err = s.Simulator(ctx)
	return shown, err
}
