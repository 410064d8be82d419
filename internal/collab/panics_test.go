package collab

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/internal/base/loop"
	"hubbub/internal/live/wire"
	"hubbub/internal/testkit"
)

// panicCounter counts panics by the name of the job.
type panicCounter struct {
	mu sync.Mutex
	at map[string]int
}

// configure makes a node count its panics and discard their log lines.
func (c *panicCounter) configure(config *Config) {
	config.Guard = loop.Guard{Log: slog.New(slog.DiscardHandler), OnPanic: func(where string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.at == nil {
			c.at = map[string]int{}
		}
		c.at[where]++
	}}
}

func (c *panicCounter) count(where string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at[where]
}

func TestDocumentPanicOfEditClosesOnlyItsConnection(t *testing.T) {
	for _, stage := range []string{"before the commit", "after the commit"} {
		t.Run(stage, func(t *testing.T) {
			var panics panicCounter
			n := newNode(t, panics.configure)
			id := n.createDocument()
			a, b, other := n.writer(sam, id), n.writer(maya, id), n.writer(sam, n.createDocument())
			a.waitSaved()
			b.waitSaved()
			var poisoned atomic.Bool
			n.stage = func(at string) error {
				if at == stage && poisoned.CompareAndSwap(true, false) {
					panic("poison")
				}
				return nil
			}
			poisoned.Store(true)
			a.write("hello")
			testkit.Eventually(t, "the writer's connection is closed", testkit.Timeout, a.conn.Closing)
			if code := a.conn.Code(); code != wire.CloseInternal || b.conn.Closing() || panics.count("collab-document") != 1 {
				t.Errorf("the code is %d, the reader's connection is closed: %v, there are %d panics", code, b.conn.Closing(), panics.count("collab-document"))
			}
			if stage == "after the commit" {
				b.waitUntil("the reader gets the edit without a broadcast", func() bool { return b.text() == "hello" })
			}
			a.reconnect()
			a.join(id)
			a.waitUntil("the writer sends again what was not acknowledged", func() bool { return a.acked > 0 })
			b.waitUntil("the reader has the edit", func() bool { return b.text() == "hello" })
			n.wantContent(id, "hello")
			other.write("unharmed")
			other.waitSaved()
		})
	}
}

func TestDocumentPanicOfCompactionMarksDocumentBroken(t *testing.T) {
	var panics panicCounter
	n := newNode(t, panics.configure, func(c *Config) { c.Log = slog.New(slog.DiscardHandler) })
	id := n.createDocument()
	a := n.writer(sam, id)
	a.write("hello")
	a.waitSaved()
	n.compact = func(...[]byte) ([]byte, error) { panic("compact") }
	n.compactNow(id)
	if _, snapshots, state := n.rows(id); snapshots != 0 || state != stateBroken || panics.count("collab-compaction") != 1 {
		t.Errorf("there are %d snapshots and %d panics, the state is %s", snapshots, panics.count("collab-compaction"), state)
	}
	a.write("hello world")
	a.waitSaved()
	n.wantContent(id, "hello world")
}

func TestDocumentPanicOfJobDoesNotStopService(t *testing.T) {
	var panics panicCounter
	n := newNode(t, panics.configure)
	n.startJob("collab-test", func() { panic("job") })
	testkit.Eventually(t, "the panic is counted", testkit.Timeout, func() bool { return panics.count("collab-test") == 1 })
	a := n.writer(sam, n.createDocument())
	a.write("hello")
	a.waitSaved()
}
