package chat

import (
	"context"

	"hubbub/internal/account"
	"hubbub/internal/live/hub"
)

// The names of chat's events, as in the protocol and in web/static/chat/index.js.
const (
	eventUserJoined     = "userJoined"
	eventUserLeft       = "userLeft"
	eventNewMessage     = "newMessage"
	eventMessageUpdated = "messageUpdated"
	eventMessageDeleted = "messageDeleted"
	eventTyping         = "typing"
	eventRoomRead       = "roomRead"

	// hubRoomPrefix is what the names of chat's hub rooms begin with: "chat-3".
	hubRoomPrefix = "chat-"

	// resource is the hub's resource of chat rooms. Its events keep lists of rooms up to date.
	resource = "room"
)

// Visit is the data of userJoined and userLeft.
type Visit struct {
	UserID int64           `json:"userId"`
	RoomID int64           `json:"roomId"`
	User   account.Profile `json:"user"`
}

// Typing is the data of typing: a user's state over all their connections.
type Typing struct {
	UserID   int64           `json:"userId"`
	RoomID   int64           `json:"roomId"`
	IsTyping bool            `json:"isTyping"`
	User     account.Profile `json:"user"`
}

// Deletion is the data of messageDeleted.
type Deletion struct {
	ID     int64 `json:"id"`
	RoomID int64 `json:"roomId"`
	Seq    int64 `json:"seq"`
}

// Properties is what Update can change of a room, and the data of the room's updated event then.
type Properties struct {
	Name     string `json:"name"`
	Topic    string `json:"topic"`
	Archived bool   `json:"archived"`
}

// RoomActivity is the data of a room's updated event when a message was sent. It is enough for a list of rooms to count
// the message without a request.
type RoomActivity struct {
	Seq         int64       `json:"seq"`
	LastMessage LastMessage `json:"lastMessage"`
	Mentioned   []int64     `json:"mentioned"` // the users that the message mentions
}

// MessageErasure is the data of a room's updated event when a message was deleted. The message may have been unread, so
// a list that shows the room's unread count requests it again.
type MessageErasure struct {
	DeletedMessage int64 `json:"deletedMessage"` // its id
}

// Membership is the data of a room's addedTo and removedFrom events.
type Membership struct {
	User account.Profile `json:"user"`
}

func newSentEvent(m Message) hub.Event {
	return hub.Event{Name: eventNewMessage, Class: hub.Log, Seq: m.Seq, Data: m, HTML: MessageRow(m, Reader{}).Render}
}

func newUpdatedEvent(m Message) hub.Event {
	return hub.Event{Name: eventMessageUpdated, Class: hub.Log, Seq: m.Seq, Data: m, HTML: MessageRow(m, Reader{}).Render}
}

func newDeletedEvent(m Message) hub.Event {
	return hub.Event{
		Name: eventMessageDeleted, Class: hub.Log, Seq: m.Seq,
		Data: Deletion{ID: m.ID, RoomID: m.RoomID, Seq: m.Seq}, HTML: MessageGone(m).Render,
	}
}

func (s *Service) broadcastSent(ctx context.Context, m Message, from *hub.Conn) {
	s.hub.Broadcast(ctx, newSentEvent(m), hub.To(hubRoom(m.RoomID)).Except(from))
	s.hub.Publish(ctx, resource, hub.Change{Verb: hub.Updated, ID: m.RoomID, Data: RoomActivity{
		Seq:         m.Seq,
		LastMessage: LastMessage{ID: m.ID, SenderID: m.Sender.ID, Text: m.Text, CreatedAt: m.CreatedAt},
		Mentioned:   m.Mentions,
	}}, hub.Subscribers, from)
}

func (s *Service) broadcastUpdated(ctx context.Context, m Message, from *hub.Conn) {
	s.hub.Broadcast(ctx, newUpdatedEvent(m), hub.To(hubRoom(m.RoomID)).Except(from))
}

func (s *Service) broadcastDeleted(ctx context.Context, m Message, from *hub.Conn) {
	s.hub.Broadcast(ctx, newDeletedEvent(m), hub.To(hubRoom(m.RoomID)).Except(from))
	change := hub.Change{Verb: hub.Updated, ID: m.RoomID, Data: MessageErasure{DeletedMessage: m.ID}}
	s.hub.Publish(ctx, resource, change, hub.Subscribers, from)
}

func (s *Service) broadcastTyping(ctx context.Context, t Typing, from *hub.Conn) {
	s.hub.Broadcast(ctx, hub.Event{Name: eventTyping, Class: hub.Volatile, Data: t}, hub.To(hubRoom(t.RoomID)).Except(from))
}

func (s *Service) broadcastVisit(ctx context.Context, name string, v Visit) {
	fragment := herePerson(v.RoomID, v.User)
	if name == eventUserLeft {
		fragment = hereGone(v.RoomID, v.UserID)
	}
	s.hub.Broadcast(ctx, hub.Event{
		Name: name, Class: hub.State, Key: decimal(v.UserID), Skip: v.UserID, Data: v, HTML: fragment.Render,
	}, hub.To(hubRoom(v.RoomID)))
}

func (s *Service) broadcastRead(ctx context.Context, userID int64, marks Marks, from *hub.Conn) {
	ev := hub.Event{Name: eventRoomRead, Class: hub.State, Key: hubRoom(marks.RoomID), Data: marks}
	s.hub.Broadcast(ctx, ev, hub.To(hub.UserRoom(userID)).Except(from))
}
