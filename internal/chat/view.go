package chat

import (
	"context"

	"hubbub/internal/account"
)

// View is what the page of a room shows to one user.
type View struct {
	Room        Room
	With        account.Profile   // the other user of a direct room
	Here        []account.Profile // the other users who have the room open now
	Messages    []Message         // oldest first
	Cards       map[int64][]Card  // the cards of Messages for this user, by message
	Older       bool              // there are messages before Messages
	Newer       bool              // there are messages after Messages
	FirstUnread int64             // the id of a message, perhaps not one of Messages; 0: all are read
	Target      int64             // the id of the message that the page was opened at; 0: none
}

// At is the position in a room's history at which a page opens: around the message with the id Message, or just before
// the one with the id Before. The zero At is the first unread message, if more than half a page is unread, or else the
// end.
type At struct{ Message, Before int64 }

// View reads the room for its page. It reads the room's seq first; the page catches up from that seq on.
func (s *Service) View(ctx context.Context, who account.User, roomID int64, at At) (View, error) {
	room, err := roomFor(ctx, s.db, who.ID, roomID)
	if err != nil {
		return View{}, err
	}
	v := View{Room: room, Target: at.Message}
	if room.Unread > 0 {
		if v.FirstUnread, err = firstUnread(ctx, s.db, roomID, who.ID, room.ReadSeq); err != nil {
			return v, err
		}
	}
	if at == (At{}) && room.Unread > pageSize/2 {
		at.Message = v.FirstUnread
	}
	if err := s.fillPage(ctx, &v, at); err != nil {
		return v, err
	}
	if v.Messages, err = s.completeFor(ctx, who.ID, v.Messages); err != nil {
		return v, err
	}
	if v.Cards, err = s.cardsOf(ctx, who.ID, v.Messages); err != nil {
		return v, err
	}
	return v, s.fillPeople(ctx, &v, who)
}

// fillPage reads one message more than the page shows, to find out whether there are more.
func (s *Service) fillPage(ctx context.Context, v *View, at At) (err error) {
	switch {
	case at.Message != 0:
		return s.fillAround(ctx, v, at.Message)
	case at.Before != 0:
		v.Newer = true
		v.Messages, err = messagesBefore(ctx, s.db, v.Room.ID, at.Before, pageSize+1)
	default:
		v.Messages, err = lastMessages(ctx, s.db, v.Room.ID, pageSize+1)
	}
	v.Older = len(v.Messages) > pageSize
	if v.Older {
		v.Messages = v.Messages[1:]
	}
	return err
}

func (s *Service) fillAround(ctx context.Context, v *View, id int64) error {
	const half = pageSize / 2
	before, err := messagesBefore(ctx, s.db, v.Room.ID, id, half+1)
	if err != nil {
		return err
	}
	from, err := messagesFrom(ctx, s.db, v.Room.ID, id, half+1)
	if err != nil {
		return err
	}
	if v.Older = len(before) > half; v.Older {
		before = before[1:]
	}
	if v.Newer = len(from) > half; v.Newer {
		from = from[:half]
	}
	v.Messages = append(before, from...)
	return nil
}

func (s *Service) fillPeople(ctx context.Context, v *View, who account.User) error {
	here, err := s.Here(ctx, v.Room.ID)
	if err != nil {
		return err
	}
	for _, p := range here {
		if p.ID != who.ID {
			v.Here = append(v.Here, p)
		}
	}
	if v.Room.With != 0 {
		v.With = s.profile(ctx, v.Room.With)
	}
	return nil
}
