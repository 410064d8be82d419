package dashboard

import (
	"context"
	"slices"
	"sync"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

const (
	sampleEvery = time.Second
	keptSamples = 300             // five minutes
	rateWindow  = 5 * time.Second // rates are averages over it, since those of single seconds fluctuate
)

// Figures reads the metrics of this node, the same as Prometheus does.
type Figures interface {
	Read(ctx context.Context) (Reading, error)
}

// Reading is the metrics of this node at one moment. Counts are since the start.
type Reading struct {
	At          time.Time
	Node        string
	Nodes       int
	Connections int
	Rooms       int
	Queued      int // frames in the queues of all connections
	Deepest     int // frames in the longest queue
	Goroutines  int
	Heap        int64 // bytes in use
	Pool        Pool

	EventsIn   uint64 // published here or received from other nodes
	EventsOut  uint64 // frames queued for a connection
	Requests   uint64 // by HTTP and as virtual requests
	Dropped    Dropped
	SlowCloses uint64    // connections closed because they were too slow
	Broadcasts Histogram // seconds until a broadcast is in all queues
}

// Pool is the number of database connections.
type Pool struct {
	Busy  int `json:"busy"`
	Open  int `json:"open"`
	Limit int `json:"limit"`
}

// Dropped is the number of frames that did not fit into a queue, by delivery class.
type Dropped struct {
	Log      uint64 `json:"log"`
	State    uint64 `json:"state"`
	Volatile uint64 `json:"volatile"`
}

// Sample is one second on the System board.
type Sample struct {
	At          wire.Time `json:"at"`
	Node        string    `json:"node"`
	Nodes       int       `json:"nodes"`
	Connections int       `json:"connections"`
	Rooms       int       `json:"rooms"`
	EventsIn    float64   `json:"eventsIn"`  // a second
	EventsOut   float64   `json:"eventsOut"` // a second
	Requests    float64   `json:"requests"`  // a second
	Queued      int       `json:"queued"`
	Deepest     int       `json:"deepest"`
	Dropped     Dropped   `json:"dropped"`    // since the start
	SlowCloses  uint64    `json:"slowCloses"` // since the start
	P50         *float64  `json:"p50"`        // milliseconds of a broadcast of the last minute; nil: there was none
	P99         *float64  `json:"p99"`
	Goroutines  int       `json:"goroutines"`
	Heap        int64     `json:"heap"` // bytes
	Pool        Pool      `json:"pool"`
}

// Board is the initial state of the System board.
type Board struct {
	Step    int      `json:"step"` // seconds between two samples
	History []Sample `json:"history"`
}

// board keeps the samples of the last minutes.
type board struct {
	mu       sync.Mutex
	readings []Reading // of the last minute and more, the oldest first
	samples  []Sample
}

// keptReadings is as many as the percentiles of a minute need.
const keptReadings = int(time.Minute/sampleEvery) + 1

// add makes a sample from the reading and those before it.
func (b *board) add(r Reading) Sample {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.readings = append(b.readings, r)
	b.readings = slices.Delete(b.readings, 0, max(0, len(b.readings)-keptReadings))
	sample := newSample(b.readings)
	b.samples = append(b.samples, sample)
	b.samples = slices.Delete(b.samples, 0, max(0, len(b.samples)-keptSamples))
	return sample
}

func (b *board) history() []Sample {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Sample{}, b.samples...)
}

// newSample makes a sample of the last reading, with rates from the readings before it.
func newSample(readings []Reading) Sample {
	r, oldest := readings[len(readings)-1], readings[0]
	before := oldest
	for _, older := range readings {
		if before = older; r.At.Sub(older.At) <= rateWindow {
			break
		}
	}
	took := r.At.Sub(before.At).Seconds()
	recent := r.Broadcasts.since(oldest.Broadcasts)
	return Sample{
		At: wire.Time(r.At), Node: r.Node, Nodes: r.Nodes, Connections: r.Connections, Rooms: r.Rooms,
		EventsIn:  perSecond(before.EventsIn, r.EventsIn, took),
		EventsOut: perSecond(before.EventsOut, r.EventsOut, took),
		Requests:  perSecond(before.Requests, r.Requests, took),
		Queued:    r.Queued, Deepest: r.Deepest, Dropped: r.Dropped, SlowCloses: r.SlowCloses,
		P50: recent.milliseconds(0.5), P99: recent.milliseconds(0.99),
		Goroutines: r.Goroutines, Heap: r.Heap, Pool: r.Pool,
	}
}

func perSecond(before, now uint64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(now-before) / seconds
}

// WatchSystem adds an admin's connection to the room of the System board and returns the
// samples of the last minutes.
func (s *Service) WatchSystem(conn *hub.Conn, who account.User) (Board, error) {
	shown, err := s.System(who)
	if err != nil {
		return Board{}, err
	}
	if _, err := s.hub.Join(conn, SystemRoom, nil); err != nil {
		return Board{}, err
	}
	conn.Hold(SystemRoom)
	shown.History = s.board.history()
	return shown, nil
}

// System returns the samples of the last minutes of this node. Only admins may see them.
func (s *Service) System(who account.User) (Board, error) {
	if who.Role != account.Admin {
		return Board{}, fault.Forbidden("Only admins can see the System page.")
	}
	return Board{Step: int(sampleEvery.Seconds()), History: s.board.history()}, nil
}

// sampleFigures takes a sample every second, so that the board opens with a history, and sends
// it to the watchers on this node.
func (s *Service) sampleFigures(ctx context.Context) error {
	reading, err := s.config.Figures.Read(ctx)
	if err != nil {
		return err
	}
	s.hub.Broadcast(ctx, hub.Event{Name: eventSystemUpdated, Class: hub.State, Data: s.board.add(reading)}, hub.To(SystemRoom).Here())
	return nil
}
