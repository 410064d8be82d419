// Package hub knows who is connected, who is in which room, and how an event
// reaches them. It knows rooms and bytes: no Echo, no SQL, no WebSocket, no
// chat.
//
// # The parts
//
//   - A Conn is a connection of any transport: who is behind it, the rooms it
//     is in, and the queue of frames waiting for its transport.
//   - A room is a name. It exists while somebody is in it. The server's own
//     rooms are entered by Open: one named by the connection's id, one a user
//     ("user-7"), and one that everybody is in, which Blast uses.
//   - A resource is a class of records, "order". Its records' subscribers are
//     in the rooms "order:12", those who watch for new ones in "order".
//
// # The life of a broadcast
//
//  1. A feature commits, then calls Broadcast with an Event.
//  2. The hub copies the room's list of members under a read lock and lets go
//     of it. No lock is held while frames are queued, so that a join never
//     waits for a broadcast, nor the other way round.
//  3. For each member it looks under the connection's own lock whether it is
//     still in the room, and appends the frame to its queue. The frame is
//     encoded when the first member wants it: once with data only, once with
//     HTML, however many members there are. All share the same bytes.
//  4. If the transport sleeps it is woken, by a send that never blocks. It
//     Takes all that is queued and writes it in one go.
//  5. The bus carries the event to the other nodes, whose hubs do 2 to 4.
//
// Where much happens at once, DigestHere sends all of it as one frame.
//
// # When the queue is full
//
//	class     past half        full
//	Volatile  dropped          dropped
//	State     goes to the end; its older self leaves the queue; else as Log
//	Log       queued           the connection is closed with 4408 and catches up
//	binary    queued           what waits of the room is discarded; OnLost tells
//
// # Joining and eviction
//
// Whether a connection is in a room is decided in one place: its own lock,
// which also guards its queue. Evict takes the connection out and throws away
// what is queued for it from that room under that lock; a broadcast that
// copied the member list before finds it gone.
//
// So this is the promise of a removal, to which features refer: when Evict
// returns, nothing more of the room is handed to the transport of any of the
// user's connections on this node, also not of one that was just joining. It has
// two limits. What the transport has taken before is on its way and is not
// called back. Another node evicts when the bus brings it word; without a bus,
// or when the word is lost, as soon as the feature compares its rooms with the
// database, and what that node sends in between may still be heard there.
//
// A right can be lost between its check and the join. So Join counts the
// evictions of its part of the rooms: it reads the count, authorises, and
// enters only if the count stands; else it authorises again.
//
// # Answers and events
//
// Whoever joins, then reads, gets events that are newer than the answer before
// it. Clients that keep versions do not mind. For the others Hold lets the
// room's events wait until the transport has queued the answer.
//
// # Panics
//
// The hub calls code of others: observers (OnOpen, OnLeave, OnDelivered,
// OnCreated, OnLost), Observe, an event's JSON and HTML. It does so outside all
// of its locks and under its Guard (hub.go, guarded): a panic is logged with
// its stack and counted, the other observers are called, and the broadcast, the
// request or the end of a connection that caused it goes on. An event whose HTML
// panics is sent as data, one whose data panics without data. A connection whose
// OnOpen or OnLost panics is closed with 1011, since a feature does not know it,
// or its stream has a hole; it comes back and catches up. What the bus delivers
// and the sweep of expired sessions are guarded the same way.
//
// # Guarantees, and what is not guaranteed
//
//   - A connection gets frames in the order in which they were queued, and
//     never half of one. Two concurrent broadcasts may reach two members in
//     different orders: order comes from the seq that the event carries.
//   - Delivery is at most once. A closed connection gets nothing; whoever
//     comes back reads the database.
//   - Publishing never blocks and starts no goroutine.
//   - A removal takes effect as "Joining and eviction" says.
package hub
