// Package search finds people, rooms, documents, products and messages as the
// user types, and keeps a shown list of results up to date afterwards.
//
// # The life of a search
//
//  1. A feature writes what can be found, in the transaction of the change:
//     Service.Put and Drop for entries, Grant and Revoke for who may see a scope
//     (service.go). split (words.go) defines what a word is, in Go, so that entries,
//     queries, candidates and highlights agree.
//  2. The user types. parse (query.go) accepts any text: words, "phrases", or,
//     -not; the last word may be a prefix.
//  3. Service.Search (service.go) asks Postgres, in store.go. One condition
//     (matches) decides what a query finds: entries that have the words, or
//     whose name is nearly the same, of the requested kinds, in a scope that the
//     viewer may see. The best come first, in a total order.
//  4. GET /api/search/subscribe calls Service.Subscribe (standing.go), which makes
//     the query a standing query: the connection joins a hub room of its own,
//     "search-<connection>", and the server keeps the 20 results that it shows.
//  5. After the commit the feature calls Service.Changed. Run (percolate.go) reads
//     what was committed since its last round, and finds in memory, by their words,
//     the standing queries that it may concern (finder.go). One statement evaluates
//     all of them by the condition of step 3; the results take their places in the
//     lists. A query is run again only when its list was full and the result that
//     moves up is not known, or when its viewer may see more or less than before.
//  6. sendDifference (standing.go) sends each connection the difference between the
//     new list and the one that it shows (diff.go), in one frame:
//     searchResultAdded, searchResultUpdated, searchResultRemoved.
//  7. findForSaved (saved.go) does the same for saved searches, on one node at a
//     time: an entry that a saved search finds now and did not find before goes into
//     the transactional outbox, in the transaction that moves the watermark. After
//     the commit notifyFinding (saved.go) passes it to the Notifier.
//  8. The page is /search (pages.go): a form that works without JavaScript, which
//     search/index.js turns into a standing query. One component, Item, renders a result
//     on the page, in an event's HTML and in the command palette. search/list.js
//     applies the events, except where that would move a row which has the focus or
//     is under the pointer: then a button shows how many changes wait.
//
// # Tables
//
// The schema search: entries (what can be found), grants (who may see a scope
// that is not public), changes (what happened in the last minutes, for step 5),
// saved (saved searches), told (the watermark of saved searches, a snapshot),
// findings (the transactional outbox of what they found), backfills (which features
// were indexed after they had data).
//
// # Guarantees
//
//   - An entry is found as soon as its change is committed, and no longer after its
//     deletion is committed.
//   - After the events, the list that a connection shows is what a new search
//     returns: both use the same condition.
//   - No user gets anything of an entry that they may not see: no result, no count,
//     no event.
//   - No change is missed, in whatever order transactions commit and on whichever
//     node: changes are read by snapshot, and polled every second.
//   - The Notifier gets each new result of a saved search at least once; the saved
//     search and the result are its idempotency key.
//   - Any text is a valid query.
//
// # What it does not do
//
// There is no stemming: "shoes" does not find "shoe", but "sho" finds both, and
// typos in names are tolerated. Without the extension pg_trgm they are not; the log
// has a warning at the start. The author of a message is not searched, only its text.
package search
