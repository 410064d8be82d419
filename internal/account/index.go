package account

import (
	"context"
	"strconv"

	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
)

// IndexPeople writes up to limit users with an id greater than after into the index, and
// returns the last id; 0 if there are no more. It locks the rows that it reads, so that a
// concurrent change is indexed after it.
func (s *Service) IndexPeople(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error) {
	people, err := store{tx}.usersToIndex(ctx, after, limit)
	if err != nil || len(people) == 0 {
		return 0, err
	}
	return people[len(people)-1].ID, s.Index.Put(ctx, tx, entriesOf(people)...)
}

// writeIndexed runs write and indexes the user that it returns, in one transaction.
func (s *Service) writeIndexed(ctx context.Context, write func(store) (User, error)) (u User, err error) {
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if u, err = write(store{tx}); err != nil {
			return err
		}
		return s.Index.Put(ctx, tx, u.entry())
	})
	s.Index.Changed()
	return u, err
}

// indexedUser has the fields of a user in search results.
type indexedUser struct {
	ID        int64   `json:"id"`
	FullName  string  `json:"fullName"`
	Handle    string  `json:"handle"`
	AvatarURL *string `json:"avatarUrl"`
}

// entry returns the user's entry in the search index.
func (u User) entry() index.Entry {
	body := "@" + u.Handle
	if u.Title != "" {
		body += " · " + u.Title
	}
	return index.Entry{
		Kind: index.User, ID: u.ID, Title: u.FullName, Body: body, URL: "/people/" + strconv.FormatInt(u.ID, 10),
		Scope: index.Public, At: u.CreatedAt,
		Data: map[string]any{"user": indexedUser{u.ID, u.FullName, u.Handle, u.AvatarURL}},
	}
}

func entriesOf(users []User) []index.Entry {
	entries := make([]index.Entry, len(users))
	for i, u := range users {
		entries[i] = u.entry()
	}
	return entries
}
