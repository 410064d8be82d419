package account

import (
	"context"

	"hubbub/internal/postgres"
)

// Index is what makes people findable: an adapter in cmd/app hands them to
// search.
type Index interface {
	// People writes people, new and renamed ones, in the transaction of the change.
	People(ctx context.Context, tx postgres.Tx, people ...User) error
	// Changed says, after the commit, that there is something new to find.
	Changed()
}

// unfindable is the index of an app without search.
type unfindable struct{}

func (unfindable) People(context.Context, postgres.Tx, ...User) error { return nil }
func (unfindable) Changed()                                           {}

// IndexPeople writes some people after the id into the index, and returns the
// last of them; 0 when there are no more. It locks what it reads, so that a
// change meanwhile is written after it.
func (s *Service) IndexPeople(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error) {
	people, err := store{tx}.usersToIndex(ctx, after, limit)
	if err != nil || len(people) == 0 {
		return 0, err
	}
	return people[len(people)-1].ID, s.Index.People(ctx, tx, people...)
}

// findable does write, and makes findable whom it returns, in one transaction.
func (s *Service) findable(ctx context.Context, write func(store) (User, error)) (u User, err error) {
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if u, err = write(store{tx}); err != nil {
			return err
		}
		return s.Index.People(ctx, tx, u)
	})
	s.Index.Changed()
	return u, err
}
