package dashboard

import (
	"context"
	"time"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

const (
	statsInterval = 250 * time.Millisecond // between two statsUpdated events: at most four per second
	bestCount     = 6                      // products in the breakdown
	sweepEvery    = 10 * time.Minute
	keptRanges    = 2         // a range and the one before it, for comparison
	sweepMargin   = time.Hour // beyond what is shown, for clocks that differ
)

// Stats returns the values of the tiles.
func (s *Service) Stats(ctx context.Context) (Stats, Rate, error) {
	st, recent, err := s.recent(ctx)
	return st, rateOf(recent, time.Time(st.At)), err
}

func (s *Service) recent(ctx context.Context) (Stats, []Point, error) {
	st, err := readTotals(ctx, s.db)
	if err != nil {
		return st, nil, err
	}
	recent, err := recentSteps(ctx, s.db, time.Time(st.At))
	return st, recent, err
}

// Series returns the data of a chart, with the range before it.
func (s *Service) Series(ctx context.Context, r Range) (Series, error) {
	if err := r.check(); err != nil {
		return Series{}, err
	}
	st, err := readTotals(ctx, s.db) // read first, so that the series is not older than its version
	if err != nil {
		return Series{}, err
	}
	res := resolutions[r]
	begin := res.begin(time.Time(st.At))
	points, err := readSteps(ctx, s.db, res.step, begin.Add(-res.length))
	if err != nil {
		return Series{}, err
	}
	first, ok, err := firstStep(ctx, s.db, res.step)
	if err != nil {
		return Series{}, err
	}
	best, err := bestSellers(ctx, s.db, res.salesStep, begin.Truncate(res.salesStep), bestCount)
	if err != nil {
		return Series{}, err
	}
	series := seriesOf(r, begin, points)
	series.Products, series.Version = best, st.Version
	if !ok {
		first = begin.Add(res.length)
	}
	series.setKnown(first, begin, res)
	return series, nil
}

func seriesOf(r Range, begin time.Time, points []Point) Series {
	res := resolutions[r]
	series := Series{Range: r, Step: int(res.step.Seconds()), From: wire.Time(begin)}
	series.Orders, series.Revenue = fill(points, begin, res.step, res.points())
	series.Before, _ = fill(points, begin.Add(-res.length), res.step, res.points())
	return series
}

// setKnown sets from which step on there is data; first is the oldest step of all.
func (s *Series) setKnown(first, begin time.Time, res resolution) {
	within := func(i int) int { return min(max(i, 0), res.points()) }
	s.Known = within(stepsBetween(begin, first, res.step))
	s.BeforeKnown = within(stepsBetween(begin.Add(-res.length), first, res.step))
}

// statsPublisher returns the round that sends changed stats to this node's dashboards: at once
// after a change here, within a statsInterval after one on another node, and never more often
// than that. The numbers come from the database, so it does not matter which node changed
// them, and the last state is always sent.
func (s *Service) statsPublisher() func(context.Context) error {
	t := throttle{interval: statsInterval}
	return func(ctx context.Context) error {
		t.markDirty()
		after, watched := s.deliveredVersion()
		if !watched || !t.allow(time.Now()) {
			return nil
		}
		sent, err := s.publishStats(ctx, after)
		if sent {
			t.markSent(time.Now())
		}
		return err
	}
}

func (s *Service) publishStats(ctx context.Context, after int64) (sent bool, err error) {
	st, recent, err := s.recent(ctx)
	if err != nil || st.Version == after {
		return false, err
	}
	now := time.Time(st.At)
	update := hub.Event{
		Name: eventStatsUpdated, Class: hub.State,
		Data: StatsUpdate{Stats: st, After: after, Rate: rateOf(recent, now), Points: lastSteps(recent, now)},
	}
	return s.delivered.Deliver(statsLog{}, after, st.Version, func() {
		s.hub.Broadcast(ctx, update, hub.To(Room).Here())
	}), nil
}

// statsLog is the key of the one log of stats. Its seq is their version.
type statsLog struct{}

// deliveredVersion returns the version that every dashboard on this node has; false if there is
// no dashboard, or none has a snapshot yet.
func (s *Service) deliveredVersion() (version int64, ok bool) {
	return s.delivered.Seq(statsLog{}, func() bool { return s.followers.dashboardCount() > 0 })
}

// throttle limits how often something is sent. A change that is marked stays dirty until allow
// returns true.
type throttle struct {
	interval time.Duration
	dirty    bool
	sentAt   time.Time // zero: never
}

func (t *throttle) markDirty() { t.dirty = true }

// allow reports whether a send may begin now, and if so clears dirty.
func (t *throttle) allow(now time.Time) bool {
	if !t.dirty || now.Sub(t.sentAt) < t.interval {
		return false
	}
	t.dirty = false
	return true
}

func (t *throttle) markSent(now time.Time) { t.sentAt = now }

// deleteOldSteps deletes steps that no chart shows any more.
func (s *Service) deleteOldSteps(ctx context.Context, now time.Time) error {
	for _, res := range resolutions {
		before := now.Add(-keptRanges*res.length - sweepMargin)
		if err := deleteSteps(ctx, s.db, res.step, res.salesStep, before); err != nil {
			return err
		}
	}
	return nil
}
