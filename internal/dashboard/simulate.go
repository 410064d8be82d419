package dashboard

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
)

const (
	maxRate       = 50              // orders per second
	simulateTTL   = 3 * time.Second // without a renewal of the lease, another node takes over
	simulateEvery = 100 * time.Millisecond
	renewEvery    = time.Second     // between two renewals of the lease, or two attempts to get it
	simulateAfter = 5 * time.Second // of an open dashboard, so that a short visit creates no orders
	restPending   = 4 * time.Second // before a simulated order is completed or cancelled
	restCompleted = 8 * time.Second // before it is shipped
	maxSimulated  = 100_000         // orders; the oldest beyond that are deleted, but stay in the rollups
	pruneEvery    = time.Minute
)

// Simulator is the configuration of the simulator.
type Simulator struct {
	Rate int `json:"rate"` // orders per second, at the busiest hour
}

// Simulator returns the simulator's configuration; nil without a demo.
func (s *Service) Simulator(ctx context.Context) (*Simulator, error) {
	if !s.config.Simulate {
		return nil, nil
	}
	sim, err := simulatorOf(ctx, s.db)
	return &sim, err
}

// SetRate changes the rate of simulated orders and sends it to all dashboards. It is a 404
// without a demo.
func (s *Service) SetRate(ctx context.Context, who account.User, rate int) (Simulator, error) {
	switch {
	case !s.config.Simulate:
		return Simulator{}, fault.NotFound()
	case !who.IsStaff():
		return Simulator{}, fault.Forbidden("Only staff can change the simulator.")
	case rate < 0 || rate > maxRate:
		return Simulator{}, fault.Invalid("rate", "must be a whole number from 0 to 50")
	}
	changed, err := setRate(ctx, s.db, rate)
	if err != nil {
		return Simulator{}, err
	}
	sim := Simulator{rate}
	if changed {
		s.hub.Broadcast(ctx, hub.Event{Name: eventSimulatorUpdated, Class: hub.State, Data: sim}, hub.To(Room))
	}
	return sim, nil
}

// simulatorState is the simulator's state on one node.
type simulatorState struct {
	watchedSince time.Time // zero: no dashboard is open
	attemptedAt  time.Time // the last attempt to get or renew the lease
	isHolder     bool
	rate         int
	fraction     float64 // of an order, carried over to the next round
	prunedAt     time.Time
}

// simulator returns the round that places and moves orders while a dashboard is open on this
// node.
func (s *Service) simulator() func(context.Context) error {
	var sim simulatorState
	return func(ctx context.Context) error {
		now := time.Now()
		if !sim.watchedLongEnough(s.followers.dashboardCount(), now) {
			return nil
		}
		return s.simulateRound(ctx, &sim, now)
	}
}

// watchedLongEnough reports whether a dashboard has been open for simulateAfter.
func (sim *simulatorState) watchedLongEnough(dashboards int, now time.Time) bool {
	switch {
	case dashboards == 0:
		*sim = simulatorState{prunedAt: sim.prunedAt}
		return false
	case sim.watchedSince.IsZero():
		sim.watchedSince = now
	}
	return now.Sub(sim.watchedSince) >= simulateAfter
}

func (s *Service) simulateRound(ctx context.Context, sim *simulatorState, now time.Time) error {
	if err := s.renewLease(ctx, sim, now); err != nil || !sim.isHolder {
		return err
	}
	due := sim.dueOrders(now)
	for range due {
		if err := s.simulateOrder(ctx); err != nil {
			return err
		}
	}
	if rand.N(10) == 0 { // so that orders advance even if none are placed
		due++
	}
	for range due {
		if err := s.advanceOldest(ctx); err != nil {
			return err
		}
	}
	return s.prune(ctx, sim, now)
}

// renewLease renews the lease of the simulator, or tries to get it.
func (s *Service) renewLease(ctx context.Context, sim *simulatorState, now time.Time) error {
	if now.Sub(sim.attemptedAt) < renewEvery {
		return nil
	}
	rate, held, err := acquireLease(ctx, s.db, s.config.Node, simulateTTL)
	sim.attemptedAt, sim.rate, sim.isHolder = now, rate, held && err == nil
	return err
}

func (s *Service) prune(ctx context.Context, sim *simulatorState, now time.Time) error {
	if now.Sub(sim.prunedAt) < pruneEvery {
		return nil
	}
	sim.prunedAt = now
	return pruneSimulated(ctx, s.db, maxSimulated)
}

// dueOrders returns the number of orders to place in this round.
func (sim *simulatorState) dueOrders(now time.Time) int {
	sim.fraction += float64(sim.rate) * simulateEvery.Seconds() * hourlyLoad(now) * (0.5 + rand.Float64())
	due := math.Floor(sim.fraction)
	sim.fraction -= due
	return int(due)
}

// hourlyLoad returns the load at a time of day, relative to the busiest hour: lowest at 04:00
// UTC with 0.4, highest at 16:00 UTC with 1.
func hourlyLoad(t time.Time) float64 {
	hours := float64(t.UTC().Hour()) + float64(t.UTC().Minute())/60
	return 0.7 - 0.3*math.Cos((hours-4)/24*2*math.Pi)
}

func (s *Service) simulateOrder(ctx context.Context) error {
	offer, err := s.Offer(ctx)
	if err != nil || len(offer) == 0 {
		return err
	}
	o, err := s.place(ctx, nil, randomOrder(offer))
	if err != nil {
		return err
	}
	s.publishCreated(ctx, o, nil)
	s.wakeLoops()
	return nil
}

// advanceOldest moves the oldest pending and the oldest completed order on, if they have
// rested long enough.
func (s *Service) advanceOldest(ctx context.Context) error {
	next := Completed
	if rand.N(16) == 0 {
		next = Cancelled
	}
	return errors.Join(s.advance(ctx, Pending, next, restPending), s.advance(ctx, Completed, Shipped, restCompleted))
}

// advance moves the oldest simulated order with the status from, if it has had that for the
// time rested.
func (s *Service) advance(ctx context.Context, from, to Status, rested time.Duration) error {
	id, err := oldestSimulated(ctx, s.db, from, rested)
	if err == nil {
		var o Order
		if o, err = s.move(ctx, id, to); err == nil {
			s.publishStatus(ctx, from, o, nil)
			s.wakeLoops()
		}
	}
	if fault.Is(err, http.StatusNotFound) { // there is no such order, or a user moved it first
		return nil
	}
	return err
}
