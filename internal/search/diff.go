package search

import (
	"cmp"
	"slices"

	"hubbub/internal/hub"
)

// difference are the events after which a list that was shown is the new one,
// for whoever applies them in order: an added result goes to its position, an
// updated one is taken out and goes there, a removed one goes.
func difference(was, is []Result, number *int64) []hub.Note {
	var notes []hub.Note
	tell := func(ev hub.Event) { notes = append(notes, hub.Note{Event: ev}) }
	list := slices.Clone(was)
	list = slices.DeleteFunc(list, func(r Result) bool {
		gone := at(is, r.key()) < 0
		if gone {
			tell(removed(Gone{r.Kind, r.ID, number}))
		}
		return gone
	})
	for i, r := range is {
		if i < len(list) && list[i].same(r) {
			continue
		}
		list = moveAside(list, is, i, number, tell)
		now := at(list, r.key())
		switch {
		case now == i && list[i].same(r):
			continue
		case now < 0:
			tell(added(Placed{r, i, number}))
		default:
			list = slices.Delete(list, now, now+1)
			tell(updated(Placed{r, i, number}))
		}
		list = slices.Insert(list, i, r)
	}
	return notes
}

// moveAside lets results that have changed and belong further down go there at
// once: otherwise all that they stood before would have to move up.
func moveAside(list, is []Result, i int, number *int64, tell func(hub.Event)) []Result {
	for i < len(list) {
		to := at(is, list[i].key())
		if to <= i || list[i].same(is[to]) {
			return list
		}
		list = slices.Delete(list, i, i+1)
		place := min(to, len(list))
		list = slices.Insert(list, place, is[to])
		tell(updated(Placed{is[to], place, number}))
	}
	return list
}

// at is where the result with the key stands; -1: nowhere.
func at(list []Result, k key) int {
	return slices.IndexFunc(list, func(r Result) bool { return r.key() == k })
}

// settled is a list after the keys have changed, of which the query now finds
// some. certain is false when the list was full and what came behind it, which
// nobody here knows, may have moved up.
func settled(list []Result, keys []key, found []Result) (now []Result, certain bool) {
	now = slices.DeleteFunc(slices.Clone(list), func(r Result) bool { return slices.Contains(keys, r.key()) })
	now = append(now, found...)
	slices.SortFunc(now, order)
	if len(list) < shown {
		return now[:min(len(now), shown)], true
	}
	if len(now) < shown || order(now[shown-1], list[shown-1]) > 0 {
		return nil, false
	}
	return now[:shown], true
}

// order is the order of results, the same as that of the store: the best first,
// of equally good ones the newest, and none is equal to another.
func order(a, b Result) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), b.At.Compare(a.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}
