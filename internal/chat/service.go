package chat

import (
	"cmp"
	"context"
	"errors"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

// People is what chat needs to know of accounts.
type People interface {
	// Profiles returns who is there of the ids.
	Profiles(ctx context.Context, ids []int64) (map[int64]account.Profile, error)
	// ProfilesOf turns people into what others see of them, in the same order.
	ProfilesOf(ctx context.Context, users []account.User) []account.Profile
	// ByHandles returns who has the handles, by handle.
	ByHandles(ctx context.Context, handles []string) (map[string]account.User, error)
	// Search returns people by name; an empty query finds everybody.
	Search(ctx context.Context, query string, limit int) ([]account.User, error)
}

// Service holds chat's use cases. Each authorises the caller, changes the
// database, and tells the hub after the commit.
type Service struct {
	db         *postgres.DB
	hub        *hub.Hub
	people     People
	presence   Presence
	index      Index
	cards      Cards
	committer  committer
	typing     *typists
	visits     visits
	departures departures
	ledger     ledger
	alerts     alertOutbox
}

// New wires the service to its database, hub and people. It watches the hub for
// connections that leave a room, so make one a hub.
func New(db *postgres.DB, h *hub.Hub, people People, presence Presence) *Service {
	s := &Service{
		db: db, hub: h, people: people, presence: presence, index: noIndex{}, cards: noCards{}, typing: newTypists(),
		departures: departures{wake: loop.NewWake()}, alerts: newAlertOutbox(),
	}
	s.committer.commit = s.commitDrafts
	h.OnLeave(hubRoomPrefix, s.departures.add)
	h.OnDelivered(hubRoomPrefix, func(room string, seq int64) { s.ledger.record(roomIDOf(room), seq) })
	return s
}

// Joined is what a client gets when it joins a room.
type Joined struct {
	Messages []Message
	Seq      int64 // the room's: what the client now has
	Reset    bool  // too much has changed since: these are the last messages instead
}

// Join puts the connection into the room, then reads what it is to know: the
// last messages, or, after a seq, every message changed since. Whatever happens
// in between arrives both ways, and applying it twice is harmless.
func (s *Service) Join(ctx context.Context, conn *hub.Conn, who account.User, roomID int64, after *int64) (Joined, error) {
	was := s.hub.In(conn, hubRoom(roomID))
	_, err := s.hub.Join(conn, hubRoom(roomID), func() error {
		_, err := access(ctx, s.db, who.ID, roomID)
		return err
	})
	if err != nil {
		return Joined{}, err
	}
	joined, err := s.snapshot(ctx, who, roomID, after)
	if err != nil {
		if !was { // who was in the room and only asked for more still hears of it
			s.hub.Leave(conn, hubRoom(roomID))
		}
		return Joined{}, err
	}
	s.ledger.open(roomID, joined.Seq)
	if !s.visits.has(who.ID, roomID) {
		s.updateVisit(ctx, who.ID, roomID)
	}
	return joined, nil
}

// Leave takes the connection out of the room; the others hear of it when it was
// the person's last one there.
func (s *Service) Leave(conn *hub.Conn, roomID int64) { s.hub.Leave(conn, hubRoom(roomID)) }

// Messages returns a page of history, oldest first: the newest, those before an
// id, or those around one.
func (s *Service) Messages(ctx context.Context, who account.User, roomID int64, before, around *int64, limit int) ([]Message, error) {
	if _, err := access(ctx, s.db, who.ID, roomID); err != nil {
		return nil, err
	}
	messages, err := s.history(ctx, roomID, before, around, limit)
	if err != nil {
		return nil, err
	}
	return s.completeFor(ctx, who.ID, messages)
}

// Edit changes the text of one's own message. The same text again is no change:
// it takes no seq and nobody hears of it.
func (s *Service) Edit(ctx context.Context, from *hub.Conn, who account.User, id int64, text string) (Message, error) {
	if err := checkText(text); err != nil {
		return Message{}, err
	}
	html, mentions, err := s.render(ctx, text)
	if err != nil {
		return Message{}, err
	}
	defer s.index.Changed()
	return s.changeAndBroadcast(ctx, from, who, id, func(tx postgres.Tx, room Room, m Message, seq int64) error {
		if m.Sender.ID != who.ID {
			return fault.Forbidden("Only its author edits a message.")
		}
		if m.Text == text {
			return errUnchanged
		}
		if err := editMessage(ctx, tx, id, seq, text, html, mentions); err != nil {
			return err
		}
		m.Text, m.Sender.FullName = text, who.FullName
		if err := s.index.Messages(ctx, tx, newFindable(m, room.Kind)); err != nil {
			return err
		}
		return enqueueAlert(ctx, tx, alertEntry{kind: entryEdit, roomID: m.RoomID, messageID: id, actorID: who.ID, seq: seq})
	})
}

// React adds the person's emoji to a message, or takes it away.
func (s *Service) React(ctx context.Context, from *hub.Conn, who account.User, id int64, emoji string) (Message, error) {
	if err := checkEmoji(emoji); err != nil {
		return Message{}, err
	}
	return s.changeAndBroadcast(ctx, from, who, id, func(tx postgres.Tx, _ Room, m Message, seq int64) error {
		if err := m.checkReaction(emoji); err != nil {
			return err
		}
		added, err := toggleReaction(ctx, tx, id, who.ID, emoji)
		if err != nil {
			return err
		}
		if err := enqueueAlert(ctx, tx, newReactionEntry(m, who.ID, emoji, seq, added)); err != nil {
			return err
		}
		return touchMessage(ctx, tx, id, seq)
	})
}

// Delete erases one's own message, or any in a room that one owns. It returns
// the seq of that change.
func (s *Service) Delete(ctx context.Context, from *hub.Conn, who account.User, id int64) (seq int64, err error) {
	gone, err := s.changeMessage(ctx, who, id, func(tx postgres.Tx, room Room, m Message, seq int64) error {
		if m.Sender.ID != who.ID && room.Role != Owner {
			return fault.Forbidden("Only its author, or the room's owner, deletes a message.")
		}
		if err := eraseMessage(ctx, tx, id, seq); err != nil {
			return err
		}
		if err := s.index.Erase(ctx, tx, id); err != nil {
			return err
		}
		return enqueueAlert(ctx, tx, alertEntry{kind: entryDeletion, roomID: m.RoomID, messageID: id, actorID: who.ID, seq: seq})
	})
	if err != nil {
		return 0, err
	}
	s.index.Changed()
	s.broadcastDeleted(ctx, gone, from)
	return gone.Seq, nil
}

// MarkRead moves the person's mark in the room forward to seq, and tells their
// other connections if it was not there yet.
func (s *Service) MarkRead(ctx context.Context, from *hub.Conn, who account.User, roomID, seq int64) (Marks, error) {
	moved, err := markRead(ctx, s.db, roomID, who.ID, seq)
	if err != nil {
		return Marks{}, err
	}
	room, err := roomFor(ctx, s.db, who.ID, roomID)
	if err != nil {
		return Marks{}, err
	}
	marks := Marks{RoomID: roomID, ReadSeq: room.ReadSeq, Unread: room.Unread, Mentions: room.Mentions}
	if moved {
		s.broadcastRead(ctx, who.ID, marks, from)
	}
	return marks, s.alerts.roomRead(ctx, who.ID, roomID, marks.ReadSeq)
}

// change is changed for what leaves a message behind, which the room is told of.
func (s *Service) changeAndBroadcast(ctx context.Context, from *hub.Conn, who account.User, id int64, do func(postgres.Tx, Room, Message, int64) error) (Message, error) {
	m, err := s.changeMessage(ctx, who, id, do)
	if errors.Is(err, errUnchanged) {
		return m.forUser(who.ID), nil
	}
	if err != nil {
		return Message{}, err
	}
	s.broadcastUpdated(ctx, m, from)
	return m.forUser(who.ID), nil
}

// errUnchanged is what a change of a message returns that has nothing to change.
var errUnchanged = errors.New("nothing changed")

// changed lets do change a message that the person may see and that still
// stands, under the room's next seq, and returns it as it is then; with
// errUnchanged as it was.
func (s *Service) changeMessage(ctx context.Context, who account.User, id int64, do func(postgres.Tx, Room, Message, int64) error) (Message, error) {
	m, err := messageByID(ctx, s.db, id)
	if err != nil {
		return m, err
	}
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		seq, err := nextSeq(ctx, tx, m.RoomID)
		if err != nil {
			return err
		}
		room, err := access(ctx, tx, who.ID, m.RoomID)
		if err != nil {
			return err
		}
		if err := room.checkWritable(); err != nil {
			return err
		}
		if m, err = messageByID(ctx, tx, id); err != nil {
			return err
		}
		if m.Deleted() {
			return fault.NotFound()
		}
		if err := do(tx, room, m, seq); err != nil {
			return err
		}
		m, err = messageByID(ctx, tx, id)
		return err
	})
	if errors.Is(err, errUnchanged) {
		m, broken := s.completeMessage(ctx, m)
		return m, cmp.Or(broken, err)
	}
	if err != nil {
		return Message{}, err
	}
	s.alerts.wake.Signal()
	return s.completeMessage(ctx, m)
}

// snapshot reads what a joining client is to know. Seq is read first: a change
// after it is caught up again, never missed.
func (s *Service) snapshot(ctx context.Context, who account.User, roomID int64, after *int64) (Joined, error) {
	room, err := access(ctx, s.db, who.ID, roomID)
	if err != nil {
		return Joined{}, err
	}
	joined := Joined{Seq: room.Seq}
	if after != nil {
		joined.Messages, err = changesAfter(ctx, s.db, roomID, *after, maxCatchUp+1)
		joined.Reset = len(joined.Messages) > maxCatchUp || *after > room.Seq
	}
	if err == nil && (after == nil || joined.Reset) {
		joined.Messages, err = lastMessages(ctx, s.db, roomID, pageSize)
	}
	if err != nil {
		return Joined{}, err
	}
	joined.Messages, err = s.completeFor(ctx, who.ID, joined.Messages)
	return joined, err
}

func (s *Service) history(ctx context.Context, roomID int64, before, around *int64, limit int) ([]Message, error) {
	switch {
	case around != nil:
		older, err := messagesBefore(ctx, s.db, roomID, *around, limit/2)
		if err != nil {
			return nil, err
		}
		newer, err := messagesFrom(ctx, s.db, roomID, *around, limit-len(older))
		return append(older, newer...), err
	case before != nil:
		return messagesBefore(ctx, s.db, roomID, *before, limit)
	default:
		return lastMessages(ctx, s.db, roomID, limit)
	}
}
