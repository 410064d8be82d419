package chat

import (
	"context"
	"fmt"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
)

// chat.alerts is a transactional outbox. A change that users may have to be notified of stores an entry in its own
// transaction; RunAlerts works the entries off after the commit, and deletes each when it is done. So every change is
// handled at least once, whatever crashes in between.

// alertPollInterval is how often a node looks for entries without a signal: those of a node that crashed, and those
// that are due again after a failure.
const alertPollInterval = 5 * time.Second

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
	notifier  Notifier
	attention Attention
	wake      loop.Wake // signalled when an entry was committed
}

func newAlertOutbox() alertOutbox { return alertOutbox{wake: loop.NewWake()} }

// NotifyBy sets the notifier, and what reports whether users look at a room. Call it before RunAlerts.
func (s *Service) NotifyBy(n Notifier, a Attention) { s.alerts.notifier, s.alerts.attention = n, a }

// roomRead passes a read mark to the notifier, if there is one.
func (a *alertOutbox) roomRead(ctx context.Context, userID, roomID, seq int64) error {
	if a.notifier == nil {
		return nil
	}
	return a.notifier.RoomRead(ctx, userID, roomID, seq)
}

// RunAlerts works the entries of the transactional outbox off until ctx ends: each soon after its commit.
func (s *Service) RunAlerts(ctx context.Context, guard loop.Guard) {
	loop.Run(ctx, loop.Config{
		Name: "chat-alerts", Guard: guard, Period: alertPollInterval, Wake: s.alerts.wake, AtOnce: true,
	}, func(ctx context.Context) error { return s.TellAlerts(ctx, guard) })
}

// TellAlerts notifies users of all entries that are due. It deletes an entry after the notifier has taken it, so after
// a crash in between the notifier gets the same alert again, and recognises it by its key. An entry that fails, or
// panics, is postponed; the others do not wait for it.
func (s *Service) TellAlerts(ctx context.Context, guard loop.Guard) error {
	for {
		handled := 0
		err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
			handled, err = s.deliverDueAlerts(ctx, tx, guard)
			return err
		})
		if err != nil || handled == 0 {
			return err
		}
	}
}

// deliverDueAlerts handles one batch of entries and returns how many it took, with those that failed.
func (s *Service) deliverDueAlerts(ctx context.Context, tx postgres.Tx, guard loop.Guard) (handled int, err error) {
	due, err := takeDueAlerts(ctx, tx)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var done, failed []int64
	for _, e := range due {
		if err := guard.Try("chat-alert", func() error { return s.deliverAlert(ctx, tx, e) }); err != nil {
			guard.Logger().WarnContext(ctx, "notifying users of an alert failed; it is retried",
				"alert", e.id, "kind", e.kind, "error", err)
			failed = append(failed, e.id)
			continue
		}
		done = append(done, e.id)
	}
	if err := postponeAlerts(ctx, tx, failed); err != nil {
		return 0, err
	}
	return len(due), deleteAlerts(ctx, tx, done)
}
