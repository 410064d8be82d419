package app

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

// metrics holds the metrics that Prometheus reads on the operations port. The hub's
// own counts are read on each scrape, and cost nothing in between.
type metrics struct {
	registry   *prometheus.Registry
	guard      loop.Guard // for panics in the goroutines in which the registry collects
	requests   *prometheus.HistogramVec
	broadcasts prometheus.Histogram
	batches    prometheus.Histogram
	accepts    prometheus.Histogram
	panics     *prometheus.CounterVec
	refused    prometheus.Counter // connections
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hubbub_request_seconds", Help: "Requests by route, transport (http or socket) and status.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 8),
		}, []string{"route", "transport", "status"}),
		broadcasts: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hubbub_broadcast_seconds", Help: "Time from the begin of a broadcast until its event is in the queue of every connection.",
			Buckets: prometheus.ExponentialBuckets(0.00001, 4, 8),
		}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hubbub_document_batch_edits", Help: "Edits of a document that were stored in one transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 8),
		}),
		accepts: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hubbub_document_accept_seconds", Help: "Time from the arrival of the first edit of a batch until it is acknowledged.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 12),
		}),
		panics: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hubbub_panics_total", Help: "Panics that were recovered, by place. Each is a defect; the log has its stack.",
		}, []string{"where"}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hubbub_connections_refused_total", Help: "HTTP connections that were closed at once, because their address had as many as it may have.",
		}),
	}
	m.registry.MustRegister(m.requests, m.broadcasts, m.batches, m.accepts, m.panics, m.refused,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) countPanic(where string) { m.panics.WithLabelValues(where).Inc() }

func (m *metrics) observeBroadcast(took time.Duration) { m.broadcasts.Observe(took.Seconds()) }

func (m *metrics) observeBatch(edits int, took time.Duration) {
	m.batches.Observe(float64(edits))
	m.accepts.Observe(took.Seconds())
}

func (m *metrics) observeRequest(c echo.Context, took time.Duration) {
	m.requests.WithLabelValues(c.Path(), transport(c.Request()), strconv.Itoa(c.Response().Status)).Observe(took.Seconds())
}

// watch adds the metrics of the hub and of the database pool. From then on, guard
// handles the panics of whatever is read on a scrape.
func (m *metrics) watch(h *hub.Hub, db *postgres.DB, guard loop.Guard) {
	m.guard = guard
	m.collect(hubFigures{h})
	m.gauge("hubbub_database_connections", "Connections of the pool to the database.", func() float64 { return float64(db.Stat().TotalConns()) })
	m.gauge("hubbub_database_connections_limit", "Connections that the pool may have.", func() float64 { return float64(db.Stat().MaxConns()) })
	m.gauge("hubbub_database_connections_busy", "Connections of the pool that are in use.", func() float64 { return float64(db.Stat().AcquiredConns()) })
}

func (m *metrics) gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
		value := math.NaN()
		_ = m.guard.Do("metrics", func() { value = read() }) // the guard logs a panic
		return value
	}))
}

// collect adds a collector, whose metrics are read on each scrape.
func (m *metrics) collect(c prometheus.Collector) { m.registry.MustRegister(guarded{c, m.guard}) }

// guarded is a Collector whose panic loses its metrics, but does not end the process.
type guarded struct {
	prometheus.Collector
	guard loop.Guard
}

// Collect sends the metrics up to a panic.
func (g guarded) Collect(out chan<- prometheus.Metric) {
	_ = g.guard.Do("metrics", func() { g.Collector.Collect(out) }) // the guard logs a panic
}
