package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"hubbub/internal/collab"
)

// documentFigures reads what collab counts when Prometheus asks.
type documentFigures struct{ collab *collab.Service }

var (
	documentsOpen       = figure("hubbub_documents_open", "Documents that are open on this node, or were a minute ago.")
	documentChannels    = figure("hubbub_document_channels", "Connections that have a document open.")
	documentEdits       = figure("hubbub_document_edits_total", "Edits of documents that were acknowledged.")
	documentRefusals    = figure("hubbub_document_refusals_total", "Edits of documents that were refused, by why.", "why")
	documentCompactions = figure("hubbub_document_compactions_total", "Logs of documents that were compacted.")
	documentsBroken     = figure("hubbub_document_compactions_refused_total", "Compactions that were not the same document; any is a reason to look.")
)

// Describe sends nothing: the figures are checked when they are collected.
func (documentFigures) Describe(chan<- *prometheus.Desc) {}

// Collect sends the figures of this moment.
func (f documentFigures) Collect(out chan<- prometheus.Metric) {
	stats := f.collab.Stats()
	send := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	send(documentsOpen, prometheus.GaugeValue, float64(stats.Documents))
	send(documentChannels, prometheus.GaugeValue, float64(stats.Channels))
	send(documentEdits, prometheus.CounterValue, float64(stats.Accepted))
	send(documentCompactions, prometheus.CounterValue, float64(stats.Compactions))
	send(documentsBroken, prometheus.CounterValue, float64(stats.Broken))
	for why, n := range stats.Refused {
		send(documentRefusals, prometheus.CounterValue, float64(n), why)
	}
}
