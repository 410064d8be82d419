package search

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

// Notifier tells somebody that their saved search has found something new. It
// is called at least once for each; the saved search and the result make it one.
type Notifier interface {
	Found(ctx context.Context, userID int64, saved Saved, r Result) error
}

// Config is how the service runs. The zero value is the usual.
type Config struct {
	Notifier Notifier // nil: nobody is told what saved searches find
	Log      *slog.Logger
	Guard    loop.Guard    // catches the panics of Run and Backfill; without a logger it uses Log
	Poll     time.Duration // between two looks at what changed; 0: pollEvery
}

// Service is the index and who looks at it. Its methods are safe to call at once.
type Service struct {
	db       *postgres.DB
	hub      *hub.Hub
	notifier Notifier
	log      *slog.Logger
	guard    loop.Guard
	poll     time.Duration
	ask      statements
	standing *registry
	moved    loop.Wake // when something has changed
}

// New wires the service to its database and hub. It watches the hub for
// connections that leave their standing query, so make one a hub. Begin comes
// before the first search, Run does the rest.
func New(db *postgres.DB, h *hub.Hub, c Config) *Service {
	s := &Service{
		db: db, hub: h, notifier: c.Notifier, log: c.Log, poll: c.Poll,
		ask: newStatements(true), standing: newRegistry(), moved: loop.NewWake(),
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.guard = c.Guard.WithLog(s.log)
	if s.poll == 0 {
		s.poll = pollEvery
	}
	h.OnLeave(roomPrefix, s.left)
	return s
}

// Begin finds out whether typos can be forgiven: without the extension pg_trgm
// they are not, and all else works.
func (s *Service) Begin(ctx context.Context) error {
	typos, err := canForgive(ctx, s.db)
	if err != nil {
		return err
	}
	if !typos {
		s.log.WarnContext(ctx, "search forgives no typos: the database has no extension pg_trgm, and this role may not create it")
	}
	s.ask = newStatements(typos)
	return nil
}

// Put writes entries, new or changed, in the transaction of what they are about.
// Of two with the same key the last one stands.
func (s *Service) Put(ctx context.Context, tx postgres.Tx, entries ...Entry) error {
	byKey := map[key]Entry{}
	for _, e := range entries {
		if err := e.check(); err != nil {
			return err
		}
		byKey[key{e.Kind, e.ID}] = e
	}
	if len(byKey) == 0 {
		return nil
	}
	return putEntries(ctx, tx, slices.Collect(maps.Values(byKey)))
}

// Drop takes entries out; unknown ones are none already.
func (s *Service) Drop(ctx context.Context, tx postgres.Tx, kind Kind, ids ...int64) error {
	return dropEntries(ctx, tx, kind, ids)
}

// Grant lets people find what is in the scope.
func (s *Service) Grant(ctx context.Context, tx postgres.Tx, scope string, userIDs ...int64) error {
	return grantScope(ctx, tx, scope, userIDs)
}

// Revoke takes that from people again.
func (s *Service) Revoke(ctx context.Context, tx postgres.Tx, scope string, userIDs ...int64) error {
	return revokeScope(ctx, tx, scope, userIDs)
}

// Changed says, after the commit, that there is something to look at. Whoever
// forgets it is found out within a second.
func (s *Service) Changed() { s.moved.Signal() }

// Search returns results once, the best first; none of a blank query.
func (s *Service) Search(ctx context.Context, ask Ask, limit, offset int) ([]Result, error) {
	p, err := understand(ask)
	if err != nil || p.query.blank() {
		return []Result{}, err
	}
	found, err := s.ask.bestOf(ctx, s.db, []parsed{p}, min(limit, maxPage), min(offset, maxOffset))
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Page returns results with the counts of all kinds, for the filters of a page.
func (s *Service) Page(ctx context.Context, ask Ask, limit, offset int) (Page, error) {
	results, err := s.Search(ctx, ask, limit, offset)
	if err != nil {
		return Page{}, err
	}
	counts, err := s.Counts(ctx, ask)
	return Page{Results: results, Counts: counts}, err
}

// Preview returns one of the results with its text as HTML, like a snippet, but
// as much as fits beside the list; 404 when the search does not find it.
func (s *Service) Preview(ctx context.Context, ask Ask, kind Kind, id int64) (Result, string, error) {
	p, err := understand(ask)
	if err != nil || p.query.blank() {
		return Result{}, "", cmp.Or(err, error(fault.NotFound()))
	}
	found, text, err := s.ask.previewed(ctx, s.db, p, key{kind, id})
	if err == nil && found == nil {
		err = fault.NotFound()
	}
	if err != nil {
		return Result{}, "", err
	}
	return *found, text, nil
}

// Counts returns how many results there are of every kind, whatever kinds are
// asked for.
func (s *Service) Counts(ctx context.Context, ask Ask) (map[Kind]int, error) {
	if err := checkKinds(ask.Kinds); err != nil {
		return nil, err
	}
	p := parsed{Ask: Ask{Viewer: ask.Viewer}, query: parse(ask.Text)}
	if p.query.blank() {
		return map[Kind]int{}, nil
	}
	return s.ask.countsOf(ctx, s.db, p)
}

// parsed is an ask, understood.
type parsed struct {
	Ask
	query query
	exact bool // typos are not forgiven
}

// name is what names are compared with; "": with nothing.
func (p parsed) name() string {
	if p.exact {
		return ""
	}
	return p.query.name()
}

func understand(ask Ask) (parsed, error) {
	if err := checkKinds(ask.Kinds); err != nil {
		return parsed{}, err
	}
	return parsed{Ask: ask, query: parse(ask.Text)}, nil
}
