package search

import (
	"context"
	"slices"
	"strings"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
)

// Saved returns the user's saved searches, the newest first.
func (s *Service) Saved(ctx context.Context, userID int64) ([]Saved, error) {
	return savedOf(ctx, s.db, userID)
}

// Save stores a search. If the user has the same one already, only Notify is updated. Beyond
// maxSaved it returns a 409.
func (s *Service) Save(ctx context.Context, saved Saved) (Saved, error) {
	saved.Query = strings.Join(strings.Fields(cut(saved.Query, maxQuery)), " ")
	if parse(saved.Query).blank() {
		return Saved{}, fault.Invalid("query", "must have a word to look for")
	}
	if err := checkKinds(saved.Kinds); err != nil {
		return Saved{}, err
	}
	saved.Kinds = slices.Sorted(slices.Values(saved.Kinds)) // the order of kinds makes no difference
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
		saved, err = keepSaved(ctx, tx, saved)
		return err
	})
	return saved, err
}

// Forget deletes one of the user's saved searches; 404 if there is none with the id.
func (s *Service) Forget(ctx context.Context, userID, id int64) error {
	return deleteSaved(ctx, s.db, userID, id)
}

// notifySaved notifies the owners of saved searches of what these have found since the
// watermark, on one node at a time. The watermark moves when the Notifier has accepted all of
// it: after a crash the Notifier gets some results again, and must ignore those that it had.
func (s *Service) notifySaved(ctx context.Context) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		since, ok, err := lockSavedWatermark(ctx, tx)
		if err != nil || !ok {
			return err
		}
		c, err := changesSince(ctx, tx, since)
		if err != nil || len(c.keys) == 0 && len(c.users) == 0 {
			return err
		}
		if err := s.notifyChanges(ctx, tx, c); err != nil {
			return err
		}
		return setSavedWatermark(ctx, tx, c.watermark)
	})
}

func (s *Service) notifyChanges(ctx context.Context, tx postgres.Tx, c changes) error {
	if s.notifier == nil || len(c.keys) == 0 {
		return nil
	}
	all, err := notifying(ctx, tx)
	if err != nil || len(all) == 0 {
		return err
	}
	finder := newFinder[int]()
	for i, saved := range all {
		finder.add(i, saved.request())
	}
	for from := 0; from < len(c.keys); from += perStatement {
		to := min(from+perStatement, len(c.keys))
		if err := s.notifyBatch(ctx, tx, all, finder, c.keys[from:to], c.befores[from:to]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) notifyBatch(ctx context.Context, tx postgres.Tx, all []Saved, finder finder[int], keys []key, befores []*string) error {
	entries, err := indexedEntries(ctx, tx, keys)
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
	var reqs []parsedRequest
	var of []Saved
	for i := range candidates {
		reqs, of = append(reqs, all[i].request()), append(of, all[i])
	}
	found, err := s.statements.newResultsAmong(ctx, tx, reqs, keys, befores)
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

// request returns the saved search as a request. It tolerates no typos, because notifications
// of approximate matches would be a nuisance.
func (s Saved) request() parsedRequest {
	r := Request{Viewer: s.UserID, Text: s.Query, Kinds: s.Kinds}
	return parsedRequest{Request: r, query: parse(s.Query), exact: true}
}
