package presence

import "slices"

func (p *person) present() bool { return p.here || p.otherLease != nil }

func (p *person) idle() bool {
	return (!p.here || p.allIdle()) && (p.otherLease == nil || p.otherLease.idle)
}

// allIdle reports whether every tab here is idle. During the grace it keeps the
// value of the last tab.
func (p *person) allIdle() bool {
	if len(p.tabs) == 0 {
		return p.idleHere
	}
	for _, idle := range p.tabs {
		if !idle {
			return false
		}
	}
	return true
}

// ownPresence returns how the user sees themselves.
func (p *person) ownPresence() Presence {
	switch {
	case !p.present():
		return Presence{Status: Offline, LastSeenAt: p.choice.LastSeenAt}
	case p.choice.Status == Online && p.idle():
		return Presence{Status: Away, Text: p.choice.Text}
	}
	return Presence{Status: p.choice.Status, Text: p.choice.Text}
}

// publicPresence returns how other users see the user. Until the choice has been
// read, it is what they were last sent.
func (p *person) publicPresence() Presence {
	if !p.choiceRead {
		return p.sent
	}
	own := p.ownPresence()
	if own.Status == Invisible {
		return Presence{Status: Offline, LastSeenAt: p.choice.LastSeenAt}
	}
	return own
}

// connected reports whether the user has connections to this node.
func (r *roster) connected(id int64) bool { return len(r.person(id).tabs) > 0 }

// visible reports whether others may see where the user is. It becomes true with
// the diff that says so and not before: else a user who comes and at once turns
// invisible would be shown, and no diff would be left that takes them away.
func (r *roster) visible(id int64) bool {
	p := r.people[id]
	return p != nil && p.shown
}

func (p *person) show(shown bool) {
	if p.shown != shown {
		p.shown, p.seenDue = shown, true
	}
}

// presence returns how the viewer sees the user with the id; viewer 0 is any
// other user.
func (r *roster) presence(viewer, id int64) Presence {
	p := r.people[id]
	switch {
	case p == nil:
		return Presence{Status: Offline}
	case viewer == id && p.choiceRead:
		return p.ownPresence()
	}
	return p.publicPresence()
}

// online returns the users that others see as online, in ascending order.
func (r *roster) online() []int64 {
	var ids []int64
	for id, p := range r.people {
		if p.present() && p.publicPresence().IsOnline() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// snapshot returns, in ascending order, the users who are online for a watcher
// that joins now: those that the other watchers were last sent as online. It
// leaves out changes that have not been sent yet, because a change that is undone
// before that is never sent. If Maya has just come and were in the answer, and
// went again before userOnline was sent, there would be no userOffline to take
// her out. A viewer gets no such events of themselves, and is listed as they are.
func (r *roster) snapshot(viewer int64) []int64 {
	var ids []int64
	for id, p := range r.people {
		if id == viewer && p.present() && p.publicPresence().IsOnline() || id != viewer && p.sent.IsOnline() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// diff is how a user's state differs from what was last sent.
type diff struct {
	userID        int64
	before, after Presence  // for other users
	self          *Presence // for the user's own tabs; nil: no change
	seen          bool      // visible has changed
}

func (n diff) cameOnline() bool  { return !n.before.IsOnline() && n.after.IsOnline() }
func (n diff) wentOffline() bool { return n.before.IsOnline() && !n.after.IsOnline() }

// changed reports whether other users see a difference.
func (n diff) changed() bool { return !n.after.looksLike(n.before) }

// pending returns the users with a diff to send, in ascending order.
func (r *roster) pending() []int64 {
	var ids []int64
	for id := range r.dirtyUsers {
		p := r.people[id]
		switch {
		case !p.choiceRead:
		case p.dirty():
			ids = append(ids, id)
		default:
			delete(r.dirtyUsers, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// dirty reports whether the user's state differs from what was last sent.
func (p *person) dirty() bool {
	return !p.publicPresence().looksLike(p.sent) || p.seenDue || p.shown != (p.choice.Status != Invisible) ||
		len(p.tabs) > 0 && (p.sentToSelf == nil || !p.ownPresence().looksLike(*p.sentToSelf))
}

// takeDiff returns the diff of a user and notes it as sent.
func (r *roster) takeDiff(id int64) diff {
	p := r.person(id)
	if !p.choiceRead {
		return diff{userID: id, before: p.sent, after: p.sent}
	}
	p.show(p.choice.Status != Invisible)
	n := diff{userID: id, before: p.sent, after: p.publicPresence(), seen: p.seenDue}
	p.sent, p.seenDue = n.after, false
	if self := p.ownPresence(); len(p.tabs) > 0 {
		if p.sentToSelf != nil && !self.looksLike(*p.sentToSelf) {
			n.self = &self
		}
		p.sentToSelf = &self
	}
	delete(r.dirtyUsers, id)
	return n
}
