package app

import (
	"context"
	"fmt"

	"hubbub/internal/chat"
	"hubbub/internal/notify"
)

// chatNotices makes notifications of chat's alerts.
type chatNotices struct{ notify *notify.Service }

func (c chatNotices) Notify(ctx context.Context, a chat.Alert) error {
	n := notify.Notification{
		UserID: a.UserID, Key: a.Key, ActorID: a.ActorID, Message: a.Text, At: a.At, Read: a.Read,
		URL: fmt.Sprintf("/rooms/%d", a.Room.ID), Data: map[string]any{"roomId": a.Room.ID},
		Topic: roomTopic(a.Room.ID), TopicSeq: a.Seq,
	}
	if a.MessageID != 0 {
		n.URL = fmt.Sprintf("/rooms/%d?message=%d", a.Room.ID, a.MessageID)
		n.Data["messageId"] = a.MessageID
	}
	return c.notify.Send(ctx, withText(n, a))
}

// withText returns n with the type, the texts and the group of the alert.
func withText(n notify.Notification, a chat.Alert) notify.Notification {
	switch a.Kind {
	case chat.AlertMention:
		n.Type, n.Rule = notify.Mention, "Someone mentioned you in a message."
		n.Title = notify.Who + " mentioned you" + place(a.Room)
	case chat.AlertReply:
		n.Type, n.Rule = notify.Reply, "Someone replied to your message."
		n.Title = notify.Who + " replied to you" + place(a.Room)
	case chat.AlertDirect:
		n.Type, n.Rule = notify.Direct, "Someone sent you a direct message."
		n.GroupKey = fmt.Sprintf("direct:%d", a.Room.ID)
		n.Title, n.Titles = notify.Who+" sent you a message", notify.Who+" sent you "+notify.Many+" messages"
	case chat.AlertReaction:
		n.Type, n.Rule = notify.Reaction, "Someone reacted to your message."
		n.GroupKey = fmt.Sprintf("reactions:%d", a.MessageID)
		n.Title, n.Titles = notify.Who+" reacted "+a.Emoji+" to your message", notify.Who+" reacted to your message"
		n.Data["emoji"] = a.Emoji
	case chat.AlertInvitation:
		n.Type, n.Rule = notify.Invite, "Someone added you to a room."
		n.Title = notify.Who + " added you to #" + a.Room.Name
	}
	return n
}

// place returns " in #" and the room's name, or "" for a direct room.
func place(room chat.AlertRoom) string {
	if room.Kind == chat.Direct {
		return ""
	}
	return " in #" + room.Name
}

func (c chatNotices) Withdraw(ctx context.Context, key string) error {
	return c.notify.Withdraw(ctx, key)
}

func (c chatNotices) Reword(ctx context.Context, key, text string) error {
	return c.notify.Reword(ctx, key, text)
}

func (c chatNotices) RoomRead(ctx context.Context, userID, roomID, seq int64) error {
	return c.notify.ReadTopic(ctx, userID, roomTopic(roomID), seq)
}

func roomTopic(id int64) string { return fmt.Sprintf("room:%d", id) }
