package hub

import (
	"maps"
	"sync"
	"sync/atomic"

	"hubbub/internal/live/wire"
)

// Stats are the hub's current figures. The unsigned ones count since the start.
type Stats struct {
	Connections int
	Rooms       int // includes the server's own
	Queued      int // frames in all queues
	Deepest     int // frames in the longest queue

	Published uint64    // events published by this node
	Received  uint64    // messages from other nodes
	Delivered uint64    // frames for one connection, including dropped ones
	Dropped   [3]uint64 // frames, by Class
	Closed    map[wire.CloseCode]uint64
}

type counters struct {
	published, received, delivered atomic.Uint64
	drops                          [3]atomic.Uint64

	mu     sync.Mutex
	closes map[wire.CloseCode]uint64
}

func (c *counters) dropped(class Class) { c.drops[class].Add(1) }

func (c *counters) closed(code wire.CloseCode) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closes == nil {
		c.closes = map[wire.CloseCode]uint64{}
	}
	c.closes[code]++
}

// Stats returns the current figures.
func (h *Hub) Stats() Stats {
	st := Stats{
		Published: h.count.published.Load(),
		Received:  h.count.received.Load(),
		Delivered: h.count.delivered.Load(),
	}
	for class := range st.Dropped {
		st.Dropped[class] = h.count.drops[class].Load()
	}
	h.count.mu.Lock()
	st.Closed = maps.Clone(h.count.closes)
	h.count.mu.Unlock()
	h.measure(&st)
	return st
}

func (h *Hub) measure(st *Stats) {
	for _, c := range h.connections() {
		st.Connections++
		queued := c.Queued()
		st.Queued += queued
		st.Deepest = max(st.Deepest, queued)
	}
	for i := range h.shards {
		h.shards[i].mu.RLock()
		st.Rooms += len(h.shards[i].rooms)
		h.shards[i].mu.RUnlock()
	}
}
