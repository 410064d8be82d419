// Package hub keeps the connections and rooms of this node and delivers events
// to them. It knows room names and bytes. It does not know Echo, SQL, WebSocket
// or any feature.
//
// # Connections, rooms, resources
//
//   - A [Conn] is one connection of any transport: its user, the rooms that it
//     is in, and the queue of frames that its transport has not taken yet.
//   - A room is a name with a set of connections. It exists while a connection
//     is in it. Open enters the server's own rooms: one for the connection,
//     named by its id; one for its user, "user-7"; and one for all connections,
//     of Everyone.
//   - A resource is a class of records, such as "order". The subscribers of a
//     record are in the room "order:12"; the watchers of the resource, which get
//     its new records, are in the room "order".
//
// # The path of a broadcast
//
//  1. A feature commits its change, then calls Hub.Broadcast (broadcast.go) with
//     an Event.
//  2. Hub.deliverToRoom (broadcast.go) copies the room's member list under the
//     read lock of the room's shard and releases the lock. No lock is held while
//     frames are queued, so a join never waits for a broadcast, and a broadcast
//     never waits for a join.
//  3. frames.of (broadcast.go) encodes the event when the first member needs it:
//     once with data only, once with HTML, whatever the number of members. All
//     members share these bytes.
//  4. For each member, Conn.push (queue.go) takes the connection's lock, checks
//     that the connection is still in the room, and appends the frame to its
//     queue.
//  5. If the transport is asleep, Conn.signal (queue.go) wakes it with a send
//     that never blocks. The transport calls Conn.Take (queue.go) and writes all
//     queued frames at once.
//  6. Hub.publish (broadcast.go) hands the event to the bus. The hubs of the
//     other nodes do steps 2 to 5 in Hub.receive (remote.go). The product has
//     no bus between processes yet: its only bus is bus.None.
//
// SendDigest (digest.go) sends several events of one moment as one frame.
//
// # When the queue is full
//
//	class     more than half full            full
//	Volatile  the event is dropped           the event is dropped
//	State     replaces the queued event of   replaces; if none is queued, as Log
//	          the same name, room and key
//	Log       is queued                      the connection is closed with 4408
//	                                         and catches up
//	binary    is queued; Volatile: dropped   all queued binary messages of the room
//	                                         are discarded, and OnLost is called
//
// A State event that replaces another goes to the end of the queue. It does so
// at any length of the queue.
//
// # Joining and eviction
//
// One lock decides whether a connection is in a room: the connection's own,
// which also guards its queue. Evict takes the connection out of the room and
// discards the frames queued from that room, both under that lock. A broadcast
// that copied the member list earlier then finds that the member has left.
//
// Features rely on this guarantee of a removal: after Evict returns, no frame of
// the room is handed to the transport of any of the user's connections on this
// node, including a connection that was about to join. It has two limits.
//
//   - Frames that the transport took before the eviction are on their way and
//     are not recalled.
//   - Another node evicts when the bus delivers the eviction. Without a bus, or
//     if that message is lost, it evicts when the feature next compares its
//     rooms with the database. Until then that node may still deliver events.
//
// A right can be lost after it was checked and before the connection enters the
// room. Therefore Join counts evictions: it reads the counter of the room's
// shard, authorises, and enters only if the counter is unchanged; otherwise it
// authorises again.
//
// # Answers and events
//
// A connection that joins a room and then reads its state may get events, newer
// than the answer, before the answer. A client that compares versions is not
// affected. For other clients Hold (hold.go) keeps the room's events back until
// the transport has queued the answer.
//
// # Panics
//
// The hub calls functions of other packages: the observers (OnOpen, OnLeave,
// OnDelivered, OnCreated, OnLost), Config.Observe, and the JSON and HTML of an
// event. It calls them outside all of its locks and under its Guard
// (Hub.guarded, hub.go). A panic is logged with its stack and counted. The other
// observers are still called, and the broadcast, the request or the end of the
// connection continues. An event whose HTML panics is sent as data; an event
// whose data panics is sent without data. A connection whose OnOpen or OnLost
// observer panics is closed with 1011, because the feature does not know the
// connection or its stream has a gap; the client reconnects and catches up.
// Messages from the bus and the closing of expired sessions run under the same
// Guard.
//
// # Guarantees
//
//   - A connection gets whole frames, in the order in which they were queued.
//   - Publishing never blocks and starts no goroutine.
//   - A removal takes effect as described in "Joining and eviction".
//
// # What is not guaranteed
//
//   - The order between concurrent broadcasts: two members may get them in
//     different orders. The order of changes is that of the seq in the event.
//   - Delivery: it is at most once. A closed connection gets nothing; a client
//     that reconnects reads the database.
package hub
