package presence

import (
	"maps"
	"slices"
	"time"
)

// roster is who is here, as one node knows it: of its own connections at once,
// of other nodes' by their leases. It decides who is online, what has to be
// written, and what has to be told, and does none of it: no clock, no SQL, no
// hub. It is not safe for use at once.
type roster struct {
	grace  time.Duration
	people map[int64]*person

	leaving   map[int64]bool // without a connection here, and not yet given up
	elsewhere map[int64]bool // with a lease of another node
	unwritten map[int64]bool // the lease in the database may differ
	untold    map[int64]bool // the watchers may have been told something else
}

// person is somebody as this node knows them.
type person struct {
	tabs      map[string]bool // connections to this node → idle
	here      bool            // has tabs, or had within the grace
	wentAt    time.Time       // when the last tab closed
	idleHere  bool            // as of the last tab
	elsewhere *lease          // of all other nodes; nil: none
	known     bool            // the choice was read since they came
	choice    Choice
	written   *lease    // of this node, in the database; nil: none
	told      Presence  // to others
	toldSelf  *Presence // to their own tabs; nil: they know by themselves
}

// lease says that a node, or several, have somebody.
type lease struct{ idle bool }

func newRoster(grace time.Duration) *roster {
	return &roster{
		grace: grace, people: map[int64]*person{}, leaving: map[int64]bool{},
		elsewhere: map[int64]bool{}, unwritten: map[int64]bool{}, untold: map[int64]bool{},
	}
}

func (r *roster) person(id int64) *person {
	p := r.people[id]
	if p == nil {
		p = &person{tabs: map[string]bool{}, choice: unchosen, told: Presence{Status: Offline}}
		r.people[id] = p
	}
	return p
}

func (r *roster) touch(id int64) { r.unwritten[id], r.untold[id] = true, true }

// open notes a connection. What somebody chose while nobody here watched may be
// new, so whoever comes is unknown until it was read: else the invisible would
// show for a moment.
func (r *roster) open(id int64, tab string) {
	p := r.person(id)
	if !p.present() {
		p.known = false
	}
	p.here, p.tabs[tab] = true, false
	delete(r.leaving, id)
	r.touch(id)
}

// close notes the end of a connection. The grace begins with the last one.
func (r *roster) close(id int64, tab string, now time.Time) {
	p := r.people[id]
	if p == nil {
		return
	}
	idle, had := p.tabs[tab]
	if !had {
		return
	}
	if delete(p.tabs, tab); len(p.tabs) == 0 {
		p.idleHere, p.wentAt, p.toldSelf = idle, now, nil
		r.leaving[id] = true
	}
	r.touch(id)
}

// idle notes whether somebody is active at a connection.
func (r *roster) idle(id int64, tab string, idle bool) {
	p := r.people[id]
	if p == nil {
		return
	}
	if _, has := p.tabs[tab]; has {
		p.tabs[tab] = idle
		r.touch(id)
	}
}

// expire gives up whose grace is over. Others learn when the last connection
// went, unless they thought so long before.
func (r *roster) expire(now time.Time) {
	for id := range r.leaving {
		p := r.people[id]
		if now.Sub(p.wentAt) < r.grace {
			continue
		}
		p.here = false
		if p.choice.Status != Invisible {
			p.choice.LastSeenAt = later(p.choice.LastSeenAt, new(p.wentAt))
		}
		delete(r.leaving, id)
		r.touch(id)
	}
}

// nextExpiry is when expire has something to do; false: nobody is leaving.
func (r *roster) nextExpiry() (at time.Time, ok bool) {
	for id := range r.leaving {
		if due := r.people[id].wentAt.Add(r.grace); !ok || due.Before(at) {
			at, ok = due, true
		}
	}
	return at, ok
}

// record is what the database knows of somebody.
type record struct {
	userID    int64
	choice    Choice
	elsewhere *lease // nil: no other node has them
}

// see takes in everybody who has a lease of any node, as the database had it.
// Whoever lost their last lease elsewhere is read anew: when were they seen?
func (r *roster) see(leases []record) {
	before := r.elsewhere
	r.elsewhere = map[int64]bool{}
	for _, l := range leases {
		p := r.person(l.userID)
		p.learn(l.choice)
		if p.elsewhere = l.elsewhere; l.elsewhere != nil {
			r.elsewhere[l.userID] = true
		}
		r.touch(l.userID)
	}
	for id := range before {
		if p := r.people[id]; !r.elsewhere[id] {
			p.elsewhere, p.known = nil, p.here
			r.touch(id)
		}
	}
}

// learn takes in what was read of people.
func (r *roster) learn(found []record) {
	for _, f := range found {
		r.person(f.userID).learn(f.choice)
		r.untold[f.userID] = true
	}
}

// learn keeps the newer of two choices: a read may be older than what was
// chosen since.
func (p *person) learn(c Choice) {
	seen := later(p.choice.LastSeenAt, c.LastSeenAt)
	if c.Version >= p.choice.Version {
		p.choice = c
	}
	p.choice.LastSeenAt, p.known = seen, true
}

// choose takes in what somebody has just chosen.
func (r *roster) choose(id int64, c Choice) {
	r.person(id).learn(c)
	r.untold[id] = true
}

// unknown lists whom to read of the ids.
func (r *roster) unknown(ids []int64) []int64 {
	var unknown []int64
	for _, id := range ids {
		if p := r.people[id]; p == nil || !p.known {
			unknown = append(unknown, id)
		}
	}
	return unknown
}

// strangers lists whom to read before they can be told of.
func (r *roster) strangers() []int64 { return r.unknown(slices.Collect(maps.Keys(r.untold))) }

// writes are the leases that the database lacks or has too many.
type writes struct {
	taken  []int64 // people, in ascending order
	idle   []bool  // of the taken
	given  []int64 // people whose lease ends, in ascending order
	wentAt []time.Time
}

func (w writes) none() bool { return len(w.taken) == 0 && len(w.given) == 0 }

// toWrite collects what to write of this node's leases.
func (r *roster) toWrite() writes {
	var w writes
	for _, id := range slices.Sorted(maps.Keys(r.unwritten)) {
		p := r.people[id]
		switch {
		case p.here && (p.written == nil || p.written.idle != p.allIdle()):
			w.taken, w.idle = append(w.taken, id), append(w.idle, p.allIdle())
		case !p.here && p.written != nil:
			w.given, w.wentAt = append(w.given, id), append(w.wentAt, p.wentAt)
		default:
			delete(r.unwritten, id)
		}
	}
	return w
}

// wrote notes that the database has it.
func (r *roster) wrote(w writes) {
	for i, id := range w.taken {
		r.people[id].written = &lease{idle: w.idle[i]}
	}
	for _, id := range w.given {
		r.people[id].written = nil
	}
}

// rewrite notes that the database has lost all leases of this node.
func (r *roster) rewrite() {
	for id, p := range r.people {
		if p.written = nil; p.here {
			r.unwritten[id] = true
		}
	}
}
