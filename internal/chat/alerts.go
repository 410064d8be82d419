package chat

import (
	"context"
	"fmt"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/outbox"
)

// chat.alerts is a transactional outbox. A change that users may have to be notified of stores an entry in its own
// transaction; RunAlerts works the entries off after the commit: see package outbox. So every change is handled at
// least once, whatever crashes in between, and the changes of one message in their order.

// Notifier notifies users of alerts. It may be called several times with the same alert; the key is an idempotency key,
// by which it must notify once.
type Notifier interface {
	Notify(ctx context.Context, a Alert) error
	// Withdraw deletes the notifications with the key, and those whose key begins with it and a slash.
	Withdraw(ctx context.Context, key string) error
	// Reword changes the text of the notifications with the key.
	Reword(ctx context.Context, key, text string) error
	// RoomRead reports that the user has read the room up to the seq.
	RoomRead(ctx context.Context, userID, roomID, seq int64) error
}

// Attention knows whether users look at their browser tabs.
type Attention interface {
	// ActiveAt reports whether the user is active at one of these connections.
	ActiveAt(userID int64, connections []string) bool
}

// AlertKind is the reason for an alert.
type AlertKind string

// The kinds of alert. For one message a user gets one alert, of the first kind that applies.
const (
	AlertMention    AlertKind = "mention"
	AlertReply      AlertKind = "reply" // to a message of the user
	AlertDirect     AlertKind = "direct"
	AlertReaction   AlertKind = "reaction" // to a message of the user
	AlertInvitation AlertKind = "invitation"
)

// Alert is an event in a room that one user is notified of. The user may see the room.
type Alert struct {
	Kind      AlertKind
	Key       string // the idempotency key; the keys of a message's reactions begin with the message's key
	UserID    int64  // the user to notify
	ActorID   int64  // the user who sent, reacted or invited
	Room      AlertRoom
	MessageID int64  // 0 for an invitation
	Seq       int64  // of the event in the room; an alert is read when the user has read the room up to it
	Text      string // of the message, in one line; of an invitation, the room's topic
	Emoji     string // of a reaction
	At        time.Time
	Read      bool // the user has read the room up to Seq
}

// AlertRoom is the room of an alert. A direct room has no name.
type AlertRoom struct {
	ID    int64
	Kind  Kind
	Name  string
	Topic string
}

// alertEntry is a row of chat.alerts, an entry of the transactional outbox.
type alertEntry struct {
	id        int64
	kind      entryKind
	roomID    int64
	messageID int64
	actorID   int64
	userID    int64
	emoji     string
	seq       int64
	at        time.Time
}

// entryKind is the kind of an entry, as in the column chat.alerts.kind.
type entryKind string

const (
	entryMessage    entryKind = "message"
	entryEdit       entryKind = "edit"
	entryDeletion   entryKind = "deletion"
	entryReaction   entryKind = "reaction"
	entryUnreaction entryKind = "unreaction"
	entryInvitation entryKind = "invitation"
)

func newReactionEntry(m Message, actorID int64, emoji string, seq int64, added bool) alertEntry {
	e := alertEntry{kind: entryUnreaction, roomID: m.RoomID, messageID: m.ID, actorID: actorID, emoji: emoji, seq: seq}
	if added {
		e.kind = entryReaction
	}
	return e
}

func messageKey(id int64) string { return fmt.Sprintf("message:%d", id) }

// reactionKey returns the key of an alert about a reaction. It begins with the message's key, so that both are
// withdrawn together. It contains no time: a user who reacts, removes the reaction and reacts again causes one alert.
func (e alertEntry) reactionKey() string {
	return fmt.Sprintf("%s/reaction:%d:%s", messageKey(e.messageID), e.actorID, e.emoji)
}

// alertOutbox is what the service needs to work off the entries of chat.alerts.
type alertOutbox struct {
	*outbox.Outbox[alertEntry]
	notifier  Notifier
	attention Attention
	wake      loop.Wake // signalled when an entry was committed
}

func newAlertOutbox(s *Service, c Config) alertOutbox {
	wake := loop.NewWake()
	return alertOutbox{notifier: c.Notifier, attention: c.Attention, wake: wake, Outbox: outbox.New(s.db, outbox.Config[alertEntry]{
		Name: "chat-alerts", Table: alertTable, Do: s.deliverAlert, Wake: wake,
	})}
}

// roomRead passes a read mark to the notifier, if there is one.
func (a *alertOutbox) roomRead(ctx context.Context, userID, roomID, seq int64) error {
	if a.notifier == nil {
		return nil
	}
	return a.notifier.RoomRead(ctx, userID, roomID, seq)
}

// RunAlerts notifies users of the entries of the transactional outbox until ctx ends: of each soon after its commit.
func (s *Service) RunAlerts(ctx context.Context, guard loop.Guard) { s.alerts.Run(ctx, guard) }

// DeliverAlerts notifies users of all entries that are due.
func (s *Service) DeliverAlerts(ctx context.Context, guard loop.Guard) error {
	return s.alerts.Work(ctx, guard)
}

// AlertStats returns the state of the transactional outbox.
func (s *Service) AlertStats() outbox.Stats { return s.alerts.Stats() }
