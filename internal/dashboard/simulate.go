package dashboard

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
)

const (
	maxRate       = 50              // orders a second
	simulateTTL   = 3 * time.Second // without a sign of the holder another node takes over
	simulateEvery = 100 * time.Millisecond
	simulateHold  = time.Second     // between two signs of the holder, or two tries to become it
	simulateAfter = 5 * time.Second // of somebody watching: who only passes by leaves no orders behind
	restPending   = 4 * time.Second // before a simulated order is completed or cancelled
	restCompleted = 8 * time.Second // before it is shipped
	keptSimulated = 100_000         // orders; the oldest beyond are deleted, and stay counted
	pruneEvery    = time.Minute
)

// Simulator is how the demo's orders come.
type Simulator struct {
	Rate int `json:"rate"` // orders a second, at the busiest hour
}

// Simulator returns how orders come by themselves; nil: they do not.
func (s *Service) Simulator(ctx context.Context) (*Simulator, error) {
	if !s.config.Simulate {
		return nil, nil
	}
	sim, err := simulatorOf(ctx, s.db)
	return &sim, err
}

// SetRate changes how fast orders come by themselves, and tells all dashboards.
// It is 404 outside of a demo.
func (s *Service) SetRate(ctx context.Context, who account.User, rate int) (Simulator, error) {
	switch {
	case !s.config.Simulate:
		return Simulator{}, fault.NotFound()
	case !who.IsStaff():
		return Simulator{}, fault.Forbidden("Only staff set how fast orders come.")
	case rate < 0 || rate > maxRate:
		return Simulator{}, fault.Invalid("rate", "must be a whole number from 0 to 50")
	}
	changed, err := setRate(ctx, s.db, rate)
	if err != nil {
		return Simulator{}, err
	}
	sim := Simulator{rate}
	if changed {
		s.hub.Broadcast(ctx, hub.Event{Name: eventSimulatorUpdated, Class: hub.State, Data: sim}, nil, Room)
	}
	return sim, nil
}

// simulation is what a node that may simulate remembers.
type simulation struct {
	watchedSince time.Time // zero: nobody watches
	triedAt      time.Time // to hold the simulator
	held         bool
	rate         int
	owed         float64
	prunedAt     time.Time
}

// simulator returns the round that lets orders come and go on while somebody
// watches a dashboard here.
func (s *Service) simulator() func(context.Context) error {
	var sim simulation
	return func(ctx context.Context) error {
		now := time.Now()
		if !sim.watched(s.followers.dashboards(), now) {
			return nil
		}
		return s.simulateBeat(ctx, &sim, now)
	}
}

// watched says whether somebody has been watching for long enough.
func (sim *simulation) watched(dashboards int, now time.Time) bool {
	switch {
	case dashboards == 0:
		*sim = simulation{prunedAt: sim.prunedAt}
		return false
	case sim.watchedSince.IsZero():
		sim.watchedSince = now
	}
	return now.Sub(sim.watchedSince) >= simulateAfter
}

func (s *Service) simulateBeat(ctx context.Context, sim *simulation, now time.Time) error {
	if err := s.holdSimulator(ctx, sim, now); err != nil || !sim.held {
		return err
	}
	due := sim.earn(now)
	for range due {
		if err := s.simulateOrder(ctx); err != nil {
			return err
		}
	}
	if rand.N(10) == 0 { // so that what waits becomes less, also when nothing comes
		due++
	}
	for range due {
		if err := s.bringOn(ctx); err != nil {
			return err
		}
	}
	return s.prune(ctx, sim, now)
}

// holdSimulator stays the node that simulates, or tries to become it.
func (s *Service) holdSimulator(ctx context.Context, sim *simulation, now time.Time) error {
	if now.Sub(sim.triedAt) < simulateHold {
		return nil
	}
	rate, held, err := holdSimulator(ctx, s.db, s.config.Node, simulateTTL)
	sim.triedAt, sim.rate, sim.held = now, rate, held && err == nil
	return err
}

func (s *Service) prune(ctx context.Context, sim *simulation, now time.Time) error {
	if now.Sub(sim.prunedAt) < pruneEvery {
		return nil
	}
	sim.prunedAt = now
	return pruneSimulated(ctx, s.db, keptSimulated)
}

// earn is how many orders are due with this beat.
func (sim *simulation) earn(now time.Time) int {
	sim.owed += float64(sim.rate) * simulateEvery.Seconds() * dayCurve(now) * (0.5 + rand.Float64())
	due := math.Floor(sim.owed)
	sim.owed -= due
	return int(due)
}

// dayCurve is how busy an hour is: least at four in the morning, most in the
// late afternoon, when it is 1.
func dayCurve(t time.Time) float64 {
	hours := float64(t.UTC().Hour()) + float64(t.UTC().Minute())/60
	return 0.7 - 0.3*math.Cos((hours-4)/24*2*math.Pi)
}

// simulateOrder places an order.
func (s *Service) simulateOrder(ctx context.Context) error {
	offer, err := s.Offer(ctx)
	if err != nil || len(offer) == 0 {
		return err
	}
	o, err := s.place(ctx, nil, imagine(offer))
	if err != nil {
		return err
	}
	s.tellPlaced(ctx, o, nil)
	s.changed()
	return nil
}

// bringOn lets the oldest orders go on that have rested.
func (s *Service) bringOn(ctx context.Context) error {
	next := Completed
	if rand.N(16) == 0 {
		next = Cancelled
	}
	return errors.Join(s.advance(ctx, Pending, next, restPending), s.advance(ctx, Completed, Shipped, restCompleted))
}

// advance moves the oldest simulated order that has rested.
func (s *Service) advance(ctx context.Context, from, to Status, rested time.Duration) error {
	id, err := simulatedOf(ctx, s.db, from, rested)
	if err == nil {
		var o Order
		if o, err = s.move(ctx, id, to); err == nil {
			s.tellMoved(ctx, from, o, nil)
			s.changed()
		}
	}
	if fault.Is(err, http.StatusNotFound) { // nothing to do, or a person was faster
		return nil
	}
	return err
}
