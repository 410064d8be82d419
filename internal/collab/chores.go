package collab

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

const (
	maxTailRows      = 500       // updates after a snapshot
	minTailBytes     = 256 << 10 // and their bytes, once they are more than the snapshot's: so all work together stays linear
	maintenanceBatch = 20        // documents a look
)

// chores are the documents that wait for being compacted.
type maintenance struct {
	mu   sync.Mutex
	docs map[int64]bool
	wake loop.Wake // when there is something to do
}

func newMaintenance() *maintenance { return &maintenance{docs: map[int64]bool{}, wake: loop.NewWake()} }

// owed adds the document if its log has grown long.
func (c *maintenance) addIfDue(docID int64, d backlog) {
	if d.rows >= maxTailRows || d.bytes >= max(minTailBytes, d.snapshot) {
		c.add(docID)
	}
}

func (c *maintenance) add(docID int64) {
	defer c.wake.Signal()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.docs[docID] = true
}

func (c *maintenance) take() []int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []int64
	for id := range c.docs {
		ids = append(ids, id)
	}
	clear(c.docs)
	return ids
}

// doChores does one after the other what costs time and can wait. Nothing of it
// is ever waited for by somebody who writes.
func (s *Service) runMaintenance(ctx context.Context) error {
	var errs []error
	chore := func(doing string, do func(context.Context) error) {
		if err := s.guard.Try("collab-chores", func() error { return do(ctx) }); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", doing, err))
		}
	}
	for _, docID := range s.maintenance.take() {
		chore("compact a document", func(ctx context.Context) error { return s.Compact(ctx, docID) })
	}
	chore("read texts for the search", s.updateTexts)
	chore("keep versions", s.makeVersions)
	chore("tell of comments", s.deliverAlerts)
	return errors.Join(errs...)
}

// Compact makes one snapshot of a document's log, if it has grown since the last
// one. The result is checked before it counts; if it is another document, all
// rows stay, and the document is marked for somebody to look at. The updates
// before the *previous* snapshot go: one generation stays to go back to.
func (s *Service) Compact(ctx context.Context, docID int64) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if alone, err := tryJobLock(ctx, tx, lockCompact, docID); err != nil || !alone {
			return err
		}
		c, err := readContent(ctx, tx, docID)
		if isGone(err) || isTooLarge(err) {
			return nil // all rows stay
		}
		if err != nil || c.seq == c.snapshotSeq || c.state == stateBroken {
			return err
		}
		var compacted []byte
		var sv yjs.StateVector
		err = s.guard.Try("collab-compaction", func() (err error) {
			compacted, sv, err = s.compacted(c)
			return err
		})
		if err != nil {
			s.counts.broken.Add(1)
			s.log.Error("a compaction was refused, all updates are kept", "document", docID, "seq", c.seq, "err", err)
			return setState(ctx, tx, docID, stateBroken)
		}
		if err := storeSnapshot(ctx, tx, docID, c, compacted, sv.Encode(), stateFor(compacted)); err != nil {
			return err
		}
		if err := pruneClients(ctx, tx, docID, c.seq, sv); err != nil {
			return err
		}
		s.counts.compactions.Add(1)
		return nil
	})
}

func stateFor(compacted []byte) string {
	if len(compacted) > maxDocument {
		return stateFull
	}
	return stateOK
}

func (s *Service) compacted(c content) (compacted []byte, sv yjs.StateVector, err error) {
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
	return compacted, old.StateVector(), nil
}

// keepVersions makes automatic versions, and lets old ones go.
func (s *Service) makeVersions(ctx context.Context) error {
	ids, err := dueForVersion(ctx, s.db, s.now().Add(-s.timing.Idle), s.now().Add(-s.timing.Busy))
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := s.guard.Try("collab-version", func() error { return s.makeAutomaticVersion(ctx, id) })
		if err != nil && !loop.Panicked(err) { // which is of this document alone
			return err
		}
	}
	return nil
}

func (s *Service) makeAutomaticVersion(ctx context.Context, docID int64) error {
	if _, err := s.storeVersion(ctx, docID, kindAuto, "", 0); err != nil && !isGone(err) {
		return err
	}
	return pruneVersions(ctx, s.db, docID)
}
