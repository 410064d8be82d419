// Package yjs speaks the update format of Yjs 13, as much of it as a server needs:
// it checks, merges, trims and compacts updates without ever holding a document,
// and reads one only when somebody wants its text or its page.
//
// It is written from the format itself: lib0's encoding
// (https://github.com/dmonad/lib0), yjs' internals
// (https://github.com/yjs/yjs/blob/main/INTERNALS.md), and for the order of what
// was inserted at once YATA (Nicolaescu, Jahns, Derntl and Klamma, "Near Real-Time
// Peer-to-Peer Shared Editing on Extensible Data Types", GROUP 2016).
//
// # The idea
//
// Every unit that is ever inserted, a letter or an element, gets an ID for ever:
// who inserted it and the how-manieth of theirs it was. An insertion names the
// units that stood left and right of it at that moment (Origin, Right), so
// everybody can place it without knowing positions. A deletion only names IDs.
// Insertions and deletions therefore commute: an Update is a set of them, and a
// keystroke, a day offline and a whole document are all updates. That is why a
// server can work on sets of clocks alone:
//
//	StateVector  what is known: for each client, how many of its units
//	Trim, Diff   what somebody with a given state vector lacks
//	Merge        the union of several updates
//	Gap          whether an update can be integrated whole, by clocks only
//
// # An update, byte by byte
//
// Seed, the one empty paragraph that every new page begins with:
//
//	01                          one client follows, with
//	01 00 00                    one struct of client 0, from clock 0:
//	07                          a Type (the low five bits; 0x80 would say that an
//	                            Origin follows, 0x40 a Right, 0x20 a key)
//	01 0b "prosemirror"         as it has neither neighbour, its parent is named:
//	                            1 = a root type, by its name (0 = an item, by its ID)
//	03 09 "paragraph"           an element of this name
//	00                          nothing is deleted
//
// A letter that client 5 writes behind another one of its own, and the deletion of
// the one before:
//
//	01 01 05 08                 one client, one struct of client 5 from clock 8:
//	84 05 07                    a String, right of the unit 7 of client 5
//	01 "!"                      one byte of text; lengths are counted in UTF-16 units
//	01 05 01                    deletions of one client, 5, in one range:
//	06 01                       from clock 6, one unit
//
// Numbers are varuints: seven bits a byte, lowest first, at most 2^53-1.
//
// # The life of an edit
//
//  1. Decode reads it strictly. What it lets pass, no yjs throws on: one stored
//     update that does would keep everybody out of the document.
//  2. Trim drops what is known, so that nobody rewrites what somebody wrote; and
//     DeleteSet.Without the deletions that are known. Empty: nothing is to be stored.
//  3. Gap refuses what refers to units that are not there yet. Stored documents
//     never wait for anything.
//  4. Later Compact makes one small update of many: Merge, then Squash joins letters
//     typed one after the other, and Collect forgets what was deleted. Verify checks
//     the result before it replaces anything.
//
// # Reading and writing
//
// Build puts a whole document in order (YATA), within a budget of steps; Text and
// Tree read it. Import and Rewrite make updates of nodes and of plain text, for
// what people write without an editor of Yjs.
//
// Awareness, people's carets, is a format of its own (y-protocols): DecodeAwareness
// reads whom a client tells of, Gone takes one away when it disconnects.
//
// # What it does not do
//
// No update format v2, no undo, no snapshots, no observers: editors do that. Elements
// nested deeper than MaxNesting are not read; Depths finds them before they are
// stored. The package is pure: no I/O, no
// time, the standard library only. What it returns may alias the bytes given to it.
//
// Its tests run yjs itself on Node as the oracle: YJS_SESSIONS=600 go test compares
// some hundred thousand answers.
package yjs
