package chat

import (
	"context"
	"strconv"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/wire"
)

// This file writes rooms and messages into the search index, in the transactions that change them. The scope of a room
// that is not public, and of its messages, is the room: its members are granted it.

// indexScope returns the scope of a room and its messages.
func indexScope(kind Kind, roomID int64) string {
	if kind == Public {
		return index.Public
	}
	return memberScope(roomID)
}

// memberScope returns the scope that the members of the room are granted.
func memberScope(roomID int64) string { return "room:" + strconv.FormatInt(roomID, 10) }

// indexedMessage has the fields of a message in search results.
type indexedMessage struct {
	ID        int64     `json:"id"`
	RoomID    int64     `json:"roomId"`
	SenderID  int64     `json:"senderId"`
	CreatedAt wire.Time `json:"createdAt"`
}

// messageEntry returns the message's entry in the index. Its sender needs an id and a full name only.
func messageEntry(m Message, kind Kind) index.Entry {
	return index.Entry{
		Kind: index.Message, ID: m.ID, Title: m.Sender.FullName, Body: m.Text, URL: messagePath(m.RoomID, m.ID),
		Scope: indexScope(kind, m.RoomID), ActorID: m.Sender.ID, At: m.sentAt(),
		Data: map[string]any{"message": indexedMessage{m.ID, m.RoomID, m.Sender.ID, m.CreatedAt}},
	}
}

// indexedRoom is a room as it is indexed, with its members. Its JSON has the room's fields in search results.
type indexedRoom struct {
	ID       int64     `json:"id"`
	Name     string    `json:"name"`
	Topic    string    `json:"topic"`
	Kind     Kind      `json:"kind"`
	Archived bool      `json:"archived"`
	MadeAt   time.Time `json:"-"`
	Members  []int64   `json:"-"`
}

func (r indexedRoom) entry() index.Entry {
	return index.Entry{
		Kind: index.Room, ID: r.ID, Title: r.Name, Body: r.Topic, URL: roomPath(r.ID),
		Scope: indexScope(r.Kind, r.ID), At: r.MadeAt, Data: map[string]any{"room": r},
	}
}

// indexSent adds the stored drafts to the index, and grants users who became members of a room by them its scope. It
// skips rejected drafts.
func indexSent(ctx context.Context, to index.Writer, tx postgres.Tx, drafts []draft, rows []insertedRow) error {
	var entries []index.Entry
	for i, row := range rows {
		if row.ID == 0 {
			continue
		}
		d := drafts[i]
		sender := account.Profile{ID: d.SenderID, FullName: d.Sender}
		entries = append(entries, messageEntry(Message{
			ID: row.ID, RoomID: d.RoomID, Sender: sender, Text: d.Text, CreatedAt: wire.Time(row.CreatedAt),
		}, row.Kind))
		if err := grantMembers(ctx, to, tx, row.Kind, d.RoomID, row.Joined); err != nil {
			return err
		}
	}
	return to.Put(ctx, tx, entries...)
}

// grantMembers grants users who became members of the room its scope, unless the room is public.
func grantMembers(
	ctx context.Context, to index.Writer, tx postgres.Tx, kind Kind, roomID int64, added []int64,
) error {
	if kind == Public || len(added) == 0 {
		return nil
	}
	return to.Grant(ctx, tx, memberScope(roomID), added...)
}

// indexRoom adds the room as it is now to the index, and grants its members its scope.
func (s *Service) indexRoom(ctx context.Context, tx postgres.Tx, id int64) error {
	rooms, err := roomsToIndex(ctx, tx, id-1, 1)
	if err != nil {
		return err
	}
	return s.indexRooms(ctx, tx, rooms)
}

// indexRooms leaves out direct rooms: the search finds their users by name.
func (s *Service) indexRooms(ctx context.Context, tx postgres.Tx, rooms []indexedRoom) error {
	var entries []index.Entry
	for _, r := range rooms {
		if r.Kind != Direct {
			entries = append(entries, r.entry())
		}
		if err := grantMembers(ctx, s.index, tx, r.Kind, r.ID, r.Members); err != nil {
			return err
		}
	}
	return s.index.Put(ctx, tx, entries...)
}

// IndexRooms adds the next rooms after the id to the index, at most limit, and returns the id of the last one, or 0 if
// there are no more. It locks the rooms that it reads, so that a change at the same time is indexed after them.
func (s *Service) IndexRooms(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error) {
	rooms, err := roomsToIndex(ctx, tx, after, limit)
	if err != nil || len(rooms) == 0 {
		return 0, err
	}
	return rooms[len(rooms)-1].ID, s.indexRooms(ctx, tx, rooms)
}

// IndexMessages is IndexRooms for messages.
func (s *Service) IndexMessages(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error) {
	entries, err := messagesToIndex(ctx, tx, after, limit)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	return entries[len(entries)-1].ID, s.index.Put(ctx, tx, entries...)
}
