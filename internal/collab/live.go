package collab

import (
	"context"
	"sync"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// live is a document that is open on this node. Edits are queued in it while a
// transaction runs; then all queued edits go into the next one (a group commit).
type live struct {
	id int64
	s  *Service

	// turn guards the summary and the watermark, also during a transaction. It is
	// locked before mu.
	turn           turn
	summary        *summary // nil: not read yet, or invalid
	delivered      int64    // the watermark: every update up to this seq is queued for the channels here…
	deliveredEpoch int      // …in this epoch

	mu          sync.Mutex
	channels    map[*channel]bool
	edits       []*edit
	queuedBytes int // bytes of edits
	syncs       []syncRequest
	behind      bool // the log may have updates that were not read
	running     bool // work is running
	lastUsed    time.Time
}

// edit is an update that waits to be stored.
type edit struct {
	from     *channel
	n        uint64 // the number of its message
	payload  []byte
	queuedAt time.Time
	update   *yjs.Update // the decoded payload, trimmed by the last attempt
	why      refusal     // the result of the last attempt
}

// reset restores the update as it was received. An attempt may have trimmed it
// against an edit of the same transaction that the next attempt refuses.
func (e *edit) reset() { e.update, _ = yjs.Decode(e.payload) }

// syncRequest requests the updates that a channel lacks, by its state vector. With nil it
// requests a STEP1 to the channel instead, because the channel has just joined or
// messages to it were lost.
type syncRequest struct {
	from *channel
	sv   yjs.StateVector
}

// maxQueuedBytes bounds the edits that are queued for one document while the database is slow.
const maxQueuedBytes = 8 << 20

// submit queues an edit. It reports false if too many bytes are queued.
func (l *live) submit(e *edit) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.queuedBytes+len(e.payload) > maxQueuedBytes && l.queuedBytes > 0 {
		return false
	}
	l.edits = append(l.edits, e)
	l.queuedBytes += len(e.payload)
	l.startWorker()
	return true
}

// requestSync queues a request; the answer is sent after the edits queued with it.
func (l *live) requestSync(r syncRequest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.syncs = append(l.syncs, r)
	l.startWorker()
}

// checkLog reads the log soon: it may have new updates.
func (l *live) checkLog() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.behind = true
	l.startWorker()
}

func (l *live) startWorker() {
	l.lastUsed = l.s.now()
	if !l.running {
		l.running = true
		l.s.startJob("collab-document", l.work)
	}
}

// takeWork empties the queues and returns what was in them. It reports false if that
// was nothing, and then the worker has to return.
func (l *live) takeWork() (edits []*edit, syncs []syncRequest, behind, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	edits, syncs, behind = l.edits, l.syncs, l.behind
	l.edits, l.syncs, l.behind, l.queuedBytes = nil, nil, false, 0
	ok = len(edits) > 0 || len(syncs) > 0 || behind
	l.running = ok
	return edits, syncs, behind, ok
}

// requeue puts work whose transaction failed back to the front of the queues.
func (l *live) requeue(edits []*edit, syncs []syncRequest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.edits, l.syncs = append(edits, l.edits...), append(syncs, l.syncs...)
	for _, e := range edits {
		e.reset()
		l.queuedBytes += len(e.payload)
	}
}

const (
	firstPause = 100 * time.Millisecond // after a failure; each further pause is twice as long…
	lastPause  = 5 * time.Second        // …up to this
)

// work processes the queues until they are empty. After an error it retries: nothing
// of it was acknowledged.
func (l *live) work() {
	pause := firstPause
	for {
		edits, syncs, behind, ok := l.takeWork()
		if !ok {
			return
		}
		err := l.s.guard.Try("collab-document", func() error { return l.process(l.s.ctx, edits, syncs, behind) })
		switch {
		case l.s.ctx.Err() != nil:
			return
		case loop.Panicked(err):
			l.giveUp(edits, syncs)
			continue
		case isGone(err):
			l.s.logError("check the rights to a document", l.s.recheck(l.s.ctx, l.s.db, l))
			pause = firstPause // the work is dropped with the document
			continue
		case isTooLarge(err):
			l.evictAll()
			continue // a retry would fail, too
		case err == nil:
			pause = firstPause
			continue
		}
		l.s.log.Warn("processing a document failed, trying again", "document", l.id, "error", err)
		l.requeue(edits, syncs)
		if !loop.Sleep(l.s.ctx, pause) {
			return
		}
		pause = min(2*pause, lastPause)
	}
}

// giveUp cleans up after a panic: it drops the summary and closes the connections whose
// work was interrupted with 1011. Their clients send again what was not acknowledged.
// A retry here could panic forever.
func (l *live) giveUp(edits []*edit, syncs []syncRequest) {
	l.dropSummary()
	for _, e := range edits {
		e.from.conn.Close(wire.CloseInternal)
	}
	for _, r := range syncs {
		r.from.conn.Close(wire.CloseInternal)
	}
	if len(edits) > 0 {
		l.checkLog() // the edits may be committed without having been broadcast
	}
}

func (l *live) dropSummary() {
	l.turn.Lock()
	defer l.turn.Unlock()
	l.summary = nil
}

// evictAll evicts every channel of a document that costs too much to read: each
// retry would cost as much.
func (l *live) evictAll() {
	l.s.log.Warn("a document is too large to stay open", "document", l.id)
	for _, ch := range l.openChannels() {
		l.s.evict(l.s.ctx, ch, whyLarge)
	}
}

func (l *live) process(ctx context.Context, edits []*edit, syncs []syncRequest, behind bool) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	if len(edits) > 0 {
		if err := l.accept(ctx, edits); err != nil {
			return err
		}
	}
	if behind || l.summary == nil && len(syncs) > 0 {
		if err := l.refresh(ctx, l.s.db); err != nil {
			return err
		}
	}
	for _, r := range syncs {
		if err := l.answerSync(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// catchUp brings the summary up to the log as the transaction has found it.
func (l *live) catchUp(ctx context.Context, tx postgres.Tx, h lockedDocument) error {
	if l.summary != nil && l.summary.seq == h.seq && l.summary.epoch == h.epoch {
		return nil
	}
	return l.refresh(ctx, tx)
}

// refresh brings the summary and the channels up to the log, which other nodes write
// to as well.
func (l *live) refresh(ctx context.Context, db postgres.Queryer) error {
	if l.summary == nil {
		return l.load(ctx, db)
	}
	p, err := logHeads(ctx, db, []int64{l.id})
	if err != nil {
		return err
	}
	if p[l.id].epoch != l.summary.epoch {
		return l.load(ctx, db)
	}
	first, updates, err := readTail(ctx, db, l.id, l.summary.seq)
	if err != nil || len(updates) == 0 {
		return err
	}
	if first != l.summary.seq+1 {
		return l.load(ctx, db) // the log was compacted in the meantime
	}
	return l.applyTail(ctx, db, updates)
}

// applyTail adds the updates to the summary and sends them to the channels whose users
// may read, according to rights that are read after the updates.
func (l *live) applyTail(ctx context.Context, db postgres.Queryer, updates [][]byte) error {
	if err := l.s.recheck(ctx, db, l); err != nil {
		return err
	}
	u, err := yjs.Merge(updates...)
	if err != nil {
		return err
	}
	encoded := u.Encode()
	l.summary.add(u, encoded)
	l.summary.seq += int64(len(updates))
	l.sendUpdate(encoded, nil)
	return nil
}

// load reads the whole document. If the channels lack part of it, they get all of it.
func (l *live) load(ctx context.Context, db postgres.Queryer) error {
	c, err := readContent(ctx, db, l.id)
	if err != nil {
		return err
	}
	if l.summary, err = newSummary(c); err != nil {
		return err
	}
	if l.deliveredEpoch == l.summary.epoch && l.delivered < l.summary.seq {
		if err := l.s.recheck(ctx, db, l); err != nil {
			return err
		}
		l.sendUpdate(l.summary.whole, nil) // repeated updates are harmless
	}
	l.deliveredEpoch, l.delivered = l.summary.epoch, l.summary.seq
	return nil
}

// sendUpdate sends an update to the channels on this node, except to one that wrote it.
func (l *live) sendUpdate(update []byte, except *hub.Conn) { l.sendUpdateBy(update, except, author{}) }

func (l *live) sendUpdateBy(update []byte, except *hub.Conn, by author) {
	l.delivered = l.summary.seq
	l.s.hub.Stream(hub.Log, updateMessage(l.id, update), hub.To(yjsRoom(l.id)).Except(except).Here())
	l.s.plain.markDirty(l.id, by)
}

// answerSync sends a channel what it lacks, or a STEP1 if its request has no state vector.
func (l *live) answerSync(ctx context.Context, r syncRequest) error {
	if r.sv == nil {
		r.from.send(step1Message(l.id, l.summary.sv.Encode()))
		return nil
	}
	whole, err := l.document(ctx, l.s.db)
	if err != nil {
		return err
	}
	if len(r.sv) > 0 {
		if whole, err = yjs.Diff(whole, r.sv); err != nil {
			return err
		}
	}
	r.from.send(step2Message(l.id, whole))
	return nil
}

// document returns the whole document as of the summary's seq.
func (l *live) document(ctx context.Context, db postgres.Queryer) ([]byte, error) {
	if l.summary == nil || l.summary.whole == nil {
		l.summary = nil
		if err := l.load(ctx, db); err != nil {
			return nil, err
		}
	}
	return l.summary.document()
}

// idleTime returns how long the document has not been used; 0 while a channel has it open.
func (l *live) idleTime(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.channels) > 0 || l.running {
		return 0
	}
	return now.Sub(l.lastUsed)
}

// userIDs returns the users who have the document open on this node.
func (l *live) userIDs() []int64 {
	var users []int64
	for _, ch := range l.openChannels() {
		users = append(users, ch.userID)
	}
	return sortedUnique(users)
}

func (l *live) openChannels() []*channel {
	l.mu.Lock()
	defer l.mu.Unlock()
	open := make([]*channel, 0, len(l.channels))
	for ch := range l.channels {
		open = append(open, ch)
	}
	return open
}
