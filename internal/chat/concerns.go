package chat

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"hubbub/internal/fault"
	"hubbub/internal/postgres"
)

// tellOf tells whoever is concerned now. What is gone by then is told nobody:
// the message, the reaction, the right to see the room.
func (s *Service) deliverAlert(ctx context.Context, db postgres.Queryer, a alertEntry) error {
	switch a.kind {
	case entryDeletion:
		return s.alerts.notifier.Withdraw(ctx, messageKey(a.messageID))
	case entryUnreaction:
		return s.alerts.notifier.Withdraw(ctx, a.reactionKey())
	case entryInvitation:
		return s.notifyInvitation(ctx, db, a)
	}
	m, err := messageByID(ctx, db, a.messageID)
	if fault.Is(err, http.StatusNotFound) || err == nil && m.Deleted() {
		return nil
	}
	if err != nil {
		return err
	}
	if a.kind == entryReaction {
		return s.notifyReaction(ctx, db, a, m)
	}
	return s.notifyMessage(ctx, db, a, m)
}

func (s *Service) notifyInvitation(ctx context.Context, db postgres.Queryer, a alertEntry) error {
	room, _, err := readAlertRoom(ctx, db, a.roomID)
	if err != nil {
		return err
	}
	members, err := membersOf(ctx, db, a.roomID)
	if err != nil {
		return err
	}
	for _, p := range members {
		if p.User.ID == a.userID {
			return s.notify(ctx, Alert{
				Kind: AlertInvitation, Key: fmt.Sprintf("room:%d/invitation:%d", a.roomID, a.id),
				UserID: a.userID, ActorID: a.actorID, Room: room, Seq: a.seq, Text: room.Topic, At: a.at,
			})
		}
	}
	return nil
}

func (s *Service) notifyReaction(ctx context.Context, db postgres.Queryer, a alertEntry, m Message) error {
	if m.Sender.ID == a.actorID || !m.hasReaction(a.emoji, a.actorID) {
		return nil
	}
	room, _, err := readAlertRoom(ctx, db, a.roomID)
	if err != nil {
		return err
	}
	seqs, err := readSeqsOf(ctx, db, a.roomID, []int64{m.Sender.ID})
	if err != nil {
		return err
	}
	readSeq, may := seqs[m.Sender.ID]
	if !may {
		return nil
	}
	return s.notify(ctx, Alert{
		Kind: AlertReaction, Key: a.reactionKey(), UserID: m.Sender.ID, ActorID: a.actorID, Room: room,
		MessageID: m.ID, Seq: a.seq, Text: m.excerpt(), Emoji: a.emoji, At: a.at, Read: readSeq >= a.seq,
	})
}

// notify leaves out whom it concerns no more: their account is gone.
func (s *Service) notify(ctx context.Context, a Alert) error {
	err := s.alerts.notifier.Notify(ctx, a)
	if fault.Is(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// tellMessage tells each person at most once of a message: those it names, the
// one it answers, the other one of a direct room. An edit concerns whom it names
// now, and changes what the others were told.
func (s *Service) notifyMessage(ctx context.Context, db postgres.Queryer, a alertEntry, m Message) error {
	room, two, err := readAlertRoom(ctx, db, a.roomID)
	if err != nil {
		return err
	}
	if a.kind == entryEdit {
		two, m.ReplyTo = nil, nil
		if err := s.alerts.notifier.Reword(ctx, messageKey(m.ID), m.excerpt()); err != nil {
			return err
		}
	}
	concerned := m.concerns(two)
	seqs, err := readSeqsOf(ctx, db, room.ID, slices.Collect(maps.Keys(concerned)))
	if err != nil {
		return err
	}
	for userID, readSeq := range seqs {
		kind, known := concerned[userID], readSeq >= m.CreatedSeq
		if kind == AlertDirect && (known || s.isViewing(userID, room.ID)) {
			continue
		}
		err := s.notify(ctx, Alert{
			Kind: kind, Key: messageKey(m.ID), UserID: userID, ActorID: m.Sender.ID, Room: room,
			MessageID: m.ID, Seq: m.CreatedSeq, Text: m.excerpt(), At: m.sentAt(), Read: known,
		})
		if err != nil {
			return err
		}
	}
	return s.syncReadMarks(ctx, db, room.ID, seqs)
}

// concerns is why the message concerns people, each once: a mention is more than
// an answer, and that more than a direct message. Nobody's own concerns them.
func (m Message) concerns(two []int64) map[int64]AlertKind {
	concerned := map[int64]AlertKind{}
	for _, userID := range two {
		concerned[userID] = AlertDirect
	}
	if m.ReplyTo != nil {
		concerned[m.ReplyTo.Sender.ID] = AlertReply
	}
	for _, userID := range m.Mentions {
		concerned[userID] = AlertMention
	}
	delete(concerned, m.Sender.ID)
	return concerned
}

// looksAt says whether the person has the room before their eyes: at a tab of
// this node. Of tabs at other nodes nothing is known here; there the room is read
// in a moment, and the notification with it.
func (s *Service) isViewing(userID, roomID int64) bool {
	return s.alerts.attention.ActiveAt(userID, s.hub.ConnectionsOf(userID, hubRoom(roomID)))
}

// tellReadMeanwhile is for those who read the room just as they were told of it:
// their mark moved before there was anything to mark.
func (s *Service) syncReadMarks(ctx context.Context, db postgres.Queryer, roomID int64, before map[int64]int64) error {
	if len(before) == 0 {
		return nil
	}
	seqs, err := readSeqsOf(ctx, db, roomID, slices.Collect(maps.Keys(before)))
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

// line is the message's text as a notification has it.
func (m Message) excerpt() string { return Quote{Text: m.Text}.excerpt() }

func (m Message) hasReaction(emoji string, userID int64) bool {
	return slices.ContainsFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == emoji && slices.Contains(r.By, userID) })
}
