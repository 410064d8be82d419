package chat

import (
	"context"
	"errors"
	"net/http"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// Outgoing is a message to send.
type Outgoing struct {
	RoomID   int64
	Text     string
	ClientID *string // the idempotency key, a UUID that the sender makes; nil: a retry would store a second message
	ReplyTo  *int64  // the id of a message of the room; nil: it answers none
}

// Send stores the message and broadcasts it to the room, except to the connection from, which may be nil. The first
// message to a public room makes its sender a member. If the sender has used the clientId before, Send returns the
// message that was stored then and sends no event; if that message is in another room, it returns a conflict.
func (s *Service) Send(ctx context.Context, from *hub.Conn, who account.User, out Outgoing) (Message, error) {
	m, err := s.compose(ctx, who, out)
	if err != nil {
		return Message{}, err
	}
	row, err := s.committer.Submit(ctx, draftOf(m))
	if errors.Is(err, errRejected) || postgres.Violates(err, "one_message_a_client_id") {
		return s.explainRejection(ctx, who, out)
	}
	if err != nil {
		return Message{}, err
	}
	m.ID, m.Seq, m.CreatedSeq, m.CreatedAt = row.ID, row.Seq, row.Seq, wire.Time(row.CreatedAt)
	if row.HasAlert {
		s.alerts.wake.Signal()
	}
	if from != nil {
		s.stopTyping(ctx, from, out.RoomID)
	}
	s.broadcastSent(ctx, m, from)
	return m.forUser(who.ID), nil
}

// compose returns the message with all but what the database adds, so that Send need not read it back.
func (s *Service) compose(ctx context.Context, who account.User, out Outgoing) (Message, error) {
	if err := checkText(out.Text); err != nil {
		return Message{}, err
	}
	quote, err := s.quote(ctx, who, out)
	if err != nil {
		return Message{}, err
	}
	html, mentions, err := s.render(ctx, out.Text)
	if err != nil {
		return Message{}, err
	}
	return Message{
		RoomID: out.RoomID, Sender: s.people.ProfilesOf(ctx, []account.User{who})[0], Text: out.Text, HTML: html,
		ClientID: out.ClientID, ReplyTo: quote, Reactions: []Reaction{}, Mentions: mentions,
	}, nil
}

// explainRejection returns the earlier message, as it is now, if the sender has used the clientId before, or else the
// error that kept the draft from being stored.
func (s *Service) explainRejection(ctx context.Context, who account.User, out Outgoing) (Message, error) {
	room, err := access(ctx, s.db, who.ID, out.RoomID)
	if err != nil {
		return Message{}, err
	}
	if out.ClientID != nil {
		if m, err := s.earlierMessage(ctx, who, out); !fault.Is(err, http.StatusNotFound) {
			return m, err
		}
	}
	if err := room.checkWritable(); err != nil {
		return Message{}, err
	}
	return Message{}, fault.Conflict("The room changed while you were sending. Send your message again.")
}

func (s *Service) earlierMessage(ctx context.Context, who account.User, out Outgoing) (Message, error) {
	m, err := messageOfClient(ctx, s.db, who.ID, *out.ClientID)
	if err != nil {
		return m, err
	}
	if m.RoomID != out.RoomID {
		return m, fault.Conflict("You already used this clientId in another room.")
	}
	if m, err = s.completeMessage(ctx, m); err != nil {
		return m, err
	}
	return m.forUser(who.ID), nil
}

// render returns the text as HTML and the ids of the users that it mentions: the first maxMentions of them. Further
// mentions are shown as such, but notify no user.
func (s *Service) render(ctx context.Context, source string) (html string, mentions []int64, err error) {
	md, err := parseMarkdown(ctx, source)
	if err != nil {
		return "", nil, err
	}
	handles := md.Handles()
	if len(handles) == 0 {
		return md.Render(nil), nil, nil
	}
	people, err := s.people.ByHandles(ctx, handles)
	if err != nil {
		return "", nil, err
	}
	ids := map[string]int64{}
	for _, handle := range handles {
		u, exists := people[handle]
		if !exists {
			continue
		}
		if ids[handle] = u.ID; len(mentions) < maxMentions {
			mentions = append(mentions, u.ID)
		}
	}
	return md.Render(ids), mentions, nil
}

// quote returns the message that out answers, or nil if it answers none. It checks first that the sender may see the
// room: the error must not reveal which messages a hidden room has.
func (s *Service) quote(ctx context.Context, who account.User, out Outgoing) (*Quote, error) {
	if out.ReplyTo == nil {
		return nil, nil
	}
	if _, err := access(ctx, s.db, who.ID, out.RoomID); err != nil {
		return nil, err
	}
	m, err := messageByID(ctx, s.db, *out.ReplyTo)
	if fault.Is(err, http.StatusNotFound) || err == nil && (m.RoomID != out.RoomID || m.Deleted()) {
		return nil, fault.Invalid("replyTo", "is not a message in this room")
	}
	if err != nil {
		return nil, err
	}
	return &Quote{ID: m.ID, Sender: s.profile(ctx, m.Sender.ID), Text: m.Text}, nil
}
