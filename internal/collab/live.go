package collab

import (
	"context"
	"sync"
	"time"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
	"hubbub/internal/wire"
)

// live is a document that is open on this node. Edits wait in it until the
// transaction before theirs is through; then all that wait go into the next one.
type live struct {
	id int64
	s  *Service

	// turn is held by whoever reads or changes what is known, also over a
	// transaction. It is taken before mu.
	turn  turn
	summary *summary // nil: to be read
	deliveredEpoch int    // that of told
	delivered  int64  // the channels here have, or have in their queues, all up to it

	mu       sync.Mutex
	channels map[*channel]bool
	edits    []*edit
	queuedBytes  int // bytes of edits
	syncs     []syncRequest
	behind   bool // the log may have more
	running  bool
	lastUsed     time.Time // when something was last asked of it
}

// edit is an update on its way into the log.
type edit struct {
	from    *channel
	n       uint64
	payload []byte
	queuedAt   time.Time
	update  *yjs.Update // what is left of it
	why     refusal     // of the last try
}

// anew forgets what a try has trimmed: it may have been by an edit of the same
// transaction, which is refused the next time.
func (e *edit) reset() { e.update, _ = yjs.Decode(e.payload) }

// ask is a channel's wish for what it lacks: a state vector, or nil for a new
// STEP1 because messages to it were lost.
type syncRequest struct {
	from *channel
	sv   yjs.StateVector
}

// maxWaiting bounds what waits for one document while the database is slow.
const maxQueuedBytes = 8 << 20

// submit lets an edit wait for its turn; false: too much waits.
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

// ask answers the channel as soon as it is its turn.
func (l *live) requestSync(a syncRequest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.syncs = append(l.syncs, a)
	l.startWorker()
}

// lookAgain reads the log, which may have more.
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

// next is what waits; nothing: the work is done.
func (l *live) takeWork() (edits []*edit, asks []syncRequest, behind, some bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	edits, asks, behind = l.edits, l.syncs, l.behind
	l.edits, l.syncs, l.behind, l.queuedBytes = nil, nil, false, 0
	some = len(edits) > 0 || len(asks) > 0 || behind
	l.running = some
	return edits, asks, behind, some
}

// again puts back what could not be done.
func (l *live) requeue(edits []*edit, asks []syncRequest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.edits, l.syncs = append(edits, l.edits...), append(asks, l.syncs...)
	for _, e := range edits {
		e.reset()
		l.queuedBytes += len(e.payload)
	}
}

const (
	firstPause = 100 * time.Millisecond // after a failure; then twice as long each time
	lastPause  = 5 * time.Second
)

// work does what waits until nothing does. What the database did not take is
// tried again: nobody was told that it is stored.
func (l *live) work() {
	pause := firstPause
	for {
		edits, asks, behind, some := l.takeWork()
		if !some {
			return
		}
		err := l.s.guard.Try("collab-document", func() error { return l.process(l.s.ctx, edits, asks, behind) })
		switch {
		case l.s.ctx.Err() != nil:
			return
		case loop.Panicked(err):
			l.giveUp(edits, asks)
			continue
		case isGone(err):
			l.s.logError("look who may read", l.s.recheck(l.s.ctx, l.s.db, l))
			pause = firstPause // whatever waited went with the document
			continue
		case isTooLarge(err):
			l.evictAll()
			continue // whatever waited cannot be done
		case err == nil:
			pause = firstPause
			continue
		}
		l.s.log.Warn("a document waits", "document", l.id, "err", err)
		l.requeue(edits, asks)
		if !l.s.sleep(pause) {
			return
		}
		pause = min(2*pause, lastPause)
	}
}

// giveUp ends what a panic has cut short: nothing is known any more, and the
// connections that it was for are closed with 1011. What was not acknowledged to
// them they bring again; to try it again here could be the same panic for ever.
func (l *live) giveUp(edits []*edit, asks []syncRequest) {
	l.dropSummary()
	for _, e := range edits {
		e.from.conn.Close(wire.CloseInternal)
	}
	for _, a := range asks {
		a.from.conn.Close(wire.CloseInternal)
	}
	if len(edits) > 0 {
		l.checkLog() // some may be in the log, and the others here lack them
	}
}

func (l *live) dropSummary() {
	l.turn.Lock()
	defer l.turn.Unlock()
	l.summary = nil
}

// putAllOut closes a document that costs too much to read: trying it again would
// cost that again.
func (l *live) evictAll() {
	l.s.log.Warn("a document is too large to be open", "document", l.id)
	for _, ch := range l.openChannels() {
		l.s.evict(l.s.ctx, ch, whyLarge)
	}
}

func (l *live) process(ctx context.Context, edits []*edit, asks []syncRequest, behind bool) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	if len(edits) > 0 {
		if err := l.accept(ctx, edits); err != nil {
			return err
		}
	}
	if behind || l.summary == nil && len(asks) > 0 {
		if err := l.refresh(ctx, l.s.db); err != nil {
			return err
		}
	}
	for _, a := range asks {
		if err := l.answerSync(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// catchUp knows the document as the transaction has found it.
func (l *live) catchUp(ctx context.Context, tx postgres.Tx, h lockedDocument) error {
	if l.summary != nil && l.summary.seq == h.seq && l.summary.epoch == h.epoch {
		return nil
	}
	return l.refresh(ctx, tx)
}

// learn brings what is known up to the log, and the channels with it: other
// nodes write to it, too.
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
		return l.load(ctx, db) // it was compacted meanwhile
	}
	return l.applyTail(ctx, db, updates)
}

// follow adds what the log has after what is known, and hands it on to those who
// may read it, as of a moment after the log was read.
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

// load reads the whole document.
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
		l.sendUpdate(l.summary.whole, nil) // whoever has it already takes no harm
	}
	l.deliveredEpoch, l.delivered = l.summary.epoch, l.summary.seq
	return nil
}

// tell streams an update to the channels here, all but one that has it.
func (l *live) sendUpdate(update []byte, except *hub.Conn) { l.sendUpdateBy(update, except, author{}) }

func (l *live) sendUpdateBy(update []byte, except *hub.Conn, by author) {
	l.delivered = l.summary.seq
	l.s.hub.StreamHere(yjsRoom(l.id), hub.Log, updateMessage(l.id, update), except)
	l.s.plain.markDirty(l.id, by)
}

// answer gives a channel what it lacks.
func (l *live) answerSync(ctx context.Context, a syncRequest) error {
	if a.sv == nil {
		a.from.send(step1Message(l.id, l.summary.sv.Encode()))
		return nil
	}
	whole, err := l.document(ctx, l.s.db)
	if err != nil {
		return err
	}
	if len(a.sv) > 0 {
		if whole, err = yjs.Diff(whole, a.sv); err != nil {
			return err
		}
	}
	a.from.send(step2Message(l.id, whole))
	return nil
}

// document is the whole document as of what is known.
func (l *live) document(ctx context.Context, db postgres.Queryer) ([]byte, error) {
	if l.summary == nil || l.summary.whole == nil {
		l.summary = nil
		if err := l.load(ctx, db); err != nil {
			return nil, err
		}
	}
	return l.summary.document()
}

// idle tells how long nothing was asked of the document, 0 while it is open.
func (l *live) idleTime(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.channels) > 0 || l.running {
		return 0
	}
	return now.Sub(l.lastUsed)
}

// readers are the people who have the document open on this node.
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
