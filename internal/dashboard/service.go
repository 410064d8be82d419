package dashboard

import (
	"context"
	"log/slog"
	"sync"

	"hubbub/internal/hub"
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
}

// Service holds the dashboard's use cases.
type Service struct {
	db        *postgres.DB
	hub       *hub.Hub
	config    Config
	log       *slog.Logger
	followers *followers
	standing  standing
	board     board
	counter   counter
	moved     chan struct{} // holds a token when the stats may have changed
	announced chan struct{} // holds a token when the admins are to be told
}

// New wires the service to its database and hub, and watches the hub for new
// orders, so make one a hub. Run does the rest.
func New(db *postgres.DB, h *hub.Hub, c Config) *Service {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &Service{
		db: db, hub: h, config: c, log: c.Log, followers: newFollowers(h),
		moved: make(chan struct{}, 1), announced: make(chan struct{}, 1),
	}
	return s
}

// Run tells the stats, announces orders and samples the System board until the
// context ends; in a demo it lets orders come.
func (s *Service) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() { s.tellStats(ctx) })
	running.Go(func() { s.sweep(ctx) })
	if s.config.Notifier != nil {
		running.Go(func() { s.announceOrders(ctx) })
	}
	if s.config.Figures != nil {
		running.Go(func() { s.sampleFigures(ctx) })
	}
	if s.config.Simulate {
		running.Go(func() { s.simulate(ctx) })
	}
	running.Wait()
}

// changed wakes those who tell of orders. It never blocks.
func (s *Service) changed() {
	signal(s.moved)
	signal(s.announced)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
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

// complain logs what a job could not do; it tries again by itself.
func (s *Service) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "the dashboard lags behind", "at", what, "error", err)
	}
}
