package collab

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
)

const (
	// A log is compacted when the updates after its snapshot are this many rows, or this
	// many bytes and no fewer than the snapshot has: so the total work stays linear.
	maxTailRows  = 500
	minTailBytes = 256 << 10

	maintenanceBatch = 20 // documents that one query for due work returns
)

// maintenance has the documents that are to be compacted.
type maintenance struct {
	mu   sync.Mutex
	docs map[int64]bool
	wake loop.Wake // wakes the loop of runMaintenance
}

func newMaintenance() *maintenance { return &maintenance{docs: map[int64]bool{}, wake: loop.NewWake()} }

// addIfDue adds the document if its log is long enough to compact.
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

// runMaintenance runs the maintenance jobs one after the other: compaction, texts for
// search, versions. No edit waits for them.
func (s *Service) runMaintenance(ctx context.Context) error {
	var errs []error
	run := func(doing string, job func(context.Context) error) {
		if err := s.guard.Try("collab-maintenance", func() error { return job(ctx) }); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", doing, err))
		}
	}
	for _, docID := range s.maintenance.take() {
		run("compact a document", func(ctx context.Context) error { return s.Compact(ctx, docID) })
	}
	run("read texts for search", s.updateTexts)
	run("make versions", s.makeVersions)
	return errors.Join(errs...)
}

// Compact makes a snapshot of a document's log, if it has grown since the last one.
// The snapshot is verified before it is stored. If it is not the same document, all
// rows stay, the document is marked as broken for an operator to examine, and it is
// not compacted again. The updates up to the previous snapshot are deleted; that
// snapshot itself stays as a fallback.
func (s *Service) Compact(ctx context.Context, docID int64) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if locked, err := tryJobLock(ctx, tx, lockCompact, docID); err != nil || !locked {
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
			compacted, sv, err = s.compactAndVerify(c)
			return err
		})
		if err != nil {
			s.counts.broken.Add(1)
			s.log.Error("a compaction was refused, all updates are kept", "document", docID, "seq", c.seq, "error", err)
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

func (s *Service) compactAndVerify(c content) (compacted []byte, sv yjs.StateVector, err error) {
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

// makeVersions makes the automatic versions that are due, and deletes old ones.
func (s *Service) makeVersions(ctx context.Context) error {
	ids, err := dueForVersion(ctx, s.db, s.now().Add(-s.timing.Idle), s.now().Add(-s.timing.Busy))
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := s.guard.Try("collab-version", func() error { return s.makeAutomaticVersion(ctx, id) })
		if err != nil && !loop.Panicked(err) { // a panic concerns this document only
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
