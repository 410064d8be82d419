// Package socket is the WebSocket transport of the hub: it turns frames into
// virtual requests and what the hub has queued into messages.
//
// # The life of a connection
//
//  1. Accept checks the origin, the connections an address has, and the
//     handshake. A refusal is an ordinary answer of HTTP: 403, 429, 400, 503.
//  2. It upgrades, with small buffers and a connection that knows its write
//     deadline, opens the hub's Conn, sends the connected event, starts a
//     reader and a writer, and returns: nothing of the HTTP server stays.
//  3. The end comes in one of two ways. Either the line breaks and the reader
//     notices; or somebody calls Close on the hub's Conn, and the writer sends
//     what is still queued and then the close frame. In both the reader leaves
//     last: it takes the connection out of the hub.
//
// # The life of a request
//
//  1. The reader splits a message into frames and serves them one after the
//     other, in its own goroutine. So replies come in the order of requests.
//  2. A frame takes a token of the connection's rate. Without one the reply is
//     a 429; too many of these within ten seconds close with 4429.
//  3. A valid frame becomes an http.Request: method, path, query or JSON body,
//     its own headers over those of the handshake, and a context that carries
//     the caller and the connection and ends with it.
//  4. The router answers it like any other. The recorded answer becomes the
//     reply: HTML as html, JSON as data, 204 as neither.
//  5. The reply is queued behind what is queued already. When the message is
//     served, the reader sends the queue itself: replies to pipelined requests
//     leave together, and no other goroutine has to be woken for them.
//
// The reader reads nothing while it sends, so a client that asks faster than
// it listens is slowed down by TCP.
//
// # Writing
//
// The writer sleeps until the hub wakes it, takes the whole queue and writes
// it as one message, frames joined by newlines, in one system call: a write
// costs the kernel several microseconds, whatever its size. A peer that does
// not take a write within ten seconds is dropped.
//
// # Heartbeats
//
// One timer a connection, no goroutine: it pings, and queues a heartbeat if no
// message was sent for the heartbeat's time. A peer that leaves a ping
// unanswered for 20 s is dropped.
//
// # Panics
//
// The reader guards each message, and then itself; the writer guards each
// flush, and the heartbeat's timer each tick (session.go, guarded). A panic in
// one of them is logged with its stack and counted, and closes this connection
// with 1011, after what is queued. If closing panics too, the line is cut
// without a close frame. A panic in a request is the reply 500, and the
// connection stays. Other connections notice nothing.
//
// # Limits and close codes
//
//	64 KiB of text                              1009
//	64 KiB of binary                            1009
//	1 MiB + 64 bytes with a document open       1009
//	30 s for a message to arrive                dropped
//	a frame that breaks the protocol            1002
//	binary, and nobody registered for it        1003
//	50 frames a second, 100 at once             429, after 200 of these in 10 s 4429
//	256 frames or 1 MiB queued                  4408
//	session ended or expired                    4401
//	a panic outside of a request                1011
//	the server shuts down                       1012
//
// What a message may hold is decided before it is read, and its buffer grows
// with the bytes that have arrived. The time that it has begins with its first
// frame's header: a peer that stops within that header answers no ping.
//
// # What it does not do
//
// It does not know who is calling: the Identity is given. A client that
// vanishes while its request is being served is noticed after the request.
package socket
