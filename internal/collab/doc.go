// Package collab lets people write in one document at once. The server is thin:
// Yjs in the browsers merges, this keeps what they wrote, in order, and hands it
// on. No document is held in memory; the format is read by the package yjs.
//
// # The life of a keystroke
//
//  1. The editor's change arrives as a binary message of a channel, numbered
//     (channel.go). It is decoded strictly: one stored update that Yjs cannot
//     read would keep everybody out. Limits and rates are checked.
//  2. It waits in its document (live.go) until the transaction before its own is
//     through. All that wait go into the next one: the more people write, the
//     more edits share a transaction, without any timer.
//  3. The transaction (accept.go) takes the document's row, reads what other
//     nodes wrote, and only then what the writers may do. That is the one place
//     where permission is checked without a race. What is known is trimmed off,
//     so nobody rewrites history; what needs something missing is refused and
//     asked for; who writes as somebody else's client is refused.
//  4. One row a person is appended to the log. After the commit the writer gets
//     ACK, then the others get the update, and other nodes a hint to read the
//     log. Lost hints are made up for by a look at open documents every 5 s.
//  5. Now and then the log is compacted into a snapshot (chores.go), which is
//     checked to be the same document before it counts.
//
// # Joining
//
// Authorise, join the rooms and hold what they bring, read, answer; then STEP1
// from the server, which the client answers with what the server lacks (STEP2,
// edits made offline) and with a STEP1 of its own, answered with what it lacks.
// Repeats are harmless, holes do not occur. Whenever a STEP1 comes from the
// server, the client does the same: after a gap, and after messages to a slow
// reader were discarded.
//
// # The page
//
// DocumentPage is drawn with what stands in the document, so that it is read,
// renamed and printed without script. js/document.js puts the editor in the
// paper's place once its channel (js/document/channel.js) is in step, never
// before: an editor that starts empty would write that down. It calls saved what
// was acknowledged. Offline it goes on, and the browser keeps what is written
// (js/document/local.js). The editor's nodes (js/document/schema.js) are those
// of Reading; whoever adds one raises Schema.
//
// # Tables
//
// The schema collab: documents, members, updates (the log), snapshots (the last
// two), versions (each whole), clients (who may write as which client of Yjs,
// and who is here), threads, comments and alerts.
//
// # Rooms and events
//
// doc-<id> has everybody who opened it: collaboratorJoined, collaboratorLeft,
// cursorMoved, commentChanged, commentRemoved, versionAdded. doc-<id>-yjs gets
// the binary messages, doc-<id>-text, for those without an editor,
// documentUpdated. documentRole and documentGone go to the connection they
// concern. Lists follow the resource document.
//
// # What is promised
//
//   - What was acknowledged is committed; nobody sees what is not.
//   - Whatever is stored, reading it is bounded (budget.DocumentState and below): a
//     document that is too large is shown in part, or by its text.
//   - The log never has a gap: every prefix of it can be read.
//   - Once a right is withdrawn, nothing of that person's is stored.
//   - Carets, names and comments are of who they say they are of.
//   - Whoever is invisible has no caret and is not among those who are here, but
//     for what they write: nobody is told of it, by no answer and no event.
//   - A compaction that is not the same document never counts, and the one
//     before it can be gone back to.
//
// # What it does not do
//
// It does not undo, follow positions or render carets: editors do. It forgets
// no letter of the log that is not in two snapshots; only Erase replaces a
// document.
package collab
