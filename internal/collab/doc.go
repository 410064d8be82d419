// Package collab lets several people edit one document at the same time. The
// browsers merge with Yjs, a CRDT; the server only stores their updates, in order,
// and broadcasts them. It accepts and sends edits without building a document: a node
// has a summary of each open one, and caches at most its encoded bytes (summary.go).
// Package yjs reads and writes the format of the updates.
//
// # Why two orders of updates give the same text
//
// Each editor writes under its own number, its client, and counts the letters and
// elements that it inserts: the count is its clock. Client and clock together are a
// permanent ID. An insertion names the IDs of its neighbours instead of a position,
// a deletion only names IDs. Where two clients insert between the same neighbours, a
// rule that compares IDs gives the order. The result therefore depends only on the
// set of updates, not on the order in which they arrive (yjs/doc.go).
//
// # The path of a keystroke
//
//  1. The editor's change arrives as a numbered binary message of a channel
//     (channel.go, Service.Receive). channel.receiveEdit checks rate and size, and
//     decodes it strictly: one stored update that Yjs cannot read would make the
//     document unusable for every client.
//  2. The edit is queued in its document (live.go, live.submit) until the current
//     transaction ends. All queued edits go into the next one (live.work), so more
//     writers mean more edits a transaction, without a timer.
//  3. The transaction (accept.go, batch.store) locks the document's row, reads what
//     other nodes wrote, and only then the writers' roles: the one place where
//     permission is checked without a race. What is already stored is trimmed off,
//     so no client can rewrite history. An update that needs a missing one, or that
//     uses another user's client, is refused (batch.validate).
//  4. One row a user is appended to the log (store_log.go, appendLog). After the
//     commit the writer gets its ACK (batch.acknowledge). Then the other channels get
//     the update, and other nodes a hint to read the log (batch.broadcast). Service.check
//     (check.go) compares open documents with the database every 5 s, in case a
//     hint was lost.
//  5. A maintenance job replaces a long log by a snapshot (maintenance.go,
//     Service.Compact), after checking that it is the same document.
//
// # What an ACK covers
//
// A client numbers its messages in a channel from 1. ACK n means that every message up
// to n is committed, except the refused ones, even if one in between was refused.
// REFUSED for a number is always sent before an ACK of that number or a higher one, so
// the client knows which changes the ACK does not cover. It keeps a refused change, to
// send it again under a new number or to show it as unsaved
// (web/static/collab/outbox.js).
//
// # Joining
//
// Service.Join (join.go) authorises, joins the hub rooms and holds their events, reads,
// and answers. Then the server sends STEP1, its state vector. The client answers with
// STEP2, the updates that the server lacks, such as edits made offline, and with a
// STEP1 of its own, which the server answers with STEP2. Repeated updates are
// harmless, and an update with a gap is refused. The server sends STEP1 again after a
// gap, and after it discarded messages to a slow reader.
//
// # The page
//
// DocumentPage (document.templ) contains the document's content, so reading, renaming
// and printing need no script. web/static/collab/document.js replaces it by the editor once
// its channel (web/static/collab/channel.js) is in sync, never earlier: an editor that
// starts empty would save an empty document. The page shows "saved" when everything is
// acknowledged. Offline, editing continues and the browser stores the changes
// (web/static/collab/local.js). The editor's nodes (web/static/collab/schema.js) are those of
// Reading (reading.templ); a new node needs a higher Schema.
//
// # Tables
//
// The schema collab: documents, members, updates (the log), snapshots (the last
// two), versions (each a whole document), clients (which user owns which Yjs client,
// and which are connected), threads, comments, and alerts (a transactional outbox of
// notifications).
//
// # Rooms and events
//
// doc-<id> has every connection that opened the document: collaboratorJoined,
// collaboratorLeft, cursorMoved, commentChanged, commentRemoved, versionAdded.
// doc-<id>-yjs has the channels and carries the binary messages. doc-<id>-text has the
// connections without an editor: documentUpdated. documentRole and documentGone go
// to one connection. Lists subscribe to the resource document.
//
// # Guarantees
//
//   - What is acknowledged is committed; what is not committed is not sent to others.
//   - Reading what is stored is bounded (budget.DocumentState and below): a document
//     that is too large is shown in part, or as text.
//   - The log never has a gap: every prefix of it can be read.
//   - Once a right is withdrawn, no later edit of that user is stored.
//   - The user of a caret, a name or a comment is verified.
//   - An invisible user has no caret and is not listed as present, by any answer or
//     event, except that their edits are visible.
//   - A compaction that changes the document is never used, and the snapshot before
//     the newest is kept as a fallback.
//
// # What it does not do
//
// It does not undo, track positions or draw carets: editors do. It deletes a row of
// the log only when both kept snapshots contain it; only Erase replaces a document.
package collab
