package chat

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"hubbub/internal/postgres"
)

// outbox groups the sends of the moment into one transaction: under load a
// commit, which waits for the disk, serves many of them, and at rest a send
// waits for no other.
//
// Whoever finds nobody at work stores what is there. When that is committed,
// the first of those who came meanwhile goes on; the others of a load wait for
// its result. So there is no goroutine of the outbox's own, and nobody stores
// for others longer than for themselves.
type committer struct {
	commit func(context.Context, []draft) ([]insertedRow, error)

	mu      sync.Mutex
	waiting []*pendingDraft
	busy    bool
}

// parcel is a draft on its way. One of its channels is closed in the end:
// done, when row and err say what became of it, or turn, when it is its
// sender's to store what waits.
type pendingDraft struct {
	draft      draft
	row        insertedRow
	err        error
	done, lead chan struct{}
}

const (
	maxBatch      = 64               // drafts a transaction
	commitTimeout = 10 * time.Second // for a transaction: nobody's request may cut it short
)

// errUnsettled is the answer to those whose load's storing panicked.
var errBatchPanicked = errors.New("storing a load of messages panicked; its sender's request has the stack")

// Store returns when the draft is committed, or cannot be.
func (o *committer) Submit(ctx context.Context, d draft) (insertedRow, error) {
	p := &pendingDraft{draft: d, done: make(chan struct{}), lead: make(chan struct{})}
	if !o.enqueue(p) {
		select {
		case <-p.done:
			return p.row, p.err
		case <-p.lead:
		}
	}
	o.commitNext(ctx)
	return p.row, p.err
}

// add queues the parcel and says whether it is its sender's turn at once.
func (o *committer) enqueue(p *pendingDraft) (first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = append(o.waiting, p)
	first = !o.busy
	o.busy = true
	return first
}

// deliver stores one load, in which the caller's own parcel is the first, and
// lets the next one go on, also if storing panics: nobody waits for ever.
func (o *committer) commitNext(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	load := o.takeBatch()
	defer o.release(load)
	o.commitBatch(ctx, load)
}

// release lets the senders of a load go on, and the next one store.
func (o *committer) release(load []*pendingDraft) {
	if next := o.nextLeader(); next != nil {
		close(next.lead)
	}
	for _, p := range load {
		close(p.done)
	}
}

func (o *committer) takeBatch() []*pendingDraft {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(len(o.waiting), maxBatch)
	load := slices.Clone(o.waiting[:n])
	for _, p := range load {
		p.err = errBatchPanicked
	}
	o.waiting = slices.Delete(o.waiting, 0, n)
	// All nodes take rooms in the same order, so that none waits for another
	// that waits for it. Within a room the order of arrival stays.
	slices.SortStableFunc(load, func(a, b *pendingDraft) int { return int(a.draft.RoomID - b.draft.RoomID) })
	return load
}

func (o *committer) nextLeader() *pendingDraft {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		o.busy = false
		return nil
	}
	return o.waiting[0]
}

// commit stores the load at once; when one of it cannot be stored, each by
// itself. When the connection was lost nobody knows whether the load is
// committed: it is not tried again here, for it might be stored twice. Its
// senders are told, and try again with the same clientId.
func (o *committer) commitBatch(ctx context.Context, load []*pendingDraft) {
	drafts := make([]draft, len(load))
	for i, p := range load {
		drafts[i] = p.draft
	}
	rows, err := o.commit(ctx, drafts)
	if err != nil && len(load) > 1 && !postgres.Unavailable(err) {
		for _, p := range load {
			o.commitBatch(ctx, []*pendingDraft{p})
		}
		return
	}
	for i, p := range load {
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
