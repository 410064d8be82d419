package app

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"hubbub/internal/live/hub"
)

// hubFigures is a collector that reads the hub's counts on each scrape.
type hubFigures struct{ hub *hub.Hub }

var (
	connections = figure("hubbub_connections", "Live connections.")
	rooms       = figure("hubbub_rooms", "Hub rooms with a connection, internal ones included.")
	queued      = figure("hubbub_queue_frames", "Frames waiting on all connections.")
	deepest     = figure("hubbub_queue_frames_max", "Frames waiting on the slowest connection.")
	published   = figure("hubbub_events_published_total", "Events from this node.")
	received    = figure("hubbub_bus_messages_received_total", "Messages from other nodes.")
	delivered   = figure("hubbub_frames_total", "Frames queued for a connection, dropped ones included.")
	dropped     = figure("hubbub_frames_dropped_total", "Frames that did not fit, by class.", "class")
	closed      = figure("hubbub_connections_closed_total", "Connections that ended, by close code.", "code")
)

func figure(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe sends nothing, so the registry checks the metrics when it collects them.
func (hubFigures) Describe(chan<- *prometheus.Desc) {}

// Collect sends the hub's current values.
func (f hubFigures) Collect(out chan<- prometheus.Metric) {
	stats := f.hub.Stats()
	gauge := func(d *prometheus.Desc, v float64) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
	counter := func(d *prometheus.Desc, v uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	gauge(connections, float64(stats.Connections))
	gauge(rooms, float64(stats.Rooms))
	gauge(queued, float64(stats.Queued))
	gauge(deepest, float64(stats.Deepest))
	counter(published, stats.Published)
	counter(received, stats.Received)
	counter(delivered, stats.Delivered)
	for class, n := range stats.Dropped {
		counter(dropped, n, hub.Class(class).String())
	}
	for code, n := range stats.Closed {
		counter(closed, n, strconv.Itoa(int(code)))
	}
}
