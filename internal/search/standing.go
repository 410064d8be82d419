package search

import (
	"context"
	"sync"

	"hubbub/internal/hub"
)

// standing is a query that a connection stays subscribed to.
type standing struct {
	parsed
	conn   *hub.Conn
	number *int64
	ready  bool     // it was answered
	shown  []Result // what the connection has, once it is ready
}

// registry is this node's standing queries.
type registry struct {
	mu      sync.Mutex
	conns   map[*hub.Conn]*standing
	finder  finder[*standing]
	showing map[key]map[*standing]struct{} // who shows an entry
	viewers map[int64]map[*standing]struct{}
	due     map[*standing]struct{} // to be asked again
	upto    string                 // the snapshot up to which changes were looked at; "": nobody looks
}

func newRegistry() *registry {
	return &registry{
		conns: map[*hub.Conn]*standing{}, finder: newFinder[*standing](), showing: map[key]map[*standing]struct{}{},
		viewers: map[int64]map[*standing]struct{}{}, due: map[*standing]struct{}{},
	}
}

// Subscribe makes the query the connection's standing one, in place of any
// other, and returns its best results. Events follow behind the answer. A blank
// query has none, and leaves no standing query.
//
// It is registered before it is asked, so that a change is either in the answer
// or told of.
func (s *Service) Subscribe(ctx context.Context, conn *hub.Conn, ask Ask, number *int64) ([]Result, error) {
	p, err := understand(ask)
	if err != nil {
		return nil, err
	}
	s.Unsubscribe(conn)
	if p.query.blank() {
		return []Result{}, nil
	}
	st := &standing{parsed: p, conn: conn, number: number}
	results, err := s.begin(ctx, st)
	if err != nil {
		s.Unsubscribe(conn)
		return nil, err
	}
	if due := s.standing.answer(st, results); due {
		s.Changed()
	}
	return results, nil
}

func (s *Service) begin(ctx context.Context, st *standing) ([]Result, error) {
	if followed := s.standing.add(st); !followed {
		now, err := snapshot(ctx, s.db)
		if err != nil {
			return nil, err
		}
		s.standing.follow(now)
	}
	if _, err := s.hub.Join(st.conn, roomOf(st.conn), nil); err != nil {
		s.standing.remove(st.conn) // it may be gone already, and not leave again
		return nil, err
	}
	st.conn.Hold(roomOf(st.conn))
	found, err := s.ask.bestOf(ctx, s.db, []parsed{st.parsed}, shown, 0)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Unsubscribe ends the connection's standing query, if it has one.
func (s *Service) Unsubscribe(conn *hub.Conn) { s.hub.Leave(conn, roomOf(conn)) }

// left forgets the standing query of a connection that has left it, or ended.
func (s *Service) left(l hub.Left) { s.standing.remove(l.Conn) }

// Standing is how many standing queries there are on this node.
func (s *Service) Standing() int {
	s.standing.mu.Lock()
	defer s.standing.mu.Unlock()
	return len(s.standing.conns)
}

// add says whether the changes are followed already.
func (r *registry) add(st *standing) (followed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[st.conn] = st
	r.finder.add(st, st.parsed)
	put(r.viewers, st.Viewer, st)
	return r.upto != ""
}

// follow begins to look at what changes after the snapshot, unless that has
// begun.
func (r *registry) follow(upto string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.upto == "" {
		r.upto = upto
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
	r.show(st, nil)
}

// answer notes what the connection is about to have. due: something has changed
// meanwhile.
func (r *registry) answer(st *standing, results []Result) (due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns[st.conn] != st {
		return false
	}
	st.ready = true
	r.show(st, results)
	_, due = r.due[st]
	return due
}

func (r *registry) show(st *standing, results []Result) {
	for _, result := range st.shown {
		drop(r.showing, result.key(), st)
	}
	st.shown = results
	for _, result := range results {
		put(r.showing, result.key(), st)
	}
}

// moveOn tells the connection of what is different to what it has.
func (r *registry) moveOn(ctx context.Context, h *hub.Hub, st *standing, results []Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns[st.conn] != st {
		return // it asks for something else by now
	}
	r.tell(ctx, h, st, results)
}

// tell sends the difference while the lock is held: so it goes to the query that
// it is about, or to none.
func (r *registry) tell(ctx context.Context, h *hub.Hub, st *standing, results []Result) {
	if notes := difference(st.shown, results, st.number); len(notes) > 0 {
		r.show(st, results)
		h.DigestHere(ctx, notes, nil, roomOf(st.conn))
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
