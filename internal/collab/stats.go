package collab

import (
	"sync/atomic"
	"time"
)

// Stats are the figures of a node, for operators.
type Stats struct {
	Documents   int               // open now
	Channels    int               // open now
	Accepted    uint64            // edits that were acknowledged
	Refused     map[string]uint64 // edits that were refused, by reason
	Compactions uint64            // snapshots that were stored
	Broken      uint64            // compactions that were refused: an operator should examine the document
}

// counts are the counters of Stats.
type counts struct {
	accepted, compactions, broken atomic.Uint64
	refused                       [refusedFull + 1]atomic.Uint64
}

// Stats returns the node's current figures.
func (s *Service) Stats() Stats {
	s.mu.Lock()
	documents, channels := len(s.liveDocs), 0
	for _, opened := range s.channels {
		channels += len(opened)
	}
	s.mu.Unlock()
	refused := map[string]uint64{}
	for why := refusedInvalid; why <= refusedFull; why++ {
		refused[why.String()] = s.counts.refused[why].Load()
	}
	return Stats{
		Documents: documents, Channels: channels, Accepted: s.counts.accepted.Load(), Refused: refused,
		Compactions: s.counts.compactions.Load(), Broken: s.counts.broken.Load(),
	}
}

// observe counts the accepted edits, and reports the batch to Config.Observe.
func (b *batch) observe() {
	accepted := 0
	for _, e := range b.edits {
		if e.why == 0 {
			accepted++
		}
	}
	b.s.counts.accepted.Add(uint64(accepted))
	b.s.observe(len(b.edits), time.Since(b.edits[0].queuedAt))
}
