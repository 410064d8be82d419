package collab

import (
	"context"
	"slices"

	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
)

// accept stores a batch of edits in one transaction, then acknowledges them, then
// broadcasts. The caller holds the turn. After an error the summary is dropped, because
// only the log shows whether the transaction was committed.
func (l *live) accept(ctx context.Context, edits []*edit) error {
	b := &batch{live: l, edits: edits}
	err := postgres.InTx(ctx, l.s.db, func(tx postgres.Tx) error {
		if err := b.store(ctx, tx); err != nil {
			return err
		}
		return l.s.stage("before the commit")
	})
	if err == nil {
		err = l.s.stage("after the commit")
	}
	if err != nil {
		l.summary = nil
		return err
	}
	b.acknowledge()
	b.observe()
	b.broadcast(ctx)
	return nil
}

// batch is the edits of one transaction.
type batch struct {
	*live
	edits    []*edit
	head     lockedDocument
	accepted []*edit
	rows     []entry
	backlog  backlog
}

func (b *batch) store(ctx context.Context, tx postgres.Tx) (err error) {
	people := b.users()
	if b.head, err = lockDocument(ctx, tx, b.id, people); err != nil {
		return err
	}
	b.evictWithoutRole(ctx, people, b.head.roles)
	if err := b.catchUp(ctx, tx, b.head); err != nil {
		return err
	}
	if err := b.acceptEdits(ctx, tx); err != nil || len(b.accepted) == 0 {
		return err
	}
	if b.rows, err = b.entries(); err != nil {
		return err
	}
	b.backlog, err = appendLog(ctx, tx, b.id, b.head.seq, b.rows)
	b.summary.seq += int64(len(b.rows))
	return err
}

// acceptEdits validates each edit in turn, and accepts those that are valid and not empty.
func (b *batch) acceptEdits(ctx context.Context, tx postgres.Tx) (err error) {
	for _, e := range b.edits {
		if e.why, err = b.validate(ctx, tx, e); err != nil {
			return err
		}
		if e.why == 0 && !e.update.Empty() {
			b.summary.add(e.update, e.update.Encode())
			b.accepted = append(b.accepted, e)
		}
	}
	return nil
}

// users returns the writers of the batch and the users who have the document open here.
func (b *batch) users() []int64 {
	users := b.userIDs()
	for _, e := range b.edits {
		users = append(users, e.from.userID)
	}
	return sortedUnique(users)
}

// validate trims an edit and returns why it is refused, or 0. An edit that brings nothing
// new is not refused.
func (b *batch) validate(ctx context.Context, tx postgres.Tx, e *edit) (refusal, error) {
	if e.from.outdated(b.head.epoch) {
		return refusedInvalid, nil // it is about to be evicted
	}
	if b.summary.trim(e.update); e.update.Empty() {
		return 0, nil
	}
	if !b.head.roles[e.from.userID].Writes() {
		return refusedReadOnly, nil
	}
	if why := b.summary.check(e.update, b.head.state == stateFull); why != 0 {
		return why, nil
	}
	own, err := b.ownsClients(ctx, tx, e)
	if err == nil && !own {
		return refusedForeign, nil
	}
	return 0, err
}

// ownsClients reports whether the edit inserts only as Yjs clients of its user. A client
// that the server did not assign and no user owns becomes the user's.
func (b *batch) ownsClients(ctx context.Context, tx postgres.Tx, e *edit) (bool, error) {
	unknown := b.unknownClients(e.update)
	if len(unknown) > 0 {
		found, err := clientOwners(ctx, tx, b.id, unknown)
		if err != nil {
			return false, err
		}
		for client, userID := range found {
			b.summary.owners[client] = userID
		}
	}
	var free []int64
	for i := range e.update.Clients {
		client := e.update.Clients[i].Client
		switch owner, owned := b.summary.owners[client]; {
		case owned && owner != e.from.userID:
			return false, nil
		case !owned && !e.from.stock && client < foreignFrom || client == 0:
			return false, nil
		case !owned:
			free = append(free, int64(client))
		}
	}
	return true, b.claim(ctx, tx, e.from.userID, free)
}

func (b *batch) unknownClients(u *yjs.Update) (clients []int64) {
	for i := range u.Clients {
		if _, owned := b.summary.owners[u.Clients[i].Client]; !owned {
			clients = append(clients, int64(u.Clients[i].Client))
		}
	}
	return clients
}

func (b *batch) claim(ctx context.Context, tx postgres.Tx, userID int64, clients []int64) error {
	if len(clients) == 0 {
		return nil
	}
	for _, client := range clients {
		b.summary.owners[uint64(client)] = userID
	}
	return claimClients(ctx, tx, b.id, userID, clients)
}

// entries returns the rows of the batch, one for each user.
func (b *batch) entries() ([]entry, error) {
	var users []int64
	updates := map[int64][][]byte{}
	for _, e := range b.accepted {
		if !slices.Contains(users, e.from.userID) {
			users = append(users, e.from.userID)
		}
		updates[e.from.userID] = append(updates[e.from.userID], e.update.Encode())
	}
	rows := make([]entry, len(users))
	for i, userID := range users {
		u, err := yjs.Merge(updates[userID]...)
		if err != nil {
			return nil, err
		}
		u.Squash()
		rows[i] = entry{userID, u.Encode()}
	}
	return rows, nil
}

// acknowledge sends each channel its refusals, then one ACK with its highest accepted
// number, then a STEP1 if there was a gap.
func (b *batch) acknowledge() {
	last := map[*channel]uint64{}
	gaps := map[*channel]bool{}
	for _, e := range b.edits {
		if e.why != 0 {
			e.from.refuse(e.n, e.why)
			gaps[e.from] = gaps[e.from] || e.why == refusedGap
			continue
		}
		last[e.from] = max(last[e.from], e.n)
	}
	for ch, n := range last {
		ch.send(ackMessage(b.id, n))
	}
	for ch, gap := range gaps {
		if gap {
			ch.send(step1Message(b.id, b.summary.sv.Encode()))
		}
	}
}

// broadcast sends the accepted edits, as one update, to the channels of this node, and
// a hint to read the log to the other nodes. If one connection wrote the whole batch,
// it does not get it back.
func (b *batch) broadcast(ctx context.Context) {
	if len(b.rows) == 0 {
		return
	}
	update := b.rows[0].bytes
	if len(b.rows) > 1 {
		all := make([][]byte, len(b.rows))
		for i, row := range b.rows {
			all[i] = row.bytes
		}
		u, err := yjs.Merge(all...)
		if err != nil { // impossible: they were decoded before
			b.s.log.Error("cannot merge a batch of edits", "document", b.id, "error", err)
			return
		}
		update = u.Encode()
	}
	b.sendUpdate(update, b.soleWriter())
	b.s.hub.Broadcast(ctx, newLoggedEvent(b.summary.seq), hub.To(logRoom(b.id)))
	b.s.maintenance.addIfDue(b.id, b.backlog)
}

// soleWriter returns the connection that wrote the whole batch, or nil if several did.
func (b *batch) soleWriter() *hub.Conn {
	for _, e := range b.accepted {
		if e.from != b.accepted[0].from {
			return nil
		}
	}
	return b.accepted[0].from.conn
}
