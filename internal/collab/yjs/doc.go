// Package yjs reads and writes the update format of Yjs 13, as far as a server needs
// it: it checks, merges, trims and compacts updates without building a document, and
// builds one only to read its text or its nodes.
//
// It is written from the format itself: lib0's encoding
// (https://github.com/dmonad/lib0), yjs' internals
// (https://github.com/yjs/yjs/blob/main/INTERNALS.md), and for the order of concurrent
// insertions YATA (Nicolaescu, Jahns, Derntl and Klamma, "Near Real-Time
// Peer-to-Peer Shared Editing on Extensible Data Types", GROUP 2016).
//
// # The idea
//
// Yjs is a CRDT. Every inserted unit, a letter or an element, gets a permanent ID:
// the client that inserted it, and its clock, which is the number of units that this
// client had inserted before. An insertion names the units that were to its left and
// right at that moment (Origin, Right), so every peer can place it without
// positions. A deletion only names IDs. Insertions and deletions therefore commute: an
// Update is a set of them, and a keystroke, a day of offline work and a whole document
// are all updates. So a server can work on sets of clocks alone:
//
//	StateVector  for each client, how many of its units are known
//	Trim, Diff   what a peer with a given state vector lacks
//	Merge        the union of several updates
//	Gap          whether an update refers to units that are missing
//
// # An update, byte by byte
//
// Seed, the one empty paragraph that every new page begins with:
//
//	01                          one client follows, with
//	01 00 00                    one struct of client 0, from clock 0:
//	07                          a Type (the low five bits; 0x80 would mean that an
//	                            Origin follows, 0x40 a Right, 0x20 a key)
//	01 0b "prosemirror"         without neighbours, the parent is named:
//	                            1 = a root type, by its name (0 = an item, by its ID)
//	03 09 "paragraph"           an element of this name
//	00                          no deletions
//
// A letter that client 5 inserts after another one of its own, and the deletion of the
// one before:
//
//	01 01 05 08                 one client, one struct of client 5 from clock 8:
//	84 05 07                    a String, right of the unit 7 of client 5
//	01 "!"                      one byte of text; lengths are counted in UTF-16 units
//	01 05 01                    deletions of one client, 5, in one range:
//	06 01                       from clock 6, one unit
//
// Numbers are varuints: seven bits a byte, lowest first, at most 2^53-1.
//
// # The path of an edit
//
//  1. Decode (decode.go) decodes it strictly. yjs throws on no update that Decode
//     accepts: one such stored update would make the document unusable for every client.
//  2. Update.Trim (merge.go) drops the insertions that the document has, so that no
//     client can rewrite history; DeleteSet.Without (deleteset.go) drops the deletions
//     that it has. If the update is Empty then, there is nothing to store.
//  3. Update.Gap (schedule.go) finds a reference to a missing unit. Such an update is
//     refused, so a stored document never waits for another update.
//  4. Later, Compact (compact.go) makes one small update of many: Merge, then
//     Update.Squash (squash.go) joins letters that were typed one after the other, and
//     Update.Collect (collect.go) drops the content of what was deleted. Verify checks the
//     result before it replaces anything.
//
// # Reading and writing
//
// Build (build.go) integrates a whole document (YATA), within a budget of steps;
// Document.Text and Document.Tree read it. Import (write.go) and Document.Rewrite
// (edit.go) make updates from nodes and from plain text, for edits without a Yjs editor.
//
// Awareness, the carets of users, has a format of its own (y-protocols). DecodeAwareness
// (awareness.go) decodes it, and AwarenessRemoval makes the update that removes a
// client's caret when it disconnects.
//
// # What it does not do
//
// It has no update format v2, undo, snapshots or observers: editors have those. Elements
// that are nested deeper than MaxNesting are not read; Depths finds them before they are
// stored. The package is pure: no I/O, no time, the standard library only. What it returns
// may alias the bytes given to it.
//
// Its tests run yjs itself on Node as the oracle: YJS_SESSIONS=600 go test compares
// several hundred thousand answers.
package yjs
