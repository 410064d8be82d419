package wire

import "time"

// Limits of the protocol. Clients are written against them.
const (
	// Version is the protocol's version, sent with the connected event.
	Version = 1
	// Subprotocol is the WebSocket subprotocol; a client may request it in the
	// handshake.
	Subprotocol = "hubbub.v1"

	// MaxText is the largest size of a text message in bytes, and of a binary one
	// while the connection has no document open. A larger one closes with 1009.
	MaxText = 64 << 10
	// MaxBinary is the largest size of a binary message in bytes while the
	// connection has a document open: the largest update, 1 MiB, and its header.
	// The header is a channel, a type and a number, 17 bytes at most, or the three
	// numbers of a stock client; 64 bytes leave room.
	MaxBinary = 1<<20 + 64
	// MessageWait is how long a message may take to arrive, from its first frame's
	// header on: enough for 1 MiB at 35 KB a second, a slow mobile network.
	MessageWait = 30 * time.Second
	// MaxID is the largest request id: 2^53−1, the largest integer up to which a
	// JavaScript number holds every integer exactly.
	MaxID = 1<<53 - 1

	// Rate is the number of frames a second that a connection may send on average.
	Rate = 50
	// Burst is the number of frames that a connection may send at once.
	Burst = 100
	// MaxRefusals is the number of refusals within RefusalWindow that closes a
	// connection with 4429.
	MaxRefusals = 200
	// RefusalWindow is how far back refusals are counted.
	RefusalWindow = 10 * time.Second

	// MaxRooms is the number of rooms that a connection may have joined. The
	// server's own rooms and subscriptions to resources do not count.
	MaxRooms = 200
	// QueueFrames and QueueBytes limit a connection's queue.
	QueueFrames = 256
	QueueBytes  = 1 << 20

	// Heartbeat is the longest time for which the server sends nothing.
	Heartbeat = 25 * time.Second
	// PongWait is how long a peer may take to answer a ping.
	PongWait = 20 * time.Second
)
