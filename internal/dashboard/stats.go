package dashboard

import (
	"context"
	"sync"
	"time"

	"hubbub/internal/hub"
	"hubbub/internal/wire"
)

const (
	pace        = 250 * time.Millisecond // between two statsUpdated: four a second at most
	bestCount   = 6                      // products in the breakdown
	sweepEvery  = 10 * time.Minute
	keptRanges  = 2         // a range and the one before it, to compare with
	sweepMargin = time.Hour // past what is shown, for clocks that differ
)

// Stats returns the tiles.
func (s *Service) Stats(ctx context.Context) (Stats, Rate, error) {
	st, recent, err := s.recent(ctx)
	return st, rateOf(recent, time.Time(st.At)), err
}

func (s *Service) recent(ctx context.Context) (Stats, []Point, error) {
	st, err := stats(ctx, s.db)
	if err != nil {
		return st, nil, err
	}
	recent, err := recentSteps(ctx, s.db, time.Time(st.At))
	return st, recent, err
}

// Series returns what a chart shows, with the range before it.
func (s *Service) Series(ctx context.Context, r Range) (Series, error) {
	if err := r.check(); err != nil {
		return Series{}, err
	}
	st, err := stats(ctx, s.db) // first, so that the series is not older than its version
	if err != nil {
		return Series{}, err
	}
	res := resolutions[r]
	begin := res.begin(time.Time(st.At))
	points, err := steps(ctx, s.db, res.step, begin.Add(-res.length))
	if err != nil {
		return Series{}, err
	}
	first, known, err := firstStep(ctx, s.db, res.step)
	if err != nil {
		return Series{}, err
	}
	best, err := bestSellers(ctx, s.db, res.salesStep, begin.Truncate(res.salesStep), bestCount)
	if err != nil {
		return Series{}, err
	}
	series := seriesOf(r, begin, points)
	series.Products, series.Version = best, st.Version
	if !known {
		first = begin.Add(res.length)
	}
	series.since(first, begin, res)
	return series, nil
}

func seriesOf(r Range, begin time.Time, points []Point) Series {
	res := resolutions[r]
	series := Series{Range: r, Step: int(res.step.Seconds()), From: wire.Time(begin)}
	series.Orders, series.Revenue = fill(points, begin, res.step, res.points())
	series.Before, _ = fill(points, begin.Add(-res.length), res.step, res.points())
	return series
}

// since notes from which step on something is known.
func (s *Series) since(first, begin time.Time, res resolution) {
	within := func(i int) int { return min(max(i, 0), res.points()) }
	s.Known = within(stepsBetween(begin, first, res.step))
	s.BeforeKnown = within(stepsBetween(begin.Add(-res.length), first, res.step))
}

// statsTeller returns the round that tells this node's dashboards when something has changed: at once
// when it happened here, within a moment when on another node, and never more
// often than the pace. The numbers come from the database, so it does not matter
// who changed them, and the last state is always told.
func (s *Service) statsTeller() func(context.Context) error {
	p := pacer{pace: pace}
	return func(ctx context.Context) error {
		p.note()
		after, watched := s.standing.begin(s.followers.dashboards)
		if !watched || !p.take(time.Now()) {
			return nil
		}
		told, err := s.tellChanges(ctx, after)
		if told {
			p.told(time.Now())
		}
		return err
	}
}

func (s *Service) tellChanges(ctx context.Context, after int64) (told bool, err error) {
	st, recent, err := s.recent(ctx)
	if err != nil || st.Version == after {
		return false, err
	}
	now := time.Time(st.At)
	s.hub.BroadcastHere(ctx, hub.Event{
		Name: eventStatsUpdated, Class: hub.State,
		Data: StatsUpdate{Stats: st, After: after, Rate: rateOf(recent, now), Points: latest(recent, now)},
	}, Room)
	s.standing.told(st.Version)
	return true, nil
}

// standing is the version of the stats that every dashboard here has, at least.
type standing struct {
	mu      sync.Mutex
	version *int64 // nil: there is no dashboard here
}

// note says that a dashboard, which is in the room already, has read a version.
func (s *standing) note(version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.version == nil || version < *s.version {
		s.version = &version
	}
}

// begin returns what the dashboards have; false: there are none, or none has
// read anything yet.
func (s *standing) begin(dashboards func() int) (version int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if dashboards() == 0 {
		s.version = nil
	}
	if s.version == nil {
		return 0, false
	}
	return *s.version, true
}

func (s *standing) told(version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = &version
}

// pacer holds back what would come too early, and forgets nothing: what was
// noted stays due until it is taken.
type pacer struct {
	pace time.Duration
	due  bool
	last time.Time // when something was told
}

func (p *pacer) note() { p.due = true }

// take says whether to look now.
func (p *pacer) take(now time.Time) bool {
	if !p.due || now.Sub(p.last) < p.pace {
		return false
	}
	p.due = false
	return true
}

func (p *pacer) told(now time.Time) { p.last = now }

// forgetOldSteps forgets steps that no chart shows any more.
func (s *Service) forgetOldSteps(ctx context.Context, now time.Time) error {
	for _, res := range resolutions {
		before := now.Add(-keptRanges*res.length - sweepMargin)
		if err := forget(ctx, s.db, res.step, res.salesStep, before); err != nil {
			return err
		}
	}
	return nil
}
