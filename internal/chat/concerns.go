package chat

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"hubbub/internal/base/fault"
)

// deliverAlert notifies the users that the entry concerns when it is handled. It notifies no user of a message or a
// reaction that has been deleted since, nor a user who may no longer see the room.
func (s *Service) deliverAlert(ctx context.Context, e alertEntry) error {
	switch e.kind {
	case entryDeletion:
		return s.alerts.notifier.Withdraw(ctx, messageKey(e.messageID))
	case entryUnreaction:
		return s.alerts.notifier.Withdraw(ctx, e.reactionKey())
	case entryInvitation:
		return s.notifyInvitation(ctx, e)
	}
	m, err := messageByID(ctx, s.db, e.messageID)
	if fault.Is(err, http.StatusNotFound) || err == nil && m.Deleted() {
		return nil
	}
	if err != nil {
		return err
	}
	if e.kind == entryReaction {
		return s.notifyReaction(ctx, e, m)
	}
	return s.notifyMessage(ctx, e, m)
}

func (s *Service) notifyInvitation(ctx context.Context, e alertEntry) error {
	room, _, err := readAlertRoom(ctx, s.db, e.roomID)
	if err != nil {
		return err
	}
	members, err := membersOf(ctx, s.db, e.roomID)
	if err != nil {
		return err
	}
	for _, p := range members {
		if p.User.ID == e.userID {
			return s.notify(ctx, Alert{
				Kind: AlertInvitation, Key: fmt.Sprintf("room:%d/invitation:%d", e.roomID, e.id),
				UserID: e.userID, ActorID: e.actorID, Room: room, Seq: e.seq, Text: room.Topic, At: e.at,
			})
		}
	}
	return nil
}

func (s *Service) notifyReaction(ctx context.Context, e alertEntry, m Message) error {
	if m.Sender.ID == e.actorID || !m.hasReaction(e.emoji, e.actorID) {
		return nil
	}
	room, _, err := readAlertRoom(ctx, s.db, e.roomID)
	if err != nil {
		return err
	}
	seqs, err := readSeqsOf(ctx, s.db, e.roomID, []int64{m.Sender.ID})
	if err != nil {
		return err
	}
	readSeq, may := seqs[m.Sender.ID]
	if !may {
		return nil
	}
	return s.notify(ctx, Alert{
		Kind: AlertReaction, Key: e.reactionKey(), UserID: m.Sender.ID, ActorID: e.actorID, Room: room,
		MessageID: m.ID, Seq: e.seq, Text: m.excerpt(), Emoji: e.emoji, At: e.at, Read: readSeq >= e.seq,
	})
}

// notify passes the alert to the notifier. It ignores a 404: the user's account was deleted.
func (s *Service) notify(ctx context.Context, a Alert) error {
	err := s.alerts.notifier.Notify(ctx, a)
	if fault.Is(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// notifyMessage notifies the users that a new message mentions, the sender of the message that it answers, and the
// other user of a direct room, each of them once. After an edit it changes the text of the notifications that exist and
// notifies the users that the message mentions now.
func (s *Service) notifyMessage(ctx context.Context, e alertEntry, m Message) error {
	room, two, err := readAlertRoom(ctx, s.db, e.roomID)
	if err != nil {
		return err
	}
	if e.kind == entryEdit {
		two, m.ReplyTo = nil, nil
		if err := s.alerts.notifier.Reword(ctx, messageKey(m.ID), m.excerpt()); err != nil {
			return err
		}
	}
	kinds := m.alertKinds(two)
	seqs, err := readSeqsOf(ctx, s.db, room.ID, slices.Collect(maps.Keys(kinds)))
	if err != nil {
		return err
	}
	for userID, readSeq := range seqs {
		kind, read := kinds[userID], readSeq >= m.CreatedSeq
		if kind == AlertDirect && (read || s.isViewing(userID, room.ID)) {
			continue
		}
		err := s.notify(ctx, Alert{
			Kind: kind, Key: messageKey(m.ID), UserID: userID, ActorID: m.Sender.ID, Room: room,
			MessageID: m.ID, Seq: m.CreatedSeq, Text: m.excerpt(), At: m.sentAt(), Read: read,
		})
		if err != nil {
			return err
		}
	}
	return s.syncReadMarks(ctx, room.ID, seqs)
}

// alertKinds returns the users that the message concerns, with the kind of their alert: a mention takes precedence over a
// reply, and a reply over a direct message. two are the users of a direct room. The sender is left out.
func (m Message) alertKinds(two []int64) map[int64]AlertKind {
	kinds := map[int64]AlertKind{}
	for _, userID := range two {
		kinds[userID] = AlertDirect
	}
	if m.ReplyTo != nil {
		kinds[m.ReplyTo.Sender.ID] = AlertReply
	}
	for _, userID := range m.Mentions {
		kinds[userID] = AlertMention
	}
	delete(kinds, m.Sender.ID)
	return kinds
}

// isViewing reports whether the user looks at the room in a tab that is connected to this node. It does not know tabs
// of other nodes; such a tab marks the room as read a moment later, and thereby the notification.
func (s *Service) isViewing(userID, roomID int64) bool {
	return s.alerts.attention.ActiveAt(userID, s.hub.ConnectionsOf(userID, hubRoom(roomID)))
}

// syncReadMarks passes the read marks that moved since before was read to the notifier. Such a mark may have come to
// the notifier before the notification that it marks as read.
func (s *Service) syncReadMarks(ctx context.Context, roomID int64, before map[int64]int64) error {
	if len(before) == 0 {
		return nil
	}
	seqs, err := readSeqsOf(ctx, s.db, roomID, slices.Collect(maps.Keys(before)))
	if err != nil {
		return err
	}
	for userID, seq := range seqs {
		if seq != before[userID] {
			if err := s.alerts.roomRead(ctx, userID, roomID, seq); err != nil {
				return err
			}
		}
	}
	return nil
}

// excerpt returns the start of the message's text in one line, for a notification.
func (m Message) excerpt() string { return Quote{Text: m.Text}.excerpt() }

func (m Message) hasReaction(emoji string, userID int64) bool {
	return slices.ContainsFunc(m.Reactions, func(r Reaction) bool {
		return r.Emoji == emoji && slices.Contains(r.By, userID)
	})
}
