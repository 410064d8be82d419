package chat

import (
	"context"
	"fmt"
	"time"

	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

// alertsEvery is how often a node looks for what was left: by a node that died
// before it told, or by an attempt that failed.
const alertPollInterval = 5 * time.Second

// Notifier takes what concerns one person. It may be told the same again, by its
// key, and must make it once.
type Notifier interface {
	Notify(ctx context.Context, a Alert) error
	// Withdraw takes back what was told of the key and of what is under it.
	Withdraw(ctx context.Context, key string) error
	// Reword changes the text of what was told of the key.
	Reword(ctx context.Context, key, text string) error
	// RoomRead says that the person has read the room up to a seq.
	RoomRead(ctx context.Context, userID, roomID, seq int64) error
}

// Attention knows whether people see what is at their tabs.
type Attention interface {
	// ActiveAt says whether the person is active at one of these connections.
	ActiveAt(userID int64, connections []string) bool
}

// AlertKind is why something concerns somebody.
type AlertKind string

// The kinds of alert. Of one message a person gets the first that fits.
const (
	AlertMention    AlertKind = "mention"
	AlertReply      AlertKind = "reply" // to a message of theirs
	AlertDirect     AlertKind = "direct"
	AlertReaction   AlertKind = "reaction" // to a message of theirs
	AlertInvitation AlertKind = "invitation"
)

// Alert is something in a room that concerns one person, who may see the room.
type Alert struct {
	Kind      AlertKind
	Key       string // the same alert has the same; a message's begin with the message's
	UserID    int64  // whom it concerns
	ActorID   int64  // whose doing it is
	Room      AlertRoom
	MessageID int64  // 0 for an invitation
	Seq       int64  // its place in the room
	Text      string // of the message, in a line
	Emoji     string
	At        time.Time
	Read      bool // they have read the room up to there
}

// AlertRoom is the room of an alert. A direct one has no name.
type AlertRoom struct {
	ID    int64
	Kind  Kind
	Name  string
	Topic string
}

// alert is something that happened, and has to be told, as it is stored.
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

// happening is the kind of an alert, as in the column.
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
	a := alertEntry{kind: entryUnreaction, roomID: m.RoomID, messageID: m.ID, actorID: actorID, emoji: emoji, seq: seq}
	if added {
		a.kind = entryReaction
	}
	return a
}

func messageKey(id int64) string { return fmt.Sprintf("message:%d", id) }

// reactionKey is under the message's: both are withdrawn together. It names no
// point in time: whoever reacts, takes it back and reacts again is told of once.
func (a alertEntry) reactionKey() string {
	return fmt.Sprintf("%s/reaction:%d:%s", messageKey(a.messageID), a.actorID, a.emoji)
}

// alerts is what the service needs to tell. Without a notifier it tells nobody.
type alertOutbox struct {
	notifier  Notifier
	attention Attention
	wake      loop.Wake // when there is something to tell
}

func newAlertOutbox() alertOutbox { return alertOutbox{wake: loop.NewWake()} }

// NotifyBy says who is told what concerns people. Call it before serving.
func (s *Service) NotifyBy(n Notifier, a Attention) { s.alerts.notifier, s.alerts.attention = n, a }

func (a *alertOutbox) roomRead(ctx context.Context, userID, roomID, seq int64) error {
	if a.notifier == nil {
		return nil
	}
	return a.notifier.RoomRead(ctx, userID, roomID, seq)
}

// RunAlerts tells people what concerns them, until ctx ends.
func (s *Service) RunAlerts(ctx context.Context, guard loop.Guard) {
	loop.Run(ctx, loop.Config{
		Name: "chat-alerts", Guard: guard, Period: alertPollInterval, Wake: s.alerts.wake, AtOnce: true,
	}, func(ctx context.Context) error { return s.TellAlerts(ctx, guard) })
}

// TellAlerts tells all that is due. What concerns people was stored with the
// change that it is about, and is deleted when it was told: at least once, for
// the program may end in between. The notifier makes it once. An alert that
// fails, or panics, is put off; the others do not wait for it.
func (s *Service) TellAlerts(ctx context.Context, guard loop.Guard) error {
	for {
		told := 0
		err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
			told, err = s.deliverDueAlerts(ctx, tx, guard)
			return err
		})
		if err != nil || told == 0 {
			return err
		}
	}
}

func (s *Service) deliverDueAlerts(ctx context.Context, tx postgres.Tx, guard loop.Guard) (told int, err error) {
	due, err := takeDueAlerts(ctx, tx)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var done, failed []int64
	for _, a := range due {
		if err := guard.Try("chat-alert", func() error { return s.deliverAlert(ctx, tx, a) }); err != nil {
			guard.Logger().WarnContext(ctx, "could not tell people of something; it is tried again", "alert", a.id, "kind", a.kind, "error", err)
			failed = append(failed, a.id)
			continue
		}
		done = append(done, a.id)
	}
	if err := postponeAlerts(ctx, tx, failed); err != nil {
		return 0, err
	}
	return len(due), deleteAlerts(ctx, tx, done)
}
