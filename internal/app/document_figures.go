package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"hubbub/internal/collab"
)

// documentFigures is a collector that reads collab's counts on each scrape.
type documentFigures struct{ collab *collab.Service }

var (
	documentsOpen       = figure("hubbub_documents_open", "Documents that are open on this node, or were within the last minute.")
	documentChannels    = figure("hubbub_document_channels", "Connections that have a document open.")
	documentEdits       = figure("hubbub_document_edits_total", "Edits of documents that were acknowledged.")
	documentRefusals    = figure("hubbub_document_refusals_total", "Edits of documents that were refused, by reason.", "why")
	documentCompactions = figure("hubbub_document_compactions_total", "Logs of documents that were compacted.")
	documentsBroken     = figure("hubbub_document_compactions_refused_total", "Compactions that were discarded because their result was not the same document. Each is a defect.")
)

// Describe sends nothing, so the registry checks the metrics when it collects them.
func (documentFigures) Describe(chan<- *prometheus.Desc) {}

// Collect sends the current values.
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
