package collab

import (
	"context"
	"slices"
	"sync"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/postgres"
)

const (
	maxTailRows  = 500       // updates after a snapshot
	minTailBytes = 256 << 10 // and their bytes, once they are more than the snapshot's: so all work together stays linear
	choresAtOnce = 20        // documents a look
)

// chores are the documents that wait for being compacted.
type chores struct {
	mu   sync.Mutex
	docs map[int64]bool
	wake chan struct{} // holds a token when there is something to do
}

func newChores() *chores { return &chores{docs: map[int64]bool{}, wake: make(chan struct{}, 1)} }

// owed adds the document if its log has grown long.
func (c *chores) owed(docID int64, d debt) {
	if d.rows >= maxTailRows || d.bytes >= max(minTailBytes, d.snapshot) {
		c.add(docID)
	}
}

func (c *chores) add(docID int64) {
	c.mu.Lock()
	c.docs[docID] = true
	c.mu.Unlock()
	c.all()
}

// all lets the worker look at everything.
func (c *chores) all() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *chores) take() []int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []int64
	for id := range c.docs {
		ids = append(ids, id)
	}
	clear(c.docs)
	return ids
}

// runChores does one after the other what costs time and can wait. Nothing of it
// is ever waited for by somebody who writes.
func (s *Service) runChores(ctx context.Context) {
	for {
		select {
		case <-s.chores.wake:
		case <-ctx.Done():
			return
		}
		for _, docID := range s.chores.take() {
			s.complain("compact a document", s.Compact(ctx, docID))
		}
		s.complain("read texts for the search", s.readTexts(ctx))
		s.complain("keep versions", s.keepVersions(ctx))
		s.complain("tell of comments", s.tellAlerts(ctx))
	}
}

// Compact makes one snapshot of a document's log, if it has grown since the last
// one. The result is checked before it counts; if it is another document, all
// rows stay, and the document is marked for somebody to look at. The updates
// before the *previous* snapshot go: one generation stays to go back to.
func (s *Service) Compact(ctx context.Context, docID int64) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if alone, err := tryChore(ctx, tx, choreCompact, docID); err != nil || !alone {
			return err
		}
		c, err := readContent(ctx, tx, docID)
		if isGone(err) {
			return nil
		}
		if err != nil || c.seq == c.snapshotSeq || c.state == stateBroken {
			return err
		}
		compacted, sv, err := s.compacted(c)
		if err != nil {
			s.log.Error("a compaction was refused, all updates are kept", "document", docID, "seq", c.seq, "err", err)
			return setState(ctx, tx, docID, stateBroken)
		}
		return keepSnapshot(ctx, tx, docID, c, compacted, sv, stateFor(compacted))
	})
}

func stateFor(compacted []byte) string {
	if len(compacted) > maxDocument {
		return stateFull
	}
	return stateOK
}

func (s *Service) compacted(c content) (compacted, sv []byte, err error) {
	old, err := yjs.Merge(c.updates...)
	if err != nil {
		return nil, nil, err
	}
	original, roots := old.Encode(), old.Roots()
	if compacted, err = s.compact(c.updates...); err != nil {
		return nil, nil, err
	}
	if err := yjs.Verify(original, compacted, yjs.DefaultBudget, roots...); err != nil {
		return nil, nil, err
	}
	return compacted, old.StateVector().Encode(), nil
}

// readTexts gives the search what people wrote: a moment after they paused, and
// now and then while they do not.
func (s *Service) readTexts(ctx context.Context) error {
	ids, err := unread(ctx, s.db, s.now().Add(-s.timing.Settle), s.now().Add(-s.timing.AtMost))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.readText(ctx, id); err != nil {
			return err
		}
	}
	if len(ids) > 0 {
		s.indexed()
	}
	return nil
}

func (s *Service) readText(ctx context.Context, docID int64) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if alone, err := tryChore(ctx, tx, choreText, docID); err != nil || !alone {
			return err
		}
		c, err := readContent(ctx, tx, docID)
		if err != nil {
			return ignoreGone(err)
		}
		text, err := textIn(c.updates...)
		if err != nil {
			s.log.Warn("a document cannot be read for the search", "document", docID, "err", err)
			return keepText(ctx, tx, docID, c.seq, nil)
		}
		if err := keepText(ctx, tx, docID, c.seq, &text); err != nil {
			return err
		}
		return s.indexNow(ctx, tx, docID)
	})
}

// indexNow gives the search the document as its columns have it, and says who
// may no longer find it.
func (s *Service) indexNow(ctx context.Context, tx postgres.Tx, docID int64, lost ...int64) error {
	if s.index == nil {
		return nil
	}
	e, err := entryOf(ctx, tx, docID)
	if err != nil {
		return err
	}
	e.Lost = slices.DeleteFunc(lost, func(userID int64) bool { return slices.Contains(e.Members, userID) })
	return s.index.Put(ctx, tx, e)
}

func (s *Service) indexed() {
	if s.index != nil {
		s.index.Changed()
	}
}

func ignoreGone(err error) error {
	if isGone(err) {
		return nil
	}
	return err
}

// keepVersions makes automatic versions, and lets old ones go.
func (s *Service) keepVersions(ctx context.Context) error {
	ids, err := unversioned(ctx, s.db, s.now().Add(-s.timing.Idle), s.now().Add(-s.timing.Busy))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := s.keepVersion(ctx, id, kindAuto, "", 0); err != nil && !isGone(err) {
			return err
		}
		if err := pruneVersions(ctx, s.db, id); err != nil {
			return err
		}
	}
	return nil
}
