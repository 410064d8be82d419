package account

import (
	"context"

	"hubbub/internal/base/postgres"
)

// Index makes users findable: an adapter in internal/app writes them to the search index.
type Index interface {
	// People writes new or renamed users, in the transaction of the change.
	People(ctx context.Context, tx postgres.Tx, people ...User) error
	// Changed signals, after the commit, that the index has changed.
	Changed()
}

// noIndex is the Index of an app without search.
type noIndex struct{}

func (noIndex) People(context.Context, postgres.Tx, ...User) error { return nil }
func (noIndex) Changed()                                           {}

// IndexPeople writes up to limit users with an id greater than after into the index, and
// returns the last id; 0 if there are no more. It locks the rows that it reads, so that a
// concurrent change is indexed after it.
func (s *Service) IndexPeople(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error) {
	people, err := store{tx}.usersToIndex(ctx, after, limit)
	if err != nil || len(people) == 0 {
		return 0, err
	}
	return people[len(people)-1].ID, s.Index.People(ctx, tx, people...)
}

// writeIndexed runs write and indexes the user that it returns, in one transaction.
func (s *Service) writeIndexed(ctx context.Context, write func(store) (User, error)) (u User, err error) {
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if u, err = write(store{tx}); err != nil {
			return err
		}
		return s.Index.People(ctx, tx, u)
	})
	s.Index.Changed()
	return u, err
}
