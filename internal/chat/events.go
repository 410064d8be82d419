package chat

import (
	"context"

	"hubbub/internal/account"
	"hubbub/internal/hub"
)

// The names of chat's events, as on the wire and in chat.js.
const (
	eventUserJoined     = "userJoined"
	eventUserLeft       = "userLeft"
	eventNewMessage     = "newMessage"
	eventMessageUpdated = "messageUpdated"
	eventMessageDeleted = "messageDeleted"
	eventTyping         = "typing"
	eventRoomRead       = "roomRead"

	// channelPrefix begins the hub's name of a room's channel: "chat-3".
	channelPrefix = "chat-"

	// resource is the high tier's name for rooms: lists of rooms stay live by it.
	resource = "room"
)

// Visit is the body of userJoined and userLeft.
type Visit struct {
	UserID int64           `json:"userId"`
	RoomID int64           `json:"roomId"`
	User   account.Profile `json:"user"`
}

// Typing is the body of typing: a person's state over all their connections.
type Typing struct {
	UserID   int64           `json:"userId"`
	RoomID   int64           `json:"roomId"`
	IsTyping bool            `json:"isTyping"`
	User     account.Profile `json:"user"`
}

// Gone is the body of messageDeleted.
type Gone struct {
	ID     int64 `json:"id"`
	RoomID int64 `json:"roomId"`
	Seq    int64 `json:"seq"`
}

// Moved is what a list of rooms is told when a message was sent: enough to
// count it, without asking the server.
type Moved struct {
	Seq         int64       `json:"seq"`
	LastMessage LastMessage `json:"lastMessage"`
	Mentioned   []int64     `json:"mentioned"` // people whom it names
}

// Shrunk is what a list of rooms is told when a message was deleted, which may
// have been unread: whoever shows a count of the room asks for it again.
type Shrunk struct {
	DeletedMessage int64 `json:"deletedMessage"` // its id
}

// Membership is the body of the room's addedTo and removedFrom.
type Membership struct {
	User account.Profile `json:"user"`
}

func sent(m Message) hub.Event {
	return hub.Event{Name: eventNewMessage, Class: hub.Log, Seq: m.Seq, Data: m, HTML: MessageRow(m, Reader{}).Render}
}

func changed(m Message) hub.Event {
	return hub.Event{Name: eventMessageUpdated, Class: hub.Log, Seq: m.Seq, Data: m, HTML: MessageRow(m, Reader{}).Render}
}

func deleted(m Message) hub.Event {
	return hub.Event{
		Name: eventMessageDeleted, Class: hub.Log, Seq: m.Seq,
		Data: Gone{ID: m.ID, RoomID: m.RoomID, Seq: m.Seq}, HTML: MessageGone(m).Render,
	}
}

func (s *Service) tellSent(ctx context.Context, m Message, from *hub.Conn) {
	s.hub.Broadcast(ctx, sent(m), from, channel(m.RoomID))
	s.hub.Publish(ctx, resource, hub.Change{Verb: hub.Updated, ID: m.RoomID, Data: Moved{
		Seq:         m.Seq,
		LastMessage: LastMessage{ID: m.ID, SenderID: m.Sender.ID, Text: m.Text, CreatedAt: m.CreatedAt},
		Mentioned:   m.Mentions,
	}}, hub.Subscribers, from)
}

func (s *Service) tellChanged(ctx context.Context, m Message, from *hub.Conn) {
	s.hub.Broadcast(ctx, changed(m), from, channel(m.RoomID))
}

func (s *Service) tellDeleted(ctx context.Context, m Message, from *hub.Conn) {
	s.hub.Broadcast(ctx, deleted(m), from, channel(m.RoomID))
	s.hub.Publish(ctx, resource, hub.Change{Verb: hub.Updated, ID: m.RoomID, Data: Shrunk{DeletedMessage: m.ID}}, hub.Subscribers, from)
}

func (s *Service) tellTyping(ctx context.Context, t Typing, from *hub.Conn) {
	s.hub.Broadcast(ctx, hub.Event{Name: eventTyping, Class: hub.Volatile, Data: t}, from, channel(t.RoomID))
}

func (s *Service) tellVisit(ctx context.Context, name string, v Visit) {
	fragment := herePerson(v.RoomID, v.User)
	if name == eventUserLeft {
		fragment = hereGone(v.RoomID, v.UserID)
	}
	s.hub.Broadcast(ctx, hub.Event{
		Name: name, Class: hub.State, Key: decimal(v.UserID), Skip: v.UserID, Data: v, HTML: fragment.Render,
	}, nil, channel(v.RoomID))
}

func (s *Service) tellRead(ctx context.Context, userID int64, marks Marks, from *hub.Conn) {
	s.hub.Broadcast(ctx, hub.Event{Name: eventRoomRead, Class: hub.State, Key: channel(marks.RoomID), Data: marks}, from, hub.UserRoom(userID))
}
