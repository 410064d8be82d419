package collab

import (
	"context"
	"sync"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
)

// Rewriting is a new text for a whole document, from a client without an editor.
type Rewriting struct {
	DocID          int64
	Content        string
	CursorPosition *int64
}

// Rewrite changes the document's text to the given one. The server makes the edit for the
// user, and leaves unchanged paragraphs and the letters around a change as they are. It
// locks the document first, so the edit is based on the current text.
func (s *Service) Rewrite(ctx context.Context, from *hub.Conn, userID int64, r Rewriting) (Whole, error) {
	if err := checkContent("content", r.Content); err != nil {
		return Whole{}, err
	}
	l := s.openLive(r.DocID)
	if err := l.rewrite(ctx, from, userID, r); err != nil {
		return Whole{}, err
	}
	return s.Get(ctx, userID, r.DocID)
}

func (l *live) rewrite(ctx context.Context, from *hub.Conn, userID int64, r Rewriting) error {
	if err := l.turn.LockWithin(ctx); err != nil {
		return err
	}
	defer l.turn.Unlock()
	var written *yjs.Update
	var tail backlog
	committed := false
	defer func() {
		if !committed { // the summary may be ahead of the log
			l.summary = nil
		}
	}()
	err := postgres.InTx(ctx, l.s.db, func(tx postgres.Tx) error {
		h, err := l.lockForWriter(ctx, tx, userID)
		if err != nil {
			return err
		}
		written, tail, err = l.write(ctx, tx, h, userID, r.Content)
		return err
	})
	if err != nil {
		return err
	}
	committed = true
	if written == nil {
		return nil
	}
	l.sendUpdateBy(written.Encode(), nil, author{from, userID, r.CursorPosition})
	l.s.hub.Broadcast(ctx, newLoggedEvent(l.summary.seq), hub.To(logRoom(l.id)))
	l.s.maintenance.addIfDue(l.id, tail)
	return nil
}

// lockForWriter locks the document for a user who may write, and brings the summary up to
// date. The error is 404 if the user may not read the document, and 403 if they may not write.
func (l *live) lockForWriter(ctx context.Context, tx postgres.Tx, userID int64) (lockedDocument, error) {
	people := sortedUnique(append(l.userIDs(), userID))
	h, err := lockDocument(ctx, tx, l.id, people)
	switch role := h.roles[userID]; {
	case err != nil:
		return h, err
	case role == Nobody:
		return h, fault.NotFound()
	case !role.Writes():
		return h, fault.Forbidden(readOnlyText)
	}
	l.evictWithoutRole(ctx, people, h.roles)
	return h, l.catchUp(ctx, tx, h)
}

// write appends the edit that changes the text to the given one, and returns it, or nil if
// the text is the same.
func (l *live) write(
	ctx context.Context, tx postgres.Tx, h lockedDocument, userID int64, text string,
) (*yjs.Update, backlog, error) {
	client, err := plainClient(ctx, tx, l.id, userID)
	if err == nil && client == 0 {
		client, err = newClient(ctx, tx, l.id, userID, false, true)
	}
	if err != nil {
		return nil, backlog{}, err
	}
	encoded, err := l.rewriteUpdate(ctx, tx, uint64(client), text)
	if err != nil || encoded == nil {
		return nil, backlog{}, err
	}
	if len(encoded) > maxUpdate {
		return nil, backlog{}, fault.TooLarge(refusedTooLarge.text())
	}
	u, err := yjs.Decode(encoded)
	if err != nil {
		return nil, backlog{}, err
	}
	if why := l.summary.check(u, h.state == stateFull); why != 0 {
		return nil, backlog{}, fault.TooLarge(why.text())
	}
	tail, err := appendLog(ctx, tx, l.id, h.seq, []entry{{userID, encoded}})
	l.summary.add(u, encoded)
	l.summary.seq++
	return u, tail, err
}

func (l *live) rewriteUpdate(ctx context.Context, tx postgres.Tx, client uint64, text string) ([]byte, error) {
	whole, err := l.document(ctx, tx)
	if err != nil {
		return nil, err
	}
	d, err := yjs.Build(whole, yjs.DefaultBudget)
	if err != nil {
		return nil, err
	}
	return d.Rewrite(client, text), nil
}

// plainReaders sends documentUpdated to the connections without an editor, at most once
// in Timing.PlainGap for each document (a throttle).
type plainReaders struct {
	s       *Service
	mu      sync.Mutex
	pending map[int64]*pendingText // by document; has an entry while run is running
}

// pendingText is the changes of a document since the last documentUpdated.
type pendingText struct {
	changes int
	by      author // of the latest
}

// author is the author of a change without an editor. It is zero for changes in an editor.
type author struct {
	conn   *hub.Conn // nil for HTTP
	userID int64
	cursor *int64
}

// markDirty makes run send the document's text, if a connection without an editor has it open.
func (p *plainReaders) markDirty(docID int64, by author) {
	if len(p.s.hub.Users(plainRoom(docID))) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.pending[docID]
	if n == nil {
		n = &pendingText{}
		p.pending[docID] = n
		p.s.startJob("collab-plain", func() { p.run(docID) })
	}
	n.changes++
	n.by = by
}

// take takes the pending changes. It reports false if there are none, and then run has to
// return.
func (p *plainReaders) take(docID int64) (n pendingText, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n = *p.pending[docID]
	if n.changes == 0 {
		delete(p.pending, docID)
		return n, false
	}
	*p.pending[docID] = pendingText{}
	return n, true
}

func (p *plainReaders) run(docID int64) {
	for {
		n, ok := p.take(docID)
		if !ok {
			return
		}
		err := p.s.guard.Try("collab-plain", func() error { return p.send(p.s.ctx, docID, n) })
		p.s.logError("send a document's text", err)
		if !loop.Sleep(p.s.ctx, p.s.timing.PlainGap) {
			return
		}
	}
}

func (p *plainReaders) send(ctx context.Context, docID int64, n pendingText) error {
	text, err := p.s.text(ctx, docID)
	if err != nil {
		return ignoreGone(err)
	}
	by := n.by
	if n.changes > 1 {
		by.conn = nil // another user's change may be in it, too
	}
	if by.userID == 0 {
		if by.userID, err = lastAuthor(ctx, p.s.db, docID); err != nil {
			return ignoreGone(err)
		}
	}
	p.s.hub.Broadcast(ctx, hub.Event{Name: eventUpdated, Class: hub.State, Data: Updated{
		DocID: docID, Content: text, UserID: by.userID, CursorPosition: by.cursor, Timestamp: p.s.now().UnixMilli(),
	}}, hub.To(plainRoom(docID)).Except(by.conn).Here())
	return nil
}
