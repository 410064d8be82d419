// Package socket is the WebSocket transport of the hub. It turns the frames of a
// client into virtual requests, and the frames that the hub has queued into
// WebSocket messages.
//
// # The path of a connection
//
//  1. Handler.Accept (socket.go) checks the origin, the number of connections of
//     the client's address, and the handshake. It refuses with an HTTP answer:
//     403, 429, 400, 426 or 503.
//  2. It upgrades the request; hijacker.Hijack (hijack.go) gives the connection
//     small buffers and a write deadline (outconn.go).
//  3. Handler.start (session.go) opens the hub's Conn, sends the connected event,
//     starts the reader and the writer, and returns. The goroutine and the
//     buffers of the HTTP server are then free.
//  4. The connection ends in one of two ways. Either the network connection
//     breaks, and session.read (session.go) gets an error; or Close is called on
//     the hub's Conn, and session.flush (writer.go) sends the queued frames and
//     then the close frame. In both cases the reader ends last, and session.end
//     (session.go) removes the connection from the hub.
//
// # The path of a request
//
//  1. session.serveFrames (session.go) splits a message into frames and serves
//     them one after the other in the reader's goroutine, so replies are sent in
//     the order of the requests.
//  2. A frame takes a token of the connection's rate limit (rate.go). Without a
//     token the reply is a 429; too many of these within ten seconds close the
//     connection with 4429.
//  3. session.newRequest (virtual.go) makes an http.Request of a valid frame: its
//     method, path, query or JSON body, its headers over those of the handshake,
//     and a context that carries the caller and the connection and ends with the
//     connection.
//  4. session.route (virtual.go) sends the request through the router, which
//     serves it like a request by HTTP. recorder.reply (recorder.go) makes the
//     reply of the recorded answer: HTML as html, JSON as data, 204 as neither.
//  5. The reply is appended to the queue. After the last frame of the message the
//     reader itself flushes the queue, so the replies to pipelined requests are
//     sent together, and the writer need not be woken for them.
//
// The reader does not read while it sends. A client that sends requests faster
// than it reads replies is therefore slowed down by TCP.
//
// # Writing
//
// The writer sleeps until the hub wakes it. It takes the whole queue and writes
// its text frames as one message, joined by newlines, in one system call: a write
// costs the kernel several microseconds, whatever its size. A message is split
// when it passes 64 KiB, and a binary frame is a message by itself. A peer that
// does not accept a write within ten seconds is dropped.
//
// # Heartbeats
//
// Each connection has one timer and no goroutine for it. session.tick
// (heartbeat.go) pings the peer, and queues a heartbeat if no message was sent
// for Config.Heartbeat. A peer that does not answer a ping within 20 s is
// dropped.
//
// # Panics
//
// The reader guards each message and its own loop, the writer guards each flush,
// and the timer guards each tick (session.guarded, session.go). A panic in one of
// them is logged with its stack and counted, and closes this connection with 1011
// after the queued frames. If closing panics as well, the network connection is
// closed without a close frame. A panic in a request is answered with 500, and
// the connection stays open. Other connections are not affected.
//
// # Limits and close codes
//
//	64 KiB of text                              1009
//	64 KiB of binary                            1009
//	1 MiB + 64 bytes with a document open       1009
//	30 s for a message to arrive                dropped
//	a frame that breaks the WebSocket protocol  1002
//	binary, and no receiver is configured       1003
//	50 frames a second, 100 at once             429, after 200 of these in 10 s 4429
//	256 frames or 1 MiB queued                  4408
//	session ended or expired                    4401
//	a panic outside of a request                1011
//	the server shuts down                       1012
//
// The size limit of a message is decided before the message is read, and its
// buffer grows only with the bytes that have arrived. The time limit starts when
// the header of the message's first frame has arrived. A peer that stops within
// that header is dropped because it does not answer a ping.
//
// # What it does not do
//
// It does not authenticate: the caller of Accept passes the Identity. It notices
// that a client has vanished only after the request that is being served.
package socket
