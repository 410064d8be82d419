package collab

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

func TestDocumentStatsCountEditsAndCompactions(t *testing.T) {
	var batches, edits atomic.Int64
	n := newNode(t, func(c *Config) {
		c.Observe = func(n int, took time.Duration) {
			if batches.Add(1); took > 0 {
				edits.Add(int64(n))
			}
		}
	})
	id := n.createDocument()
	a, viewer := n.writer(sam, id), n.writer(theo, id)
	a.write("hello")
	a.waitSaved()
	viewer.waitSaved()
	viewer.write("mine")
	viewer.wantRefused(refusedReadOnly)
	n.compactNow(id)
	a.write("hello world")
	a.waitSaved()
	n.compact = func(...[]byte) ([]byte, error) { return nil, errors.New("no") }
	n.compactNow(id)
	s := n.Stats()
	if s.Documents != 1 || s.Channels != 2 || s.Compactions != 1 || s.Broken != 1 || s.Refused["read-only"] != 1 || s.Refused["gap"] != 0 {
		t.Errorf("the stats are %+v", s)
	}
	if s.Accepted != 4 || edits.Load() != 5 || batches.Load() > edits.Load() { // two STEP2 and two letters were taken, one letter was not
		t.Errorf("%d edits in %d batches, %d accepted", edits.Load(), batches.Load(), s.Accepted)
	}
}
