package search

import (
	"cmp"
	"slices"

	"hubbub/internal/live/hub"
)

// difference returns the events that turn the list was into the list is, for a client that
// applies them in order: an added result is inserted at its position, an updated one is
// removed and inserted at its position, a removed one is removed.
func difference(was, is []Result, number *int64) []hub.DigestEvent {
	var notes []hub.DigestEvent
	note := func(ev hub.Event) { notes = append(notes, hub.DigestEvent{Event: ev}) }
	list := slices.Clone(was)
	list = slices.DeleteFunc(list, func(r Result) bool {
		isRemoved := indexOf(is, r.key()) < 0
		if isRemoved {
			note(newRemovedEvent(RemovedResult{r.Kind, r.ID, number}))
		}
		return isRemoved
	})
	for i, r := range is {
		if i < len(list) && list[i].equal(r) {
			continue
		}
		list = moveDown(list, is, i, number, note)
		now := indexOf(list, r.key())
		switch {
		case now == i && list[i].equal(r):
			continue
		case now < 0:
			note(newAddedEvent(PlacedResult{r, i, number}))
		default:
			list = slices.Delete(list, now, now+1)
			note(newUpdatedEvent(PlacedResult{r, i, number}))
		}
		list = slices.Insert(list, i, r)
	}
	return notes
}

// moveDown moves changed results that belong further down out of place i at once. Otherwise
// each result that they were above would need an event to move up.
func moveDown(list, is []Result, i int, number *int64, note func(hub.Event)) []Result {
	for i < len(list) {
		to := indexOf(is, list[i].key())
		if to <= i || list[i].equal(is[to]) {
			return list
		}
		list = slices.Delete(list, i, i+1)
		place := min(to, len(list))
		list = slices.Insert(list, place, is[to])
		note(newUpdatedEvent(PlacedResult{is[to], place, number}))
	}
	return list
}

// indexOf returns the index of the result with the key, or -1.
func indexOf(list []Result, k key) int {
	return slices.IndexFunc(list, func(r Result) bool { return r.key() == k })
}

// listAfter returns a list after the entries of the keys have changed; found are those of them
// that the query finds now. complete is false when the list was full and a result that is not
// in it, and so not known here, may have moved up.
func listAfter(list []Result, keys []key, found []Result) (now []Result, complete bool) {
	now = slices.DeleteFunc(slices.Clone(list), func(r Result) bool { return slices.Contains(keys, r.key()) })
	now = append(now, found...)
	slices.SortFunc(now, compareResults)
	if len(list) < pageSize {
		return now[:min(len(now), pageSize)], true
	}
	if len(now) < pageSize || compareResults(now[pageSize-1], list[pageSize-1]) > 0 {
		return nil, false
	}
	return now[:pageSize], true
}

// compareResults orders results as the store does: the best first, among equal scores the
// newest. No two results are equal.
func compareResults(a, b Result) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), b.At.Compare(a.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}
