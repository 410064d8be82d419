package search

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"hubbub/internal/base/index"
	"hubbub/internal/base/loop"
	"hubbub/internal/live/hub"
)

const (
	pollEvery = time.Second           // the longest delay for a change of another node, or one without a call of Changed
	minPause  = 50 * time.Millisecond // between two rounds; the next one handles all changes of the pause together

	changesTTL   = 10 * time.Minute // far longer than the time between two rounds of any node
	maxAway      = 5 * time.Minute  // after such a pause a node runs all its queries again
	perStatement = 100              // the most queries, and the most entries, in one statement
)

// Run sends changes to the standing queries and notifies the owners of saved searches, until
// ctx ends.
func (s *Service) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() {
		loop.Run(ctx, loop.Config{Name: "search-saved", Guard: s.guard, Period: s.poll}, s.findForSaved)
	})
	if s.notifier != nil {
		running.Go(func() { s.findings.Run(ctx, s.guard) })
	}
	running.Go(func() {
		loop.Run(ctx, loop.Config{Name: "search-forget", Guard: s.guard, Period: changesTTL / 10}, s.deleteOldChanges)
	})
	looked := time.Now()
	loop.Run(ctx, loop.Config{Name: "search-lists", Guard: s.guard, Period: s.poll, Wake: s.wake}, func(ctx context.Context) error {
		if time.Since(looked) > maxAway {
			s.standing.markAllDue()
		}
		if err := s.percolate(ctx); err != nil {
			return err
		}
		looked = time.Now()
		loop.Sleep(ctx, minPause)
		return nil
	})
	running.Wait()
}

func (s *Service) deleteOldChanges(ctx context.Context) error {
	return deleteChanges(ctx, s.db, changesTTL)
}

// percolate runs one round: it finds the standing queries that recent changes concern, and
// sends what is different in their lists.
func (s *Service) percolate(ctx context.Context) error {
	since, ok := s.standing.since()
	if !ok {
		return nil
	}
	c, err := changesSince(ctx, s.db, since)
	if err != nil {
		return err
	}
	s.standing.markViewersDue(c.users)
	for keys := range slices.Chunk(dedupe(c.keys), perStatement) {
		if err := s.updateLists(ctx, keys); err != nil {
			return err
		}
	}
	s.standing.advance(c.watermark)
	return s.refresh(ctx)
}

// dedupe returns the keys without duplicates.
func dedupe(keys []key) []key {
	seen := map[key]bool{}
	return slices.DeleteFunc(slices.Clone(keys), func(k key) bool {
		again := seen[k]
		seen[k] = true
		return again
	})
}

// updateLists inserts changed entries into the lists that they belong to, and removes them
// from the others. One statement evaluates all queries that the entries may concern, by the
// same condition as a search. Queries whose new list is not known are marked due.
func (s *Service) updateLists(ctx context.Context, keys []key) error {
	entries, err := indexedEntries(ctx, s.db, keys)
	if err != nil {
		return err
	}
	reqs, groups := groupByResult(s.standing.candidates(keys, entries))
	if len(reqs) == 0 {
		return nil
	}
	found, err := s.statements.resultsAmong(ctx, s.db, reqs, keys)
	if err != nil {
		return err
	}
	for i, results := range found {
		for _, st := range groups[i] {
			s.standing.updateList(ctx, s.hub, st, keys, results)
		}
	}
	return nil
}

// refresh runs the due queries again and sends the differences. A query that fails stays due.
func (s *Service) refresh(ctx context.Context) error {
	reqs, groups := groupByResult(s.standing.takeDue())
	defer func() { s.standing.markDue(slices.Concat(groups...)) }() // also after a panic
	for len(reqs) > 0 {
		n := min(len(reqs), perStatement)
		found, err := s.statements.bestResults(ctx, s.db, reqs[:n], pageSize, 0)
		if err != nil {
			return err
		}
		for i, results := range found {
			for _, st := range groups[i] {
				s.standing.replaceList(ctx, s.hub, st, results)
			}
		}
		reqs, groups = reqs[n:], groups[n:]
	}
	return nil
}

// groupByResult groups standing queries that have the same results, so that each group is
// evaluated once: the same words, for the same viewer or among kinds that every user may see.
func groupByResult(all []*standingQuery) (reqs []parsedRequest, groups [][]*standingQuery) {
	at := map[string]int{}
	for _, st := range all {
		p := st.parsedRequest
		if len(p.Kinds) > 0 && !slices.ContainsFunc(p.Kinds, index.Kind.Restricted) {
			p.Viewer = 0
		}
		same := fmt.Sprint(p.Viewer, "\n", spaceSeparated(p.Kinds), "\n", p.query.tsquery(), "\n", p.name())
		n, ok := at[same]
		if !ok {
			n = len(reqs)
			at[same] = n
			reqs, groups = append(reqs, p), append(groups, nil)
		}
		groups[n] = append(groups[n], st)
	}
	return reqs, groups
}

// since returns the watermark, or false if there are no standing queries.
func (r *registry) since() (watermark string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.conns) == 0 {
		r.watermark = ""
	}
	return r.watermark, r.watermark != ""
}

// advance moves the watermark, if there is one.
func (r *registry) advance(watermark string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watermark != "" {
		r.watermark = watermark
	}
}

// markAllDue marks every query to be run again.
func (r *registry) markAllDue() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, st := range r.conns {
		r.due[st] = struct{}{}
	}
}

func (r *registry) markDue(standing []*standingQuery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, st := range standing {
		if r.conns[st.conn] == st {
			r.due[st] = struct{}{}
		}
	}
}

func (r *registry) markViewersDue(users []int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range users {
		maps.Copy(r.due, r.viewers[id])
	}
}

// candidates returns the queries that show one of the keys or may find one of the entries,
// except those that are due already.
func (r *registry) candidates(keys []key, entries []indexedEntry) []*standingQuery {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := map[*standingQuery]struct{}{}
	for _, k := range keys {
		maps.Copy(found, r.showing[k])
	}
	for _, e := range entries {
		r.finder.find(e, found)
	}
	maps.DeleteFunc(found, func(st *standingQuery, _ struct{}) bool {
		_, due := r.due[st]
		return due
	})
	return slices.Collect(maps.Keys(found))
}

// updateList sends the connection its new list, given which of the keys the query finds now.
// If the list is not known from that, the query is marked due.
func (r *registry) updateList(ctx context.Context, h *hub.Hub, st *standingQuery, keys []key, found []Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns[st.conn] != st {
		return // the connection has another query, or none, by now
	}
	list, complete := listAfter(st.shown, keys, found)
	if !st.ready || !complete {
		r.due[st] = struct{}{}
		return
	}
	r.sendDifference(ctx, h, st, list)
}

// takeDue returns the due queries that are ready; the others stay due.
func (r *registry) takeDue() []*standingQuery {
	r.mu.Lock()
	defer r.mu.Unlock()
	var due []*standingQuery
	for st := range r.due {
		if st.ready {
			due = append(due, st)
			delete(r.due, st)
		}
	}
	return due
}
