// Package search finds anything as you type, and goes on finding after you stopped.
//
// # The life of a search
//
//  1. A feature writes what can be found, in the transaction of the change
//     itself: Service.Put, Drop, and Grant and Revoke for who may see it. words.go
//     says what a word is; it is made here, in Go, so that entries, queries,
//     candidates and highlights agree on it.
//  2. Somebody types. query.go understands any text: words, "phrases", or, -not;
//     the last word may be a beginning.
//  3. store.go asks Postgres, with one rule (matches) of what a query finds: the
//     words, or a name that is nearly the same, of the kinds asked for, in a
//     scope that the viewer may see. The best are first, and their order is total.
//  4. GET /api/search/subscribe makes the query a standing one (standing.go): the
//     connection is in a room of its own, "search-<connection>", and the server
//     holds the 20 results that it shows.
//  5. After a commit the feature calls Changed. Run (percolate.go) reads what was
//     committed since it last looked, and finds the standing queries that it may
//     concern by their words, in memory (finder.go). One statement asks all of
//     them at once, by the rule of step 3, and what they find goes to its place
//     in their lists. A query is asked anew only when its list cannot know what
//     moves up, or when its viewer may see more or less than before.
//  6. Each connection is told the difference to what it shows (diff.go):
//     searchResultAdded, searchResultUpdated, searchResultRemoved, in one frame.
//  7. Saved searches (saved.go) are told by the same road, on one node at a time:
//     what they find now and did not find before goes to the Notifier.
//  8. Who looks is at /search (pages.go): a form that works without script, which
//     search.js makes a standing query. A result is drawn by one component, Item,
//     on the page, in an event's HTML and in the palette. search/list.js puts what
//     is told into its place, unless that moved a row which has the focus or lies
//     under the pointer: then a button says how much is new.
//  8. Who looks is at /search (pages.go): a form that works without script, which
//     search.js makes a standing query. A result is drawn by one component, Item,
//     on the page, in an event's HTML and in the palette. search/list.js puts what
//     is told into its place, unless that moved a row which has the focus or lies
//     under the pointer: then a button says how much is new.
//
// # What is kept
//
// The schema search: entries (what can be found), grants (who may see a scope
// that is not public), changes (what happened in the last minutes, for step 5),
// saved (searches that people keep), told (how far these were told), backfills
// (which features were indexed after they had data).
//
// # What is promised
//
//   - An entry is found as soon as its change is committed, and not a moment
//     longer than it is there.
//   - After the events, the list that a connection shows is what a fresh search
//     answers: both ask by the same statement.
//   - Nobody is told anything of an entry that they may not see: no result, no
//     count, no event.
//   - No change is missed, in whatever order transactions are committed, and on
//     whatever node: changes are read by snapshots, and polled each second.
//   - A saved search tells of an entry at least once, and what the Notifier makes
//     of it has a key.
//   - Any text is a query, and none an error.
//
// # What it does not do
//
// It knows no language: it does not take "shoes" for "shoe", but the beginning
// of a word finds it, and typos in names are forgiven. Without the extension
// pg_trgm they are not; the log says so at the start. It does not search who
// wrote a message, only what it says.
package search
