// Package presence knows who is here: online, away, busy, or gone since when.
//
// # The life of an arrival
//
//  1. A connection opens, and the hub tells (Service.opened). The roster, the
//     pure part, notes it: the person is here, on this node.
//  2. Run (leases.go) wakes. It writes a lease, "this node has this person",
//     and reads what the person chose: the invisible never show.
//  3. It tells this node's watchers what is new to them: userOnline and
//     presenceUpdated. All that happened within a quarter of a second is told
//     as one frame.
//  4. The other nodes see the lease with their next heartbeat, 2.5 s later at
//     most, and tell their own watchers.
//  5. When the last connection has gone, nothing happens for 5 s: a reload, or
//     a lost network, makes no flicker. Then the lease is given back, lastSeenAt
//     is kept, and the watchers get userOffline.
//
// # When a node dies
//
// Its heartbeat ends. After 12 s any node deletes it and its leases, and every
// node tells its own watchers that these people are gone, at the latest 20 s
// after the death (promise_test.go adds it up). The program's next start does the same, so that no ghosts
// stay. A node that stops in good order lets its leases expire after the 5 s.
//
// # What is kept
//
// The schema presence: people (the status and text they chose, when they were
// last seen), nodes (with their heartbeat) and leases (of a person and a node).
//
// # What is promised
//
//   - Each watcher is told of a change once, whoever noticed it: each node tells
//     its own connections the difference to what it told them before.
//   - Answer and events do not cross. To subscribe is to join and to read under
//     the lock of the telling; what is told afterwards is held until the answer
//     is queued. An event is never older than an answer before it, and an answer
//     is what the watchers were told, so the next difference is true for all.
//   - Invisible people are offline in every answer and event, but to themselves.
//     When they were last seen stands still, too. Other features ask Visible
//     before they show where somebody is.
//   - A change of status is presenceUpdated, never a leave and a join.
//   - An arrival of a thousand people costs each watcher four frames a second.
//
// # Away by itself
//
// A page says {"idle": true} with POST /api/presence/status when nobody has
// touched it for a while. That is a fact about a connection, kept in memory and
// in the lease, apart from what the person chose: whoever chose online is away
// while all their connections are idle, on every node, and online again with the
// first that is not.
//
// # On a page
//
// Pages are drawn with everybody's mark, which account.Profile brings to other
// features. js/presence.js then keeps marks, words and the count true, and
// compares what the page shows after every subscription. pages.go has one's own
// status, for the account menu, and the card that tells why somebody is online.
//
// # What it does not do
//
// It does not know who is in a room or at a document: the hub does, and chat and
// documents tell. It tells nobody but this node's connections: nodes meet in the
// database only, so presence works the same with a bus and without.
package presence
