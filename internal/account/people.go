package account

import (
	"context"

	"hubbub/internal/base/fault"
)

// User returns a user, or 404.
func (s *Service) User(ctx context.Context, id int64) (User, error) {
	users, err := s.store.users(ctx, []int64{id})
	if err != nil {
		return User{}, err
	}
	if len(users) == 0 {
		return User{}, fault.NotFound()
	}
	return users[0], nil
}

// Users returns users by id; unknown ids are left out.
func (s *Service) Users(ctx context.Context, ids []int64) (map[int64]User, error) {
	users, err := s.store.users(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]User, len(users))
	for _, u := range users {
		byID[u.ID] = u
	}
	return byID, nil
}

// ByHandles returns users by handle, written without the "@"; unknown handles are left out.
func (s *Service) ByHandles(ctx context.Context, handles []string) (map[string]User, error) {
	users, err := s.store.usersByHandles(ctx, handles)
	if err != nil {
		return nil, err
	}
	byHandle := make(map[string]User, len(users))
	for _, u := range users {
		byHandle[u.Handle] = u
	}
	return byHandle, nil
}

// WithRole returns the users with the role, ordered by id.
func (s *Service) WithRole(ctx context.Context, role Role) ([]User, error) {
	return s.store.usersWithRole(ctx, role)
}

// Search returns the users whose name or handle contains the query, first those where one of
// them begins with it. An empty query matches all users.
func (s *Service) Search(ctx context.Context, query string, limit int) ([]User, error) {
	return s.store.search(ctx, normalizeName(query), limit)
}

// Profiles returns profiles by user id; unknown ids are left out.
func (s *Service) Profiles(ctx context.Context, ids []int64) (map[int64]Profile, error) {
	users, err := s.store.users(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Profile, len(users))
	for _, p := range s.ProfilesOf(ctx, users) {
		byID[p.ID] = p
	}
	return byID, nil
}

// ProfilesOf returns the profiles of users, in the same order.
func (s *Service) ProfilesOf(ctx context.Context, users []User) []Profile {
	ids := make([]int64, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	online := s.Online.Online(ctx, ids)
	profiles := make([]Profile, len(users))
	for i, u := range users {
		profiles[i] = newProfile(u, online[u.ID])
	}
	return profiles
}

func (s *Service) profileOf(ctx context.Context, u User) Profile {
	return s.ProfilesOf(ctx, []User{u})[0]
}
