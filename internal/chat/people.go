package chat

import (
	"context"

	"hubbub/internal/account"
)

// completeFor adds the users' profiles to the messages and sets Mine in their reactions for the user.
func (s *Service) completeFor(ctx context.Context, userID int64, messages []Message) ([]Message, error) {
	completed, err := s.completeMessages(ctx, messages)
	for i, m := range completed {
		completed[i] = m.forUser(userID)
	}
	return completed, err
}

// completeMessages adds the profiles of senders and quoted senders to the messages, with one call of Profiles.
func (s *Service) completeMessages(ctx context.Context, messages []Message) ([]Message, error) {
	var ids []int64
	for _, m := range messages {
		ids = append(ids, m.profileIDs()...)
	}
	profiles, err := s.people.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	completed := make([]Message, len(messages))
	for i, m := range messages {
		completed[i] = m.withProfiles(profiles)
	}
	return completed, nil
}

// completeMessage is completeMessages for one message.
func (s *Service) completeMessage(ctx context.Context, m Message) (Message, error) {
	profiles, err := s.people.Profiles(ctx, m.profileIDs())
	return m.withProfiles(profiles), err
}

// fillMembers adds the profiles to the members.
func (s *Service) fillMembers(ctx context.Context, members []Participant) error {
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.User.ID
	}
	profiles, err := s.people.Profiles(ctx, ids)
	for i := range members {
		members[i].User = profiles[members[i].User.ID]
	}
	return err
}

// profile returns the user's profile, or one with only the id if it cannot be read: the event about a committed change
// is sent even if the database becomes unavailable after the commit.
func (s *Service) profile(ctx context.Context, userID int64) account.Profile {
	profiles, err := s.people.Profiles(ctx, []int64{userID})
	if p, ok := profiles[userID]; ok && err == nil {
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

func (m Message) withProfiles(profiles map[int64]account.Profile) Message {
	m.Sender = profiles[m.Sender.ID]
	if m.ReplyTo != nil {
		quote := *m.ReplyTo
		quote.Sender = profiles[quote.Sender.ID]
		m.ReplyTo = &quote
	}
	return m
}
