package search

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"hubbub/internal/hub"
	"hubbub/internal/loop"
)

const (
	pollEvery = time.Second           // how late a change of another node, or a lost hint, is seen
	pace      = 50 * time.Millisecond // between two rounds: what changes meanwhile is looked at together

	keepChanges = 10 * time.Minute // far longer than any node needs to look
	longAway    = 5 * time.Minute  // whoever has not looked for so long asks everything again
	perAsk      = 100              // queries, and entries, in one statement
)

// Run looks at what changes and tells the standing queries and the saved
// searches, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() {
		loop.Run(ctx, loop.Config{Name: "search-saved", Guard: s.guard, Period: s.poll}, s.tellSaved)
	})
	running.Go(func() {
		loop.Run(ctx, loop.Config{Name: "search-forget", Guard: s.guard, Period: keepChanges / 10}, s.forget)
	})
	looked := time.Now()
	loop.Run(ctx, loop.Config{Name: "search-lists", Guard: s.guard, Period: s.poll, Wake: s.moved}, func(ctx context.Context) error {
		if time.Since(looked) > longAway {
			s.standing.restart()
		}
		if err := s.percolate(ctx); err != nil {
			return err
		}
		looked = time.Now()
		rest(ctx, pace)
		return nil
	})
	running.Wait()
}

func (s *Service) forget(ctx context.Context) error { return forgetChanges(ctx, s.db, keepChanges) }

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// percolate is one round: which standing queries does what has changed concern,
// and what do they show now?
func (s *Service) percolate(ctx context.Context) error {
	since, ok := s.standing.since()
	if !ok {
		return nil
	}
	c, err := changesSince(ctx, s.db, since)
	if err != nil {
		return err
	}
	s.standing.markViewers(c.users)
	for keys := range slices.Chunk(once(c.keys), perAsk) {
		if err := s.settle(ctx, keys); err != nil {
			return err
		}
	}
	s.standing.advance(c.upto)
	return s.refresh(ctx)
}

// once are the keys without those that are there again.
func once(keys []key) []key {
	seen := map[key]bool{}
	return slices.DeleteFunc(slices.Clone(keys), func(k key) bool {
		again := seen[k]
		seen[k] = true
		return again
	})
}

// settle puts changed entries into the lists that they belong to, and takes them
// out of others: one statement asks all queries that they may concern, by the
// rule that a search finds by. What lists do not know themselves becomes due.
func (s *Service) settle(ctx context.Context, keys []key) error {
	entries, err := indexedOf(ctx, s.db, keys)
	if err != nil {
		return err
	}
	asks, groups := together(s.standing.candidates(keys, entries))
	if len(asks) == 0 {
		return nil
	}
	found, err := s.ask.among(ctx, s.db, asks, keys)
	if err != nil {
		return err
	}
	for i, results := range found {
		for _, st := range groups[i] {
			s.standing.settle(ctx, s.hub, st, keys, results)
		}
	}
	return nil
}

// refresh asks again what is due and tells the difference. What fails stays due.
func (s *Service) refresh(ctx context.Context) error {
	asks, groups := together(s.standing.takeDue())
	defer func() { s.standing.mark(slices.Concat(groups...)) }() // also of a panic
	for len(asks) > 0 {
		n := min(len(asks), perAsk)
		found, err := s.ask.bestOf(ctx, s.db, asks[:n], shown, 0)
		if err != nil {
			return err
		}
		for i, results := range found {
			for _, st := range groups[i] {
				s.standing.moveOn(ctx, s.hub, st, results)
			}
		}
		asks, groups = asks[n:], groups[n:]
	}
	return nil
}

// together groups standing queries that find the same, to be asked once: the
// same words among kinds that everybody may see, or of the same viewer.
func together(all []*standing) (asks []parsed, groups [][]*standing) {
	at := map[string]int{}
	for _, st := range all {
		p := st.parsed
		if len(p.Kinds) > 0 && !slices.ContainsFunc(p.Kinds, Kind.restricted) {
			p.Viewer = 0
		}
		same := fmt.Sprint(p.Viewer, "\n", listed(p.Kinds), "\n", p.query.tsquery(), "\n", p.name())
		n, ok := at[same]
		if !ok {
			n = len(asks)
			at[same] = n
			asks, groups = append(asks, p), append(groups, nil)
		}
		groups[n] = append(groups[n], st)
	}
	return asks, groups
}

// since is from where on changes have to be looked at; ok is false when nobody
// waits for any.
func (r *registry) since() (upto string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.conns) == 0 {
		r.upto = ""
	}
	return r.upto, r.upto != ""
}

func (r *registry) advance(upto string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.upto != "" {
		r.upto = upto
	}
}

// restart makes everything due.
func (r *registry) restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, st := range r.conns {
		r.due[st] = struct{}{}
	}
}

func (r *registry) mark(standing []*standing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, st := range standing {
		if r.conns[st.conn] == st {
			r.due[st] = struct{}{}
		}
	}
}

func (r *registry) markViewers(users []int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range users {
		maps.Copy(r.due, r.viewers[id])
	}
}

// candidates are the queries that show one of the entries, or may find it, and
// are not due already.
func (r *registry) candidates(keys []key, entries []indexed) []*standing {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := map[*standing]struct{}{}
	for _, k := range keys {
		maps.Copy(found, r.showing[k])
	}
	for _, e := range entries {
		r.finder.find(e, found)
	}
	maps.DeleteFunc(found, func(st *standing, _ struct{}) bool {
		_, due := r.due[st]
		return due
	})
	return slices.Collect(maps.Keys(found))
}

// settle tells the connection what its list is now that of the keys it finds
// these. A list that cannot know becomes due.
func (r *registry) settle(ctx context.Context, h *hub.Hub, st *standing, keys []key, found []Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns[st.conn] != st {
		return // it asks for something else by now
	}
	list, certain := settled(st.shown, keys, found)
	if !st.ready || !certain {
		r.due[st] = struct{}{}
		return
	}
	r.tell(ctx, h, st, list)
}

// takeDue returns what is due and was answered; the others stay due.
func (r *registry) takeDue() []*standing {
	r.mu.Lock()
	defer r.mu.Unlock()
	var due []*standing
	for st := range r.due {
		if st.ready {
			due = append(due, st)
			delete(r.due, st)
		}
	}
	return due
}
