package search

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/index"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

// Notifier notifies a user that their saved search has found something new. It is called at
// least once for each result; the saved search and the result are the idempotency key.
type Notifier interface {
	Found(ctx context.Context, userID int64, saved Saved, r Result) error
}

// Config configures the service. The zero value is the usual configuration.
type Config struct {
	Notifier Notifier // nil: saved searches notify no user
	Log      *slog.Logger
	Guard    loop.Guard    // catches the panics of Run and Backfill; without a logger it uses Log
	Poll     time.Duration // between two rounds that look for changes; 0: pollEvery
}

// Service is the search index with its standing queries. Its methods are safe for concurrent
// use.
type Service struct {
	db         *postgres.DB
	hub        *hub.Hub
	notifier   Notifier
	log        *slog.Logger
	guard      loop.Guard
	poll       time.Duration
	statements statements
	standing   *registry
	wake       loop.Wake // signalled when something has changed

	findings     *outbox.Outbox[finding]
	findingAdded loop.Wake // signalled when an entry of the outbox was committed
}

// New connects the service to its database and hub. It observes the hub for connections that
// leave their standing query, so there must be only one service for a hub. Call Begin before
// the first search, and Run for everything else.
func New(db *postgres.DB, h *hub.Hub, c Config) *Service {
	s := &Service{
		db: db, hub: h, notifier: c.Notifier, log: c.Log, poll: c.Poll,
		statements: newStatements(true), standing: newRegistry(), wake: loop.NewWake(), findingAdded: loop.NewWake(),
	}
	s.findings = newFindings(s, s.findingAdded)
	if s.log == nil {
		s.log = slog.Default()
	}
	s.guard = c.Guard.WithLog(s.log)
	if s.poll == 0 {
		s.poll = pollEvery
	}
	h.OnLeave(roomPrefix, s.onLeave)
	return s
}

// Begin finds out whether typos can be tolerated. Without the extension pg_trgm they cannot;
// everything else works.
func (s *Service) Begin(ctx context.Context) error {
	typos, err := enableTypos(ctx, s.db)
	if err != nil {
		return err
	}
	if !typos {
		s.log.WarnContext(ctx, "search does not tolerate typos: the database has no extension pg_trgm, and this role may not create it")
	}
	s.statements = newStatements(typos)
	return nil
}

// Put inserts or updates entries, in the transaction of the change that they come from. Of two
// entries with the same key the last one is stored.
func (s *Service) Put(ctx context.Context, tx postgres.Tx, entries ...index.Entry) error {
	byKey := map[key]index.Entry{}
	for _, e := range entries {
		if err := e.Check(); err != nil {
			return err
		}
		byKey[key{e.Kind, e.ID}] = e
	}
	if len(byKey) == 0 {
		return nil
	}
	return putEntries(ctx, tx, slices.Collect(maps.Values(byKey)))
}

// Drop deletes entries. Ids that have no entry are ignored.
func (s *Service) Drop(ctx context.Context, tx postgres.Tx, kind index.Kind, ids ...int64) error {
	return dropEntries(ctx, tx, kind, ids)
}

// Grant lets the users find the entries of the scope.
func (s *Service) Grant(ctx context.Context, tx postgres.Tx, scope string, userIDs ...int64) error {
	return grantScope(ctx, tx, scope, userIDs)
}

// Revoke takes that right from the users.
func (s *Service) Revoke(ctx context.Context, tx postgres.Tx, scope string, userIDs ...int64) error {
	return revokeScope(ctx, tx, scope, userIDs)
}

// Changed signals, after the commit, that there are changes to process. Without it they are
// found by polling within a second.
func (s *Service) Changed() { s.wake.Signal() }

// Search returns results, the best first; a blank query has none.
func (s *Service) Search(ctx context.Context, req Request, limit, offset int) ([]Result, error) {
	p, err := parseRequest(req)
	if err != nil || p.query.blank() {
		return []Result{}, err
	}
	found, err := s.statements.bestResults(ctx, s.db, []parsedRequest{p}, min(limit, maxPage), min(offset, maxOffset))
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Page returns results with the counts of all kinds, for the filters of a page.
func (s *Service) Page(ctx context.Context, req Request, limit, offset int) (Page, error) {
	results, err := s.Search(ctx, req, limit, offset)
	if err != nil {
		return Page{}, err
	}
	counts, err := s.Counts(ctx, req)
	return Page{Results: results, Counts: counts}, err
}

// Preview returns one of the results with its text as HTML. The text is marked up like a
// snippet, but as long as fits beside the list. It returns a 404 if the search does not find
// the entry.
func (s *Service) Preview(ctx context.Context, req Request, kind index.Kind, id int64) (Result, string, error) {
	p, err := parseRequest(req)
	if err != nil || p.query.blank() {
		return Result{}, "", cmp.Or(err, error(fault.NotFound()))
	}
	found, text, err := s.statements.preview(ctx, s.db, p, key{kind, id})
	if err == nil && found == nil {
		err = fault.NotFound()
	}
	if err != nil {
		return Result{}, "", err
	}
	return *found, text, nil
}

// Counts returns the number of results of every kind, not only of the requested ones.
func (s *Service) Counts(ctx context.Context, req Request) (map[index.Kind]int, error) {
	if err := checkKinds(req.Kinds); err != nil {
		return nil, err
	}
	p := parsedRequest{Request: Request{Viewer: req.Viewer}, query: parse(req.Text)}
	if p.query.blank() {
		return map[index.Kind]int{}, nil
	}
	return s.statements.countResults(ctx, s.db, p)
}

// parsedRequest is a request with its text parsed.
type parsedRequest struct {
	Request
	query query
	exact bool // typos are not tolerated
}

// name returns the text that is compared with names, or "" if none is.
func (p parsedRequest) name() string {
	if p.exact {
		return ""
	}
	return p.query.name()
}

func parseRequest(req Request) (parsedRequest, error) {
	if err := checkKinds(req.Kinds); err != nil {
		return parsedRequest{}, err
	}
	return parsedRequest{Request: req, query: parse(req.Text)}, nil
}
