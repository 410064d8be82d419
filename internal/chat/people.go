package chat

import (
	"context"

	"hubbub/internal/account"
)

// seenBy completes messages with their people, for one reader.
func (s *Service) completeFor(ctx context.Context, userID int64, messages []Message) ([]Message, error) {
	seen, err := s.completeMessages(ctx, messages)
	for i, m := range seen {
		seen[i] = m.forUser(userID)
	}
	return seen, err
}

// withTheirPeople completes messages with their people.
func (s *Service) completeMessages(ctx context.Context, messages []Message) ([]Message, error) {
	var ids []int64
	for _, m := range messages {
		ids = append(ids, m.profileIDs()...)
	}
	known, err := s.people.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	named := make([]Message, len(messages))
	for i, m := range messages {
		named[i] = m.withProfiles(known)
	}
	return named, nil
}

// withPeople completes one message with its people.
func (s *Service) completeMessage(ctx context.Context, m Message) (Message, error) {
	known, err := s.people.Profiles(ctx, m.profileIDs())
	return m.withProfiles(known), err
}

func (s *Service) fillMembers(ctx context.Context, members []Participant) error {
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.User.ID
	}
	known, err := s.people.Profiles(ctx, ids)
	for i := range members {
		members[i].User = known[members[i].User.ID]
	}
	return err
}

// profile is best effort: a person is told of by id even when the database,
// which knows the name, went away after the change was committed.
func (s *Service) profile(ctx context.Context, userID int64) account.Profile {
	known, err := s.people.Profiles(ctx, []int64{userID})
	if p, ok := known[userID]; ok && err == nil {
		return p
	}
	return account.Profile{ID: userID}
}

func (m Message) profileIDs() []int64 {
	if m.ReplyTo == nil {
		return []int64{m.Sender.ID}
	}
	return []int64{m.Sender.ID, m.ReplyTo.Sender.ID}
}

func (m Message) withProfiles(known map[int64]account.Profile) Message {
	m.Sender = known[m.Sender.ID]
	if m.ReplyTo != nil {
		quote := *m.ReplyTo
		quote.Sender = known[quote.Sender.ID]
		m.ReplyTo = &quote
	}
	return m
}
