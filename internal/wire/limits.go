package wire

import "time"

// Limits of the protocol. Clients are written against them.
const (
	// Version is what the connected event announces.
	Version = 1
	// Subprotocol may be asked for in the handshake.
	Subprotocol = "hubbub.v1"

	// MaxText is the bytes of a text message, and of a binary one while the
	// connection has no document open; one more closes with 1009.
	MaxText = 64 << 10
	// MaxBinary is the bytes of a binary message while the connection has a
	// document open: the largest update, 1 MiB, and what comes before it. That is
	// a channel, a type and a number, 17 bytes at most, or the three numbers of a
	// stock editor; 64 leaves room.
	MaxBinary = 1<<20 + 64
	// MessageWait is how long a message may take from its first frame's header
	// until it is whole: 1 MiB at 35 KB a second, a slow mobile network.
	MessageWait = 30 * time.Second
	// MaxID is the largest request id: 2^53−1, the largest integer that every
	// JavaScript number holds exactly.
	MaxID = 1<<53 - 1

	// Rate is the frames a second that a connection may send for long.
	Rate = 50
	// Burst is the frames that it may send at once.
	Burst = 100
	// MaxRefusals within RefusalWindow close with 4429.
	MaxRefusals = 200
	// RefusalWindow is how far back refusals are counted.
	RefusalWindow = 10 * time.Second

	// MaxRooms is the rooms a connection may have joined; the server's own and
	// resource subscriptions do not count.
	MaxRooms = 200
	// QueueFrames and QueueBytes bound what waits to be sent to a connection.
	QueueFrames = 256
	QueueBytes  = 1 << 20

	// Heartbeat is the longest silence of the server.
	Heartbeat = 25 * time.Second
	// PongWait is how long a peer may take to answer a ping.
	PongWait = 20 * time.Second
)
