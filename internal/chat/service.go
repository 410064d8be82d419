package chat

import (
	"cmp"
	"context"
	"errors"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/index"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/catchup"
	"hubbub/internal/live/hub"
)

// People provides the user accounts that chat shows.
type People interface {
	// Profiles returns the profiles of the users with these ids, by id. Ids without a user are left out.
	Profiles(ctx context.Context, ids []int64) (map[int64]account.Profile, error)
	// ProfilesOf returns the users' profiles, in the same order.
	ProfilesOf(ctx context.Context, users []account.User) []account.Profile
	// ByHandles returns the users with these handles, by handle. Handles without a user are left out.
	ByHandles(ctx context.Context, handles []string) (map[string]account.User, error)
	// Search returns users by name, at most limit; an empty query finds every user.
	Search(ctx context.Context, query string, limit int) ([]account.User, error)
}

// Service implements chat's use cases. Each authorises the caller, changes the database, and publishes events to the
// hub after the commit.
type Service struct {
	db         *postgres.DB
	hub        *hub.Hub
	people     People
	presence   Presence
	index      index.Writer
	cards      Cards
	committer  committer
	typing     *typists
	visits     visits
	departures departures
	watermarks *catchup.Watermarks[int64] // by room
	alerts     alertOutbox
}

// Config has what chat uses of other features.
type Config struct {
	Presence  Presence     // required
	Index     index.Writer // nil: nothing is indexed for search
	Cards     Cards        // nil: links have no cards
	Notifier  Notifier     // nil: users are not notified
	Attention Attention    // required with a Notifier
}

func (c Config) withDefaults() Config {
	if c.Index == nil {
		c.Index = index.None{}
	}
	if c.Cards == nil {
		c.Cards = noCards{}
	}
	return c
}

// New returns a service on the database and the hub. It registers callbacks with the hub, so make only one service
// for each hub.
func New(db *postgres.DB, h *hub.Hub, people People, c Config) *Service {
	c = c.withDefaults()
	s := &Service{
		db: db, hub: h, people: people, presence: c.Presence, index: c.Index, cards: c.Cards, typing: newTypists(),
		committer:  committer{db: db, index: c.Index},
		departures: departures{wake: loop.NewWake()}, watermarks: catchup.NewWatermarks[int64](),
	}
	s.alerts = newAlertOutbox(s, c)
	h.OnLeave(hubRoomPrefix, s.departures.add)
	h.OnDelivered(hubRoomPrefix, func(room string, seq int64) { s.watermarks.Delivered(roomIDOf(room), seq) })
	return s
}

// Joined is the answer to a join.
type Joined struct {
	Messages []Message
	Seq      int64 // the room's; the client has every change up to it
	Reset    bool  // Messages are the room's last ones: the client's seq is too old, or ahead of the room's
}

// Join adds the connection to the room, then reads the last messages or, if after is not nil, every message that
// changed after that seq. A change in between arrives both as an event and in the answer; applying it twice is
// harmless. The error is a 404 if the user may not see the room.
func (s *Service) Join(
	ctx context.Context, conn *hub.Conn, who account.User, roomID int64, after *int64,
) (Joined, error) {
	wasIn := s.hub.In(conn, hubRoom(roomID))
	_, err := s.hub.Join(conn, hubRoom(roomID), func() error {
		_, err := access(ctx, s.db, who.ID, roomID)
		return err
	})
	if err != nil {
		return Joined{}, err
	}
	joined, err := s.snapshot(ctx, who, roomID, after)
	if err != nil {
		if !wasIn { // a connection that was in the room before stays in it
			s.hub.Leave(conn, hubRoom(roomID))
		}
		return Joined{}, err
	}
	s.watermarks.Start(roomID, joined.Seq)
	if !s.visits.has(who.ID, roomID) {
		s.updateVisit(ctx, who.ID, roomID)
	}
	return joined, nil
}

// Leave removes the connection from the room. The others get userLeft if it was the user's last connection there.
func (s *Service) Leave(conn *hub.Conn, roomID int64) { s.hub.Leave(conn, hubRoom(roomID)) }

// Messages returns a page of history, oldest first: the messages around an id or before an id, or else the newest.
func (s *Service) Messages(
	ctx context.Context, who account.User, roomID int64, before, around *int64, limit int,
) ([]Message, error) {
	if _, err := access(ctx, s.db, who.ID, roomID); err != nil {
		return nil, err
	}
	messages, err := s.history(ctx, roomID, before, around, limit)
	if err != nil {
		return nil, err
	}
	return s.completeFor(ctx, who.ID, messages)
}

// Edit changes the text of the user's own message. If the text is the same as before, Edit takes no seq and sends no
// event.
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
			return fault.Forbidden("You can only edit your own messages.")
		}
		if m.Text == text {
			return errUnchanged
		}
		if err := editMessage(ctx, tx, id, seq, text, html, mentions); err != nil {
			return err
		}
		m.Text, m.Sender.FullName = text, who.FullName
		if err := s.index.Put(ctx, tx, messageEntry(m, room.Kind)); err != nil {
			return err
		}
		entry := alertEntry{kind: entryEdit, roomID: m.RoomID, messageID: id, actorID: who.ID, seq: seq}
		return enqueueAlert(ctx, tx, entry)
	})
}

// React adds the user's emoji to a message, or removes it if the user has added it before.
func (s *Service) React(
	ctx context.Context, from *hub.Conn, who account.User, id int64, emoji string,
) (Message, error) {
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

// Delete deletes a message. Its sender and the owners of its room may do so. It returns the seq of the deletion.
func (s *Service) Delete(ctx context.Context, from *hub.Conn, who account.User, id int64) (seq int64, err error) {
	m, err := s.changeMessage(ctx, who, id, func(tx postgres.Tx, room Room, m Message, seq int64) error {
		if m.Sender.ID != who.ID && room.Role != Owner {
			return fault.Forbidden("Only the author or a room owner can delete a message.")
		}
		if err := eraseMessage(ctx, tx, id, seq); err != nil {
			return err
		}
		if err := s.index.Drop(ctx, tx, index.Message, id); err != nil {
			return err
		}
		entry := alertEntry{kind: entryDeletion, roomID: m.RoomID, messageID: id, actorID: who.ID, seq: seq}
		return enqueueAlert(ctx, tx, entry)
	})
	if err != nil {
		return 0, err
	}
	s.index.Changed()
	s.broadcastDeleted(ctx, m, from)
	return m.Seq, nil
}

// MarkRead moves the user's read mark in the room forward to seq, at most to the room's seq, and sends it to the
// user's other connections if it moved.
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

// changeAndBroadcast is changeMessage, followed by messageUpdated to the room. With errUnchanged it sends no event and
// returns no error.
func (s *Service) changeAndBroadcast(
	ctx context.Context, from *hub.Conn, who account.User, id int64,
	change func(tx postgres.Tx, room Room, m Message, seq int64) error,
) (Message, error) {
	m, err := s.changeMessage(ctx, who, id, change)
	if errors.Is(err, errUnchanged) {
		return m.forUser(who.ID), nil
	}
	if err != nil {
		return Message{}, err
	}
	s.broadcastUpdated(ctx, m, from)
	return m.forUser(who.ID), nil
}

// errUnchanged is returned by a change that has nothing to change.
var errUnchanged = errors.New("nothing changed")

// changeMessage runs change in a transaction and returns the message as it is afterwards. The transaction takes the
// room's next seq, which is the seq of the change, and locks the room by it. The error is a 404 if the user may not
// see the room or the message is deleted, and a conflict if the room is archived. If change returns an error, the seq
// is not taken; with errUnchanged, changeMessage returns the message as it is and errUnchanged.
func (s *Service) changeMessage(
	ctx context.Context, who account.User, id int64,
	change func(tx postgres.Tx, room Room, m Message, seq int64) error,
) (Message, error) {
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
		if err := change(tx, room, m, seq); err != nil {
			return err
		}
		m, err = messageByID(ctx, tx, id)
		return err
	})
	if errors.Is(err, errUnchanged) {
		m, profilesErr := s.completeMessage(ctx, m)
		return m, cmp.Or(profilesErr, err)
	}
	if err != nil {
		return Message{}, err
	}
	s.alerts.wake.Signal()
	return s.completeMessage(ctx, m)
}

// snapshot reads the answer to a join. It reads the room's seq before the messages: the messages may be newer than the
// seq, and the client then gets these changes twice, but it never misses one.
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
