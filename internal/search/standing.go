package search

import (
	"context"
	"sync"

	"hubbub/internal/live/hub"
)

// standingQuery is a query that a connection is subscribed to.
type standingQuery struct {
	parsedRequest
	conn   *hub.Conn
	number *int64
	ready  bool     // the answer of Subscribe is recorded
	shown  []Result // the results that the connection shows, once ready
}

// registry holds the standing queries of this node.
type registry struct {
	mu        sync.Mutex
	conns     map[*hub.Conn]*standingQuery
	finder    finder[*standingQuery]
	showing   map[key]map[*standingQuery]struct{} // the queries that show an entry
	viewers   map[int64]map[*standingQuery]struct{}
	due       map[*standingQuery]struct{} // the queries to run again
	watermark string                      // the snapshot up to which changes are processed; "" if there is no query
}

func newRegistry() *registry {
	return &registry{
		conns: map[*hub.Conn]*standingQuery{}, finder: newFinder[*standingQuery](),
		showing: map[key]map[*standingQuery]struct{}{}, viewers: map[int64]map[*standingQuery]struct{}{},
		due: map[*standingQuery]struct{}{},
	}
}

// Subscribe makes the query the connection's standing query, in place of any other, and
// returns its best results. Events come after the answer. A blank query has no results, and
// leaves the connection without a standing query.
//
// The query is registered before it is run, so each change is either in the answer or sent as
// an event.
func (s *Service) Subscribe(ctx context.Context, conn *hub.Conn, req Request, number *int64) ([]Result, error) {
	p, err := parseRequest(req)
	if err != nil {
		return nil, err
	}
	s.Unsubscribe(conn)
	if p.query.blank() {
		return []Result{}, nil
	}
	st := &standingQuery{parsedRequest: p, conn: conn, number: number}
	results, err := s.begin(ctx, st)
	if err != nil {
		s.Unsubscribe(conn)
		return nil, err
	}
	if due := s.standing.recordAnswer(st, results); due {
		s.Changed()
	}
	return results, nil
}

func (s *Service) begin(ctx context.Context, st *standingQuery) ([]Result, error) {
	if following := s.standing.add(st); !following {
		now, err := snapshot(ctx, s.db)
		if err != nil {
			return nil, err
		}
		s.standing.follow(now)
	}
	if _, err := s.hub.Join(st.conn, roomOf(st.conn), nil); err != nil {
		s.standing.remove(st.conn) // if it has closed already, onLeave is not called again
		return nil, err
	}
	st.conn.Hold(roomOf(st.conn))
	found, err := s.statements.bestResults(ctx, s.db, []parsedRequest{st.parsedRequest}, pageSize, 0)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Unsubscribe ends the connection's standing query, if it has one.
func (s *Service) Unsubscribe(conn *hub.Conn) { s.hub.Leave(conn, roomOf(conn)) }

// onLeave removes the standing query of a connection that unsubscribed or closed.
func (s *Service) onLeave(l hub.Left) { s.standing.remove(l.Conn) }

// StandingQueries returns the number of standing queries on this node.
func (s *Service) StandingQueries() int {
	s.standing.mu.Lock()
	defer s.standing.mu.Unlock()
	return len(s.standing.conns)
}

// add registers the query, and reports whether the registry has a watermark already.
func (r *registry) add(st *standingQuery) (following bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[st.conn] = st
	r.finder.add(st, st.parsedRequest)
	put(r.viewers, st.Viewer, st)
	return r.watermark != ""
}

// follow sets the watermark, unless there is one.
func (r *registry) follow(watermark string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watermark == "" {
		r.watermark = watermark
	}
}

func (r *registry) remove(conn *hub.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	st := r.conns[conn]
	if st == nil {
		return
	}
	delete(r.conns, conn)
	delete(r.due, st)
	r.finder.remove(st)
	drop(r.viewers, st.Viewer, st)
	r.setShown(st, nil)
}

// recordAnswer stores the results that the connection is about to get, and reports whether the
// query has to be run again because something changed since it was added.
func (r *registry) recordAnswer(st *standingQuery, results []Result) (due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns[st.conn] != st {
		return false
	}
	st.ready = true
	r.setShown(st, results)
	_, due = r.due[st]
	return due
}

// setShown replaces the results that the connection shows. r.mu must be held.
func (r *registry) setShown(st *standingQuery, results []Result) {
	for _, result := range st.shown {
		drop(r.showing, result.key(), st)
	}
	st.shown = results
	for _, result := range results {
		put(r.showing, result.key(), st)
	}
}

// replaceList sends the connection the difference between its list and the results.
func (r *registry) replaceList(ctx context.Context, h *hub.Hub, st *standingQuery, results []Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns[st.conn] != st {
		return // the connection has another query, or none, by now
	}
	r.sendDifference(ctx, h, st, results)
}

// sendDifference sends the difference with r.mu held, so that events go to the query that they
// belong to, or to none.
func (r *registry) sendDifference(ctx context.Context, h *hub.Hub, st *standingQuery, results []Result) {
	if notes := difference(st.shown, results, st.number); len(notes) > 0 {
		r.setShown(st, results)
		h.SendDigest(ctx, notes, nil, roomOf(st.conn))
	}
}

func put[K, T comparable](m map[K]map[T]struct{}, k K, t T) {
	if m[k] == nil {
		m[k] = map[T]struct{}{}
	}
	m[k][t] = struct{}{}
}

func drop[K, T comparable](m map[K]map[T]struct{}, k K, t T) {
	if delete(m[k], t); len(m[k]) == 0 {
		delete(m, k)
	}
}
