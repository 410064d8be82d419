package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"hubbub/internal/base/outbox"
)

// outboxFigures is a collector that reads the state of each transactional outbox on each
// scrape. It makes no query.
type outboxFigures []func() outbox.Stats

var (
	outboxPending = figure("hubbub_outbox_entries", "Entries of a transactional outbox, of all nodes, as of some seconds ago.", "outbox")
	outboxOldest  = figure("hubbub_outbox_oldest_seconds", "Age of the oldest entry of a transactional outbox. If it grows, an entry fails again and again; the log says which.", "outbox")
	outboxDone    = figure("hubbub_outbox_done_total", "Entries that this node has done.", "outbox")
	outboxFailed  = figure("hubbub_outbox_failures_total", "Attempts that failed; each entry is retried.", "outbox")
)

// Describe sends nothing, so the registry checks the metrics when it collects them.
func (outboxFigures) Describe(chan<- *prometheus.Desc) {}

// Collect sends the current values.
func (f outboxFigures) Collect(out chan<- prometheus.Metric) {
	for _, read := range f {
		stats := read()
		send := func(d *prometheus.Desc, kind prometheus.ValueType, v float64) {
			out <- prometheus.MustNewConstMetric(d, kind, v, stats.Name)
		}
		send(outboxPending, prometheus.GaugeValue, float64(stats.Pending))
		send(outboxOldest, prometheus.GaugeValue, stats.Oldest.Seconds())
		send(outboxDone, prometheus.CounterValue, float64(stats.Done))
		send(outboxFailed, prometheus.CounterValue, float64(stats.Failed))
	}
}
