package chat

import (
	"context"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/postgres"
)

// Index is what makes rooms and messages findable: an adapter in cmd/app hands
// them to search. All but Changed happens in the transaction of the change, so
// that what is found is what is there.
type Index interface {
	// Messages writes messages, new and edited ones.
	Messages(ctx context.Context, tx postgres.Tx, said ...Findable) error
	// Erase takes messages out.
	Erase(ctx context.Context, tx postgres.Tx, messageIDs ...int64) error
	// Rooms writes rooms. No direct room is among them: people are found by name.
	Rooms(ctx context.Context, tx postgres.Tx, rooms ...FindableRoom) error
	// Admit lets people find what is in a room that is not public.
	Admit(ctx context.Context, tx postgres.Tx, roomID int64, people ...int64) error
	// Dismiss takes that from people again.
	Dismiss(ctx context.Context, tx postgres.Tx, roomID int64, people ...int64) error
	// Changed says, after the commit, that there is something new to find.
	Changed()
}

// Findable is a message as it is found.
type Findable struct {
	ID, RoomID, SenderID int64
	Kind                 Kind // of the room
	Sender               string
	Text                 string
	URL                  string
	SentAt               time.Time
}

// FindableRoom is a room as it is found, and who may.
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

// unfindable is the index of an app without search.
type noIndex struct{}

func (noIndex) Messages(context.Context, postgres.Tx, ...Findable) error    { return nil }
func (noIndex) Erase(context.Context, postgres.Tx, ...int64) error          { return nil }
func (noIndex) Rooms(context.Context, postgres.Tx, ...FindableRoom) error   { return nil }
func (noIndex) Admit(context.Context, postgres.Tx, int64, ...int64) error   { return nil }
func (noIndex) Dismiss(context.Context, postgres.Tx, int64, ...int64) error { return nil }
func (noIndex) Changed()                                                    {}

// FoundBy makes rooms and messages findable from now on. Call it before serving;
// what was there before is for IndexRooms and IndexMessages.
func (s *Service) FoundBy(index Index) { s.index = index }

// indexSent writes the messages that were stored, and lets those find them who
// came back to a direct room by them.
func (s *Service) indexDrafts(ctx context.Context, tx postgres.Tx, drafts []draft, rows []insertedRow) error {
	var said []Findable
	for i, row := range rows {
		if row.ID == 0 {
			continue
		}
		d := drafts[i]
		said = append(said, newFindable(Message{
			ID: row.ID, RoomID: d.RoomID, Sender: account.Profile{ID: d.SenderID, FullName: d.Sender}, Text: d.Text, CreatedAt: row.sentAt(),
		}, row.Kind))
		if row.Kind != Public && len(row.Joined) > 0 {
			if err := s.index.Admit(ctx, tx, d.RoomID, row.Joined...); err != nil {
				return err
			}
		}
	}
	if len(said) == 0 {
		return nil
	}
	return s.index.Messages(ctx, tx, said...)
}

func newFindable(m Message, kind Kind) Findable {
	return Findable{
		ID: m.ID, RoomID: m.RoomID, SenderID: m.Sender.ID, Kind: kind, Sender: m.Sender.FullName, Text: m.Text,
		URL: messagePath(m.RoomID, m.ID), SentAt: m.sentAt(),
	}
}

// admit lets people find what is in the room that they were added to.
func (s *Service) admitToIndex(ctx context.Context, tx postgres.Tx, room Room, added []int64) error {
	if room.Kind == Public || len(added) == 0 {
		return nil
	}
	return s.index.Admit(ctx, tx, room.ID, added...)
}

// indexRoom writes the room as it is now, and who may find what is in it.
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

// IndexRooms writes some rooms after the id into the index, with their members,
// and returns the last of them; 0 when there are no more. It locks what it
// reads, so that a change meanwhile is written after it.
func (s *Service) IndexRooms(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error) {
	rooms, err := roomsToIndex(ctx, tx, after, limit)
	if err != nil || len(rooms) == 0 {
		return 0, err
	}
	return rooms[len(rooms)-1].ID, s.indexRooms(ctx, tx, rooms)
}

// IndexMessages is IndexRooms for messages.
func (s *Service) IndexMessages(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error) {
	said, err := messagesToIndex(ctx, tx, after, limit)
	if err != nil || len(said) == 0 {
		return 0, err
	}
	return said[len(said)-1].ID, s.index.Messages(ctx, tx, said...)
}
