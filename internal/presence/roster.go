package presence

import (
	"maps"
	"slices"
	"time"
)

// roster is the presence of all users as one node knows it: from its own
// connections, without delay, and from the leases of other nodes. It decides who
// is online, which leases to write and what to send, and does none of it: it has
// no clock, no SQL and no hub. It is not safe for concurrent use.
type roster struct {
	grace  time.Duration
	people map[int64]*person

	leaving         map[int64]bool // users without a connection here, within the grace
	leasedElsewhere map[int64]bool // users with a lease of another node
	dirtyLeases     map[int64]bool // users whose lease in the database may be out of date
	dirtyUsers      map[int64]bool // users whose state may differ from what was sent
}

// person is one user as this node knows them.
type person struct {
	tabs         map[string]bool // connections to this node → idle
	here         bool            // has tabs, or had one within the grace
	lastClosedAt time.Time       // when the last tab closed
	idleHere     bool            // whether the last tab was idle when it closed
	otherLease   *lease          // of all other nodes together; nil: none
	choiceRead   bool            // choice has been read since the user came
	choice       Choice
	shown        bool      // see visible
	seenDue      bool      // shown has changed since the last diff
	storedLease  *lease    // of this node, in the database; nil: none
	sent         Presence  // what other users were last sent
	sentToSelf   *Presence // what the user's own tabs were last sent or rendered with; nil: not noted yet
}

// lease is the lease of one node for a user, or those of several nodes together.
type lease struct{ idle bool }

func newRoster(grace time.Duration) *roster {
	return &roster{
		grace: grace, people: map[int64]*person{}, leaving: map[int64]bool{},
		leasedElsewhere: map[int64]bool{}, dirtyLeases: map[int64]bool{}, dirtyUsers: map[int64]bool{},
	}
}

func (r *roster) person(id int64) *person {
	p := r.people[id]
	if p == nil {
		p = &person{tabs: map[string]bool{}, choice: defaultChoice, sent: Presence{Status: Offline}}
		r.people[id] = p
	}
	return p
}

func (r *roster) markDirty(id int64) { r.dirtyLeases[id], r.dirtyUsers[id] = true, true }

// open notes a new connection. While the user was away, they may have made another
// choice through another node. So the choice of a user who comes is unknown until
// it has been read; otherwise an invisible user would show for a moment.
func (r *roster) open(id int64, tab string) {
	p := r.person(id)
	if !p.present() {
		p.forgetChoice()
	}
	p.here, p.tabs[tab] = true, false
	delete(r.leaving, id)
	r.markDirty(id)
}

// close notes the end of a connection. The grace begins with the end of the last.
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
		p.idleHere, p.lastClosedAt, p.sentToSelf = idle, now, nil
		r.leaving[id] = true
	}
	r.markDirty(id)
}

// setIdle notes whether the user is idle at a connection.
func (r *roster) setIdle(id int64, tab string, idle bool) {
	p := r.people[id]
	if p == nil {
		return
	}
	if _, has := p.tabs[tab]; has {
		p.tabs[tab] = idle
		r.markDirty(id)
	}
}

// expire takes offline, on this node, the users whose grace is over. They were
// last seen when their last connection closed; but not if they are invisible,
// because others saw them go earlier.
func (r *roster) expire(now time.Time) {
	for id := range r.leaving {
		p := r.people[id]
		if now.Sub(p.lastClosedAt) < r.grace {
			continue
		}
		p.here = false
		if p.choice.Status != Invisible {
			p.choice.LastSeenAt = later(p.choice.LastSeenAt, new(p.lastClosedAt))
		}
		delete(r.leaving, id)
		r.markDirty(id)
	}
}

// nextExpiry returns when expire has something to do, or false if no grace runs.
func (r *roster) nextExpiry() (at time.Time, ok bool) {
	for id := range r.leaving {
		if due := r.people[id].lastClosedAt.Add(r.grace); !ok || due.Before(at) {
			at, ok = due, true
		}
	}
	return at, ok
}

// record is what the database has of a user.
type record struct {
	userID     int64
	choice     Choice
	otherLease *lease // nil: no other node has a lease
}

// applyLeases takes over all leases that the database has, one record for each
// user. The choice of a user who has lost the last lease elsewhere is read again,
// unless they are here: it has the time at which they were last seen.
func (r *roster) applyLeases(leases []record) {
	before := r.leasedElsewhere
	r.leasedElsewhere = map[int64]bool{}
	for _, l := range leases {
		p := r.person(l.userID)
		p.applyChoice(l.choice)
		if p.otherLease = l.otherLease; l.otherLease != nil {
			r.leasedElsewhere[l.userID] = true
		}
		r.markDirty(l.userID)
	}
	for id := range before {
		if p := r.people[id]; !r.leasedElsewhere[id] {
			if p.otherLease = nil; !p.here {
				p.forgetChoice()
			}
			r.markDirty(id)
		}
	}
}

// applyChoices takes over choices that were read from the database.
func (r *roster) applyChoices(found []record) {
	for _, f := range found {
		r.person(f.userID).applyChoice(f.choice)
		r.dirtyUsers[f.userID] = true
	}
}

// applyChoice keeps the newer of two choices, because a read can return one that
// has been replaced since.
func (p *person) applyChoice(c Choice) {
	seen := later(p.choice.LastSeenAt, c.LastSeenAt)
	if c.Version >= p.choice.Version {
		p.choice = c
	}
	p.choice.LastSeenAt, p.choiceRead = seen, true
	if p.choice.Status == Invisible {
		p.show(false)
	}
}

// forgetChoice lets the choice be read again. The user has no connection here.
func (p *person) forgetChoice() { p.choiceRead, p.shown, p.seenDue = false, false, false }

// applyChoice takes over what the user has just chosen.
func (r *roster) applyChoice(id int64, c Choice) {
	r.person(id).applyChoice(c)
	r.dirtyUsers[id] = true
}

// missingChoices returns those of the users whose choice has to be read.
func (r *roster) missingChoices(ids []int64) []int64 {
	var missing []int64
	for _, id := range ids {
		if p := r.people[id]; p == nil || !p.choiceRead {
			missing = append(missing, id)
		}
	}
	return missing
}

// choicesToRead returns the users whose choice has to be read before their changes
// can be sent.
func (r *roster) choicesToRead() []int64 {
	return r.missingChoices(slices.Collect(maps.Keys(r.dirtyUsers)))
}

// leaseChanges are the leases of this node to insert or update, and to delete.
type leaseChanges struct {
	acquired     []int64     // users, in ascending order
	idle         []bool      // for each of acquired
	released     []int64     // users whose lease ends, in ascending order
	lastClosedAt []time.Time // for each of released
}

func (w leaseChanges) empty() bool { return len(w.acquired) == 0 && len(w.released) == 0 }

// pendingLeases returns the changes of this node's leases that have to be written.
func (r *roster) pendingLeases() leaseChanges {
	var w leaseChanges
	for _, id := range slices.Sorted(maps.Keys(r.dirtyLeases)) {
		p := r.people[id]
		switch {
		case p.here && (p.storedLease == nil || p.storedLease.idle != p.allIdle()):
			w.acquired, w.idle = append(w.acquired, id), append(w.idle, p.allIdle())
		case !p.here && p.storedLease != nil:
			w.released, w.lastClosedAt = append(w.released, id), append(w.lastClosedAt, p.lastClosedAt)
		default:
			delete(r.dirtyLeases, id)
		}
	}
	return w
}

// confirmLeases notes that the database has the changes.
func (r *roster) confirmLeases(w leaseChanges) {
	for i, id := range w.acquired {
		r.people[id].storedLease = &lease{idle: w.idle[i]}
	}
	for _, id := range w.released {
		r.people[id].storedLease = nil
	}
}

// resetLeases notes that the database has lost all leases of this node.
func (r *roster) resetLeases() {
	for id, p := range r.people {
		if p.storedLease = nil; p.here {
			r.dirtyLeases[id] = true
		}
	}
}
