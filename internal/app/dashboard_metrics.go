package app

import (
	"context"
	"strconv"
	"time"

	dto "github.com/prometheus/client_model/go"

	"hubbub/internal/dashboard"
	"hubbub/internal/live/wire"
)

// figures gives the System page the same metrics that Prometheus reads on the
// operations port, by their names.
type figures struct{ app *App }

// Read gathers this node's metrics.
func (f figures) Read(context.Context) (dashboard.Reading, error) {
	families, err := f.app.metrics.registry.Gather()
	if err != nil {
		return dashboard.Reading{}, err
	}
	g := gathered{}
	for _, family := range families {
		g[family.GetName()] = family.GetMetric()
	}
	return dashboard.Reading{
		At: time.Now(), Node: f.app.nodeName(), Nodes: int(g.sum("hubbub_nodes")),
		Connections: int(g.sum("hubbub_connections")), Rooms: int(g.sum("hubbub_rooms")),
		Queued: int(g.sum("hubbub_queue_frames")), Deepest: int(g.sum("hubbub_queue_frames_max")),
		Goroutines: int(g.sum("go_goroutines")), Heap: int64(g.sum("go_memstats_heap_inuse_bytes")),
		Pool: dashboard.Pool{
			Busy: int(g.sum("hubbub_database_connections_busy")), Open: int(g.sum("hubbub_database_connections")),
			Limit: int(g.sum("hubbub_database_connections_limit")),
		},
		EventsIn:  uint64(g.sum("hubbub_events_published_total") + g.sum("hubbub_bus_messages_received_total")),
		EventsOut: uint64(g.sum("hubbub_frames_total")),
		Requests:  uint64(g.sum("hubbub_request_seconds")),
		Dropped: dashboard.Dropped{
			Log:      uint64(g.sum("hubbub_frames_dropped_total", "class", "log")),
			State:    uint64(g.sum("hubbub_frames_dropped_total", "class", "state")),
			Volatile: uint64(g.sum("hubbub_frames_dropped_total", "class", "volatile")),
		},
		SlowCloses: uint64(g.sum("hubbub_connections_closed_total", "code", strconv.Itoa(int(wire.CloseTooSlow)))),
		Broadcasts: g.histogram("hubbub_broadcast_seconds"),
	}, nil
}

// gathered has the metrics by the name of their family.
type gathered map[string][]*dto.Metric

// sum returns the sum of the metrics that have the labels, given as names and values
// in turn. Of a histogram it counts the observations.
func (g gathered) sum(name string, labels ...string) (sum float64) {
	for _, m := range g[name] {
		if hasLabels(m, labels) {
			sum += m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return sum
}

// hasLabels reports whether the metric has all the labels.
func hasLabels(m *dto.Metric, labels []string) bool {
	has := map[string]string{}
	for _, l := range m.GetLabel() {
		has[l.GetName()] = l.GetValue()
	}
	for i := 0; i < len(labels); i += 2 {
		if has[labels[i]] != labels[i+1] {
			return false
		}
	}
	return true
}

func (g gathered) histogram(name string) (h dashboard.Histogram) {
	for _, m := range g[name] {
		h.Total = m.GetHistogram().GetSampleCount()
		for _, b := range m.GetHistogram().GetBucket() {
			h.Bounds, h.Counts = append(h.Bounds, b.GetUpperBound()), append(h.Counts, b.GetCumulativeCount())
		}
	}
	return h
}
