package yjs

// schedule orders the structs of an update so that each comes after those that it refers
// to, as yjs' integrateStructs does. If a struct has to wait for another client's, that
// client is pushed onto a stack.
type schedule struct {
	known  StateVector // of the document before the update
	queues map[uint64]*queue
	stack  []*queue
	gap    *ID // the first unit found to be missing
}

type queue struct {
	client  uint64
	structs []Struct // those that are left
	state   uint64
	waiting bool // is on the stack
	stuck   bool // its first struct refers to a missing unit
}

func newSchedule(u *Update, known StateVector) *schedule {
	s := &schedule{known: known, queues: make(map[uint64]*queue, len(u.Clients))}
	queues := make([]queue, len(u.Clients))
	for i := range u.Clients {
		block := &u.Clients[i]
		queues[i] = queue{client: block.Client, structs: block.Structs, state: known[block.Client]}
		s.queues[block.Client] = &queues[i]
	}
	return s
}

// run calls apply for each struct that can be integrated, until apply returns false.
// Structs that refer to missing units are left in their queues.
func (s *schedule) run(u *Update, apply func(client uint64, x *Struct) bool) {
	for i := range u.Clients {
		s.push(s.queues[u.Clients[i].Client])
		for len(s.stack) > 0 {
			if !s.step(apply) {
				return
			}
		}
	}
}

func (s *schedule) push(q *queue) {
	q.waiting = true
	s.stack = append(s.stack, q)
}

func (s *schedule) pop() {
	last := len(s.stack) - 1
	s.stack[last].waiting = false
	s.stack = s.stack[:last]
}

func (s *schedule) step(apply func(uint64, *Struct) bool) bool {
	q := s.stack[len(s.stack)-1]
	if q.stuck || len(q.structs) == 0 {
		s.pop()
		return true
	}
	x := &q.structs[0]
	if id, missing := s.missing(q, x); missing {
		s.wait(q, id)
		return true
	}
	if x.End() > q.state {
		q.state = x.End()
		if !apply(q.client, x) {
			return false
		}
	}
	q.structs = q.structs[1:]
	s.releaseBelow()
	return true
}

// wait makes the client of id go first. The unit is missing if that client has no structs
// left, or waits for q in a cycle.
func (s *schedule) wait(q *queue, id ID) {
	other := s.queues[id.Client]
	if other != nil && !other.stuck && !other.waiting && len(other.structs) > 0 {
		s.push(other)
		return
	}
	q.stuck = true
	if s.gap == nil {
		s.gap = &id
	}
}

// releaseBelow returns to the queue below on the stack as soon as that one does not have to
// wait any more. Otherwise two clients that refer to each other in turn would look like
// a cycle.
func (s *schedule) releaseBelow() {
	if n := len(s.stack); n > 1 {
		top, below := s.stack[n-1], s.stack[n-2]
		if id, missing := s.missing(below, &below.structs[0]); !missing || id.Client != top.client {
			s.pop()
		}
	}
}

// missing returns a unit that has to be integrated before x, and reports whether there is
// one.
func (s *schedule) missing(q *queue, x *Struct) (ID, bool) {
	switch {
	case x.Clock > q.state:
		return ID{q.client, q.state}, true
	case x.End() <= q.state:
		return ID{}, false
	case x.HasOrigin() && !s.has(x.Origin):
		return x.Origin, true
	case x.HasRight() && !s.has(x.Right):
		return x.Right, true
	case x.Parent != nil && !x.Parent.IsRoot && !s.has(x.Parent.Owner):
		return x.Parent.Owner, true
	}
	return ID{}, false
}

func (s *schedule) has(id ID) bool { return id.Clock < s.state(id.Client) }

func (s *schedule) state(client uint64) uint64 {
	if q := s.queues[client]; q != nil {
		return q.state
	}
	return s.known[client]
}

// Gap returns a unit that the update refers to and that is neither in it nor known: a
// predecessor, a neighbour, a parent or a deleted unit; or one that refers to itself in a
// cycle. It reports whether there is such a unit. Without one, yjs, too, integrates the
// whole update at once.
func (u *Update) Gap(known StateVector) (ID, bool) {
	s := newSchedule(u, known)
	s.run(u, func(uint64, *Struct) bool { return s.gap == nil })
	if s.gap != nil {
		return *s.gap, true
	}
	for client, ranges := range u.Deletes {
		if last := ranges[len(ranges)-1]; last.End() > s.state(client) {
			return ID{client, last.End() - 1}, true
		}
	}
	return ID{}, false
}
