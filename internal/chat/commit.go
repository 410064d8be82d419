package chat

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
)

// committer stores drafts by group commit: the drafts that are sent at the same moment share one transaction. Under
// load one commit, which waits for the disk, serves many senders; otherwise a send waits for no other.
//
// The committer has no goroutine of its own. A sender that finds no other at work becomes the leader: it commits the
// first batch. Then the sender of the first waiting draft becomes the leader of the next batch, and so on. The other
// senders of a batch wait for its result. A leader commits one batch only, which has its own draft in it.
type committer struct {
	db    *postgres.DB
	index index.Writer

	mu      sync.Mutex
	waiting []*pendingDraft // in the order in which they came
	busy    bool            // there is a leader
}

// pendingDraft is a draft whose sender waits. Either lead is closed, when the sender becomes the leader, or done, when
// row and err are set.
type pendingDraft struct {
	draft      draft
	row        insertedRow
	err        error
	done, lead chan struct{}
}

const (
	maxBatch      = 64               // drafts a transaction
	commitTimeout = 10 * time.Second // of a transaction; it does not end with the leader's request, for others share it
)

// errBatchPanicked is returned to the other senders of a batch whose commit panicked.
var errBatchPanicked = errors.New("committing a batch of messages panicked; the leader's request has the stack")

// Submit stores the draft and returns when it is committed or failed. It returns errRejected if the room does not take
// a message of the sender. The end of ctx does not stop it.
func (c *committer) Submit(ctx context.Context, d draft) (insertedRow, error) {
	p := &pendingDraft{draft: d, done: make(chan struct{}), lead: make(chan struct{})}
	if leads := c.enqueue(p); !leads {
		select {
		case <-p.done:
			return p.row, p.err
		case <-p.lead:
		}
	}
	c.commitNext(ctx)
	return p.row, p.err
}

// enqueue adds the draft to the waiting ones and reports whether its sender leads at once.
func (c *committer) enqueue(p *pendingDraft) (leads bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = append(c.waiting, p)
	leads = !c.busy
	c.busy = true
	return leads
}

// commitNext commits one batch, in which the leader's own draft is the first to have come. It appoints the next leader
// also if the commit panics, so that no sender waits forever.
func (c *committer) commitNext(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	batch := c.takeBatch()
	defer c.release(batch)
	c.commitBatch(ctx, batch)
}

// release appoints the next leader and lets the senders of the batch return.
func (c *committer) release(batch []*pendingDraft) {
	if next := c.nextLeader(); next != nil {
		close(next.lead)
	}
	for _, p := range batch {
		close(p.done)
	}
}

func (c *committer) takeBatch() []*pendingDraft {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(c.waiting), maxBatch)
	batch := slices.Clone(c.waiting[:n])
	for _, p := range batch {
		p.err = errBatchPanicked
	}
	c.waiting = slices.Delete(c.waiting, 0, n)
	// Every transaction locks rooms in the order of their ids, so that transactions of two nodes cannot deadlock. The
	// sort is stable: within a room the order of arrival stays.
	slices.SortStableFunc(batch, func(a, b *pendingDraft) int { return int(a.draft.RoomID - b.draft.RoomID) })
	return batch
}

// nextLeader returns the first waiting draft, or nil if none waits; then the committer is idle.
func (c *committer) nextLeader() *pendingDraft {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) == 0 {
		c.busy = false
		return nil
	}
	return c.waiting[0]
}

// commitBatch commits the batch in one transaction or, if that fails, each draft in its own, so that a draft that
// cannot be stored does not hold up the others. If the database was unavailable, the batch may be committed or not; a
// retry here could store it twice. The senders get the error, and retry with the same clientId.
func (c *committer) commitBatch(ctx context.Context, batch []*pendingDraft) {
	drafts := make([]draft, len(batch))
	for i, p := range batch {
		drafts[i] = p.draft
	}
	rows, err := c.store(ctx, drafts)
	if err != nil && len(batch) > 1 && !postgres.Unavailable(err) {
		for _, p := range batch {
			c.commitBatch(ctx, []*pendingDraft{p})
		}
		return
	}
	for i, p := range batch {
		switch {
		case err != nil:
			p.err = err
		case rows[i].ID == 0:
			p.err = errRejected
		default:
			p.row, p.err = rows[i], nil
		}
	}
}

// store stores the drafts and their entries in the search index in one transaction: all of them or none. The row of a
// draft that its room does not take has the id 0.
func (c *committer) store(ctx context.Context, drafts []draft) (rows []insertedRow, err error) {
	err = postgres.InTx(ctx, c.db, func(tx postgres.Tx) error {
		if rows, err = insertMessages(ctx, tx, drafts); err != nil {
			return err
		}
		return indexSent(ctx, c.index, tx, drafts, rows)
	})
	c.index.Changed()
	return rows, err
}
