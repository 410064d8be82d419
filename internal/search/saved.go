package search

import (
	"context"
	"slices"
	"strings"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/outbox"
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
		return Saved{}, fault.Invalid("query", "must contain a word to search for")
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

// findForSaved stores what saved searches have found since the watermark in the
// transactional outbox, and moves the watermark, on one node at a time.
func (s *Service) findForSaved(ctx context.Context) error {
	var found bool
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		since, ok, err := lockSavedWatermark(ctx, tx)
		if err != nil || !ok {
			return err
		}
		c, err := changesSince(ctx, tx, since)
		if err != nil || len(c.keys) == 0 && len(c.users) == 0 {
			return err
		}
		if found, err = s.storeFindings(ctx, tx, c); err != nil {
			return err
		}
		return setSavedWatermark(ctx, tx, c.watermark)
	})
	if err == nil && found {
		s.findingAdded.Signal()
	}
	return err
}

func (s *Service) storeFindings(ctx context.Context, tx postgres.Tx, c changes) (found bool, err error) {
	if s.notifier == nil || len(c.keys) == 0 {
		return false, nil
	}
	all, err := notifying(ctx, tx)
	if err != nil || len(all) == 0 {
		return false, err
	}
	finder := newFinder[int]()
	for i, saved := range all {
		finder.add(i, saved.request())
	}
	for from := 0; from < len(c.keys); from += perStatement {
		to := min(from+perStatement, len(c.keys))
		findings, err := s.findingsAmong(ctx, tx, all, finder, c.keys[from:to], c.befores[from:to])
		if err != nil {
			return false, err
		}
		if err := insertFindings(ctx, tx, findings); err != nil {
			return false, err
		}
		found = found || len(findings) > 0
	}
	return found, nil
}

// findingsAmong returns which of the entries a saved search finds now and did not find before.
func (s *Service) findingsAmong(
	ctx context.Context, tx postgres.Tx, all []Saved, finder finder[int], keys []key, befores []*string,
) (findings []finding, err error) {
	entries, err := indexedEntries(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	candidates := map[int]struct{}{}
	for _, e := range entries {
		finder.find(e, candidates)
	}
	if len(candidates) == 0 {
		return nil, nil
	}
	var reqs []parsedRequest
	var of []Saved
	for i := range candidates {
		reqs, of = append(reqs, all[i].request()), append(of, all[i])
	}
	found, err := s.statements.newResultsAmong(ctx, tx, reqs, keys, befores)
	if err != nil {
		return nil, err
	}
	for i, results := range found {
		for _, r := range results {
			findings = append(findings, finding{of[i].ID, key{r.Kind, r.ID}})
		}
	}
	return findings, nil
}

// finding is an entry of the transactional outbox: what a saved search has found.
type finding struct {
	savedID int64
	key     key
}

func newFindings(s *Service, wake loop.Wake) *outbox.Outbox[finding] {
	return outbox.New(s.db, outbox.Config[finding]{Name: "search-findings", Table: findingTable, Do: s.notifyFinding, Wake: wake})
}

// FindingStats returns the state of the transactional outbox.
func (s *Service) FindingStats() outbox.Stats { return s.findings.Stats() }

// notifyFinding notifies the owner of the saved search, if it still finds the entry and the
// owner still wants to know. It may be called again for what the Notifier has accepted.
func (s *Service) notifyFinding(ctx context.Context, f finding) error {
	saved, ok, err := savedByID(ctx, s.db, f.savedID)
	if err != nil || !ok || !saved.Notify {
		return err
	}
	found, err := s.statements.resultsAmong(ctx, s.db, []parsedRequest{saved.request()}, []key{f.key})
	if err != nil || len(found[0]) == 0 {
		return err
	}
	return s.notifier.Found(ctx, saved.UserID, saved, found[0][0])
}

// request returns the saved search as a request. It tolerates no typos, because notifications
// of approximate matches would be a nuisance.
func (s Saved) request() parsedRequest {
	r := Request{Viewer: s.UserID, Text: s.Query, Kinds: s.Kinds}
	return parsedRequest{Request: r, query: parse(s.Query), exact: true}
}
