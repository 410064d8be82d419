package collab

import (
	"sync/atomic"
	"time"
)

// Stats is what a node has done, for operators.
type Stats struct {
	Documents   int               // open here
	Channels    int               // people's, in them
	Accepted    uint64            // edits that were acknowledged
	Refused     map[string]uint64 // by why
	Compactions uint64            // that counted
	Broken      uint64            // compactions that were refused: somebody should look
}

// counts is what is counted as it happens.
type counts struct {
	accepted, compactions, broken atomic.Uint64
	refused                       [refusedFull + 1]atomic.Uint64
}

// Stats returns the figures of this moment.
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

// observe tells of a batch, and how long the first of it has waited.
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
