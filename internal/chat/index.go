package chat

import (
	"context"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/postgres"
)

// Index is the search index of rooms and messages; internal/app implements it on package search. Its methods, except
// Changed, write in the transaction of the change, so that the index always agrees with the tables.
type Index interface {
	// Messages adds messages, or replaces them after an edit.
	Messages(ctx context.Context, tx postgres.Tx, messages ...Findable) error
	// Erase deletes messages from the index.
	Erase(ctx context.Context, tx postgres.Tx, messageIDs ...int64) error
	// Rooms adds or replaces rooms. Direct rooms are not indexed: search finds their users by name.
	Rooms(ctx context.Context, tx postgres.Tx, rooms ...FindableRoom) error
	// Admit grants users the right to find a room that is not public and its messages.
	Admit(ctx context.Context, tx postgres.Tx, roomID int64, people ...int64) error
	// Dismiss revokes that right.
	Dismiss(ctx context.Context, tx postgres.Tx, roomID int64, people ...int64) error
	// Changed notifies the index after the commit that entries have changed.
	Changed()
}

// Findable is a message in the search index.
type Findable struct {
	ID, RoomID, SenderID int64
	Kind                 Kind // of the room
	Sender               string
	Text                 string
	URL                  string
	SentAt               time.Time
}

// FindableRoom is a room in the search index, with its members.
type FindableRoom struct {
	ID       int64     `json:"id"`
	Name     string    `json:"name"`
	Topic    string    `json:"topic"`
	Kind     Kind      `json:"kind"`
	Archived bool      `json:"archived"`
	URL      string    `json:"-"`
	MadeAt   time.Time `json:"-"`
	Members  []int64   `json:"-"`
}

// noIndex is the index of an app without search.
type noIndex struct{}

func (noIndex) Messages(context.Context, postgres.Tx, ...Findable) error    { return nil }
func (noIndex) Erase(context.Context, postgres.Tx, ...int64) error          { return nil }
func (noIndex) Rooms(context.Context, postgres.Tx, ...FindableRoom) error   { return nil }
func (noIndex) Admit(context.Context, postgres.Tx, int64, ...int64) error   { return nil }
func (noIndex) Dismiss(context.Context, postgres.Tx, int64, ...int64) error { return nil }
func (noIndex) Changed()                                                    {}

// FoundBy sets the search index for later changes. Call it before serving. IndexRooms and IndexMessages add what is
// stored already.
func (s *Service) FoundBy(index Index) { s.index = index }

// indexDrafts adds the stored drafts to the index, and grants the right to users who became members of a private or
// direct room by them. It skips rejected drafts.
func (s *Service) indexDrafts(ctx context.Context, tx postgres.Tx, drafts []draft, rows []insertedRow) error {
	var messages []Findable
	for i, row := range rows {
		if row.ID == 0 {
			continue
		}
		d := drafts[i]
		sender := account.Profile{ID: d.SenderID, FullName: d.Sender}
		messages = append(messages, newFindable(Message{
			ID: row.ID, RoomID: d.RoomID, Sender: sender, Text: d.Text, CreatedAt: row.sentAt(),
		}, row.Kind))
		if row.Kind != Public && len(row.Joined) > 0 {
			if err := s.index.Admit(ctx, tx, d.RoomID, row.Joined...); err != nil {
				return err
			}
		}
	}
	if len(messages) == 0 {
		return nil
	}
	return s.index.Messages(ctx, tx, messages...)
}

func newFindable(m Message, kind Kind) Findable {
	return Findable{
		ID: m.ID, RoomID: m.RoomID, SenderID: m.Sender.ID, Kind: kind, Sender: m.Sender.FullName, Text: m.Text,
		URL: messagePath(m.RoomID, m.ID), SentAt: m.sentAt(),
	}
}

// admitToIndex grants added members the right to find the room, unless it is public.
func (s *Service) admitToIndex(ctx context.Context, tx postgres.Tx, room Room, added []int64) error {
	if room.Kind == Public || len(added) == 0 {
		return nil
	}
	return s.index.Admit(ctx, tx, room.ID, added...)
}

// indexRoom adds the room as it is now to the index, and grants its members the right to find it.
func (s *Service) indexRoom(ctx context.Context, tx postgres.Tx, id int64) error {
	rooms, err := roomsToIndex(ctx, tx, id-1, 1)
	if err != nil {
		return err
	}
	return s.indexRooms(ctx, tx, rooms)
}

func (s *Service) indexRooms(ctx context.Context, tx postgres.Tx, rooms []FindableRoom) error {
	var named []FindableRoom
	for _, r := range rooms {
		if r.Kind != Direct {
			named = append(named, r)
		}
		if r.Kind != Public {
			if err := s.index.Admit(ctx, tx, r.ID, r.Members...); err != nil {
				return err
			}
		}
	}
	return s.index.Rooms(ctx, tx, named...)
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
	messages, err := messagesToIndex(ctx, tx, after, limit)
	if err != nil || len(messages) == 0 {
		return 0, err
	}
	return messages[len(messages)-1].ID, s.index.Messages(ctx, tx, messages...)
}
