// Package presence knows which users are online, away or busy, and when the
// others were last seen.
//
// # How an arrival reaches the watchers
//
//  1. A connection opens, and the hub calls Service.opened (service.go). The
//     roster, which is the pure part of the package, notes that the user is
//     connected to this node: roster.open (roster.go).
//  2. Service.Run (leases.go) is woken and calls Service.flush (leases.go). It
//     writes a lease, "this node has this user", with acquireLeases (store.go),
//     and reads what the user chose with readChoices (store.go), so that an
//     invisible user never shows.
//  3. Service.announce (events.go) sends this node's watchers the difference to
//     what they were sent before, which roster.takeDiff (news.go) returns:
//     userOnline and presenceUpdated. All changes of a quarter of a second go
//     out as one frame.
//  4. The other nodes see the lease with their next heartbeat, at most 2.5 s
//     later, in Service.beat (leases.go), and send the same to their watchers.
//  5. When the last connection closes (roster.close, roster.go), nothing is sent
//     for 5 s, so that a reload or a short loss of the network makes no flicker.
//     Then roster.expire (roster.go) ends the user's stay: releaseLeases
//     (store.go) deletes the lease and stores lastSeenAt, and the watchers get
//     userOffline.
//
// # When a node dies
//
// Its heartbeat stops. After 12 s its row has expired, and the next heartbeat of
// any other node deletes it with its leases: reapNodes (store.go). Every node then
// sends its own watchers that these users are offline, at the latest 20 s after
// the death (promise_test.go adds it up).
//
// A start of the program does the same in Service.Begin (leases.go), but only for
// nodes that have expired by then: it cannot know that a process on which a row
// is still valid is dead. After a quick restart the users of the killed process
// therefore stay online until that row expires.
//
// A node that is stopped in the regular way lets its leases expire after 5 s.
//
// # Tables
//
// Of the schema presence:
//
//   - people: the status and text that a user chose, and when they were last seen
//   - nodes: one row for each node, with its heartbeat
//   - leases: one row for each user and node
//
// # Rooms
//
// Watchers are in the hub room "presence". A user's own connections learn of
// their own state there too.
//
// # Guarantees
//
//   - Each watcher is sent a change once, whichever node noticed it, because each
//     node sends its own connections the difference to what it sent before.
//   - An event is never older than an answer that precedes it. Service.Subscribe
//     joins and reads under the lock that sending takes, and events are held
//     until the answer is queued. The answer is what the other watchers have been
//     sent, so the next difference is correct for the new watcher, too.
//   - An invisible user is offline in every answer and event, except to
//     themselves, and the time at which they were last seen does not change.
//     Other features ask Service.Visible before they show where a user is.
//   - A change of status is presenceUpdated, never userOffline and userOnline.
//   - However many users arrive, a watcher gets at most four frames a second.
//
// # Automatic away
//
// A page sends {"idle": true} with POST /api/presence/status when there has been no
// input for a while. The roster and the lease keep that for the connection, apart
// from the status that the user chose. A user who chose online is shown as away
// while all their connections, on every node, are idle, and as online again with
// the first that is not.
//
// # On a page
//
// Pages are rendered with the mark of each user; account.Profile brings it to the
// other features. presence/index.js then keeps marks, words and the count up to date,
// and compares them with the page after every subscription. pages.go has the form
// for the user's own status, in the account menu, and the card that explains why
// a user is online.
//
// # What it does not do
//
// It does not know which users are in a room or at a document: the hub does, and
// chat and documents send that. It sends to this node's connections only. Nodes
// meet in the database, so presence works the same with and without a bus.
package presence
