package presence

import "slices"

func (p *person) present() bool { return p.here || p.elsewhere != nil }

func (p *person) idle() bool {
	return (!p.here || p.allIdle()) && (p.elsewhere == nil || p.elsewhere.idle)
}

// allIdle says whether nobody is active at any tab here. In the grace it stays
// as it was.
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

// self is how somebody sees themselves.
func (p *person) self() Presence {
	switch {
	case !p.present():
		return Presence{Status: Offline, LastSeenAt: p.choice.LastSeenAt}
	case p.choice.Status == Online && p.idle():
		return Presence{Status: Away, Text: p.choice.Text}
	}
	return Presence{Status: p.choice.Status, Text: p.choice.Text}
}

// shown is how others see somebody; as long as nobody read who they are, they
// stay as they were.
func (p *person) shown() Presence {
	if !p.known {
		return p.told
	}
	self := p.self()
	if self.Status == Invisible {
		return Presence{Status: Offline, LastSeenAt: p.choice.LastSeenAt}
	}
	return self
}

// connected says whether somebody has connections to this node.
func (r *roster) connected(id int64) bool { return len(r.person(id).tabs) > 0 }

// visible says whether others may see somebody: not while it is unknown.
func (r *roster) visible(id int64) bool {
	p := r.people[id]
	return p != nil && p.known && p.choice.Status != Invisible
}

// presence is how the viewer sees somebody.
func (r *roster) presence(viewer, id int64) Presence {
	p := r.people[id]
	switch {
	case p == nil:
		return Presence{Status: Offline}
	case viewer == id && p.known:
		return p.self()
	}
	return p.shown()
}

// online lists who is online, for others, in ascending order.
func (r *roster) online() []int64 {
	var ids []int64
	for id, p := range r.people {
		if p.present() && p.shown().IsOnline() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// watched lists, in ascending order, whom a watcher who joins now has to believe
// online: those of whom the others were told so. What came since, or went, is
// told to all; an answer with it would leave the new one with whoever goes
// before that. Of themselves nobody is told, so the viewer is as they are.
func (r *roster) watched(viewer int64) []int64 {
	var ids []int64
	for id, p := range r.people {
		if id == viewer && p.present() && p.shown().IsOnline() || id != viewer && p.told.IsOnline() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// news is what has changed of somebody since it was last told.
type news struct {
	userID  int64
	was, is Presence
	own     *Presence // for their own tabs; nil: nothing new
}

func (n news) came() bool { return !n.was.IsOnline() && n.is.IsOnline() }
func (n news) went() bool { return n.was.IsOnline() && !n.is.IsOnline() }

// changed says whether there is anything to tell others.
func (n news) changed() bool { return !n.is.looksLike(n.was) }

// pending lists of whom there is news, in ascending order.
func (r *roster) pending() []int64 {
	var ids []int64
	for id := range r.untold {
		p := r.people[id]
		switch {
		case !p.known:
		case p.fresh():
			ids = append(ids, id)
		default:
			delete(r.untold, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// fresh says whether somebody has to be told something.
func (p *person) fresh() bool {
	return !p.shown().looksLike(p.told) || len(p.tabs) > 0 && (p.toldSelf == nil || !p.self().looksLike(*p.toldSelf))
}

// tell returns the news of somebody and takes them as told.
func (r *roster) tell(id int64) news {
	p := r.person(id)
	if !p.known {
		return news{userID: id, was: p.told, is: p.told}
	}
	n := news{userID: id, was: p.told, is: p.shown()}
	p.told = n.is
	if self := p.self(); len(p.tabs) > 0 {
		if p.toldSelf != nil && !self.looksLike(*p.toldSelf) {
			n.own = &self
		}
		p.toldSelf = &self
	}
	delete(r.untold, id)
	return n
}
