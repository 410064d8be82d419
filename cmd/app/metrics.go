package main

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

// metrics is what Prometheus reads on the operations port. What the hub counts
// anyway is read when Prometheus asks, and costs nothing in between.
type metrics struct {
	registry   *prometheus.Registry
	guard      loop.Guard // the registry collects in goroutines of its own
	requests   *prometheus.HistogramVec
	broadcasts prometheus.Histogram
	batches    prometheus.Histogram
	accepts    prometheus.Histogram
	panics     *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hubbub_request_seconds", Help: "Requests by route, transport (http or socket) and status.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 8),
		}, []string{"route", "transport", "status"}),
		broadcasts: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hubbub_broadcast_seconds", Help: "From a broadcast's begin until it is in every member's queue.",
			Buckets: prometheus.ExponentialBuckets(0.00001, 4, 8),
		}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hubbub_document_batch_edits", Help: "Edits of a document that shared a transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 8),
		}),
		accepts: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hubbub_document_accept_seconds", Help: "From an edit's arrival until it is acknowledged, of each batch's first.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 12),
		}),
		panics: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hubbub_panics_total", Help: "Panics that were caught, by where. Each is a defect; the log has its stack.",
		}, []string{"where"}),
	}
	m.registry.MustRegister(m.requests, m.broadcasts, m.batches, m.accepts, m.panics, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
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

// watch adds the hub's and the pool's own figures, and guards what is read when
// somebody asks.
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
		_ = m.guard.Do("metrics", func() { value = read() }) // it is logged
		return value
	}))
}

// collect adds figures that are read when somebody asks for them.
func (m *metrics) collect(c prometheus.Collector) { m.registry.MustRegister(guarded{c, m.guard}) }

// guarded is a Collector of which a panic costs its figures, not the process.
type guarded struct {
	prometheus.Collector
	guard loop.Guard
}

// Collect sends what there is.
func (g guarded) Collect(out chan<- prometheus.Metric) {
	_ = g.guard.Do("metrics", func() { g.Collector.Collect(out) }) // it is logged
}
