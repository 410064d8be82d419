package search

import (
	"context"
	"slices"
	"strings"

	"hubbub/internal/fault"
	"hubbub/internal/postgres"
)

// Saved returns somebody's saved searches, the newest first.
func (s *Service) Saved(ctx context.Context, userID int64) ([]Saved, error) {
	return savedOf(ctx, s.db, userID)
}

// Save keeps a search. The same one again is changed in whether it notifies.
// Past maxSaved it is a 409.
func (s *Service) Save(ctx context.Context, saved Saved) (Saved, error) {
	saved.Query = strings.Join(strings.Fields(cut(saved.Query, maxQuery)), " ")
	if parse(saved.Query).blank() {
		return Saved{}, fault.Invalid("query", "must have a word to look for")
	}
	if err := checkKinds(saved.Kinds); err != nil {
		return Saved{}, err
	}
	saved.Kinds = slices.Sorted(slices.Values(saved.Kinds)) // the same in another order is the same
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
		saved, err = keepSaved(ctx, tx, saved)
		return err
	})
	return saved, err
}

// Forget deletes a saved search; 404 when it is none of theirs.
func (s *Service) Forget(ctx context.Context, userID, id int64) error {
	return deleteSaved(ctx, s.db, userID, id)
}

// tellSaved tells what saved searches have found since they were last told, on
// one node at a time. They count as told when the Notifier has taken all of it:
// after a crash it is told again, and the Notifier makes one of two.
func (s *Service) tellSaved(ctx context.Context) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		since, ok, err := lockTold(ctx, tx)
		if err != nil || !ok {
			return err
		}
		c, err := changesSince(ctx, tx, since)
		if err != nil || len(c.keys) == 0 && len(c.users) == 0 {
			return err
		}
		if err := s.tellNews(ctx, tx, c); err != nil {
			return err
		}
		return setTold(ctx, tx, c.upto)
	})
}

func (s *Service) tellNews(ctx context.Context, tx postgres.Tx, c changes) error {
	if s.notifier == nil || len(c.keys) == 0 {
		return nil
	}
	all, err := notifying(ctx, tx)
	if err != nil || len(all) == 0 {
		return err
	}
	finder := newFinder[int]()
	for i, saved := range all {
		finder.add(i, saved.parsed())
	}
	for from := 0; from < len(c.keys); from += perAsk {
		to := min(from+perAsk, len(c.keys))
		if err := s.tellSome(ctx, tx, all, finder, c.keys[from:to], c.befores[from:to]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tellSome(ctx context.Context, tx postgres.Tx, all []Saved, finder finder[int], keys []key, befores []*string) error {
	entries, err := indexedOf(ctx, tx, keys)
	if err != nil {
		return err
	}
	candidates := map[int]struct{}{}
	for _, e := range entries {
		finder.find(e, candidates)
	}
	if len(candidates) == 0 {
		return nil
	}
	var asks []parsed
	var of []Saved
	for i := range candidates {
		asks, of = append(asks, all[i].parsed()), append(of, all[i])
	}
	found, err := s.ask.newsOf(ctx, tx, asks, keys, befores)
	if err != nil {
		return err
	}
	for i, results := range found {
		for _, r := range results {
			if err := s.notifier.Found(ctx, of[i].UserID, of[i], r); err != nil {
				return err
			}
		}
	}
	return nil
}

// parsed is the saved search as a question. It forgives no typos: to be told of
// what is only nearly meant would be a nuisance.
func (s Saved) parsed() parsed {
	return parsed{Ask: Ask{Viewer: s.UserID, Text: s.Query, Kinds: s.Kinds}, query: parse(s.Query), exact: true}
}
