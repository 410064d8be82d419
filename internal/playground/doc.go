// Package playground is the smallest feature there is: it says hello. Read it
// first.
//
// # The life of a hello
//
//  1. A page calls io.socket.get('/say/hello'). The socket makes an ordinary
//     HTTP request of the frame and gives it to the router (internal/socket).
//  2. actions.go asks for the live connection behind the request. By plain HTTP
//     there is none, and the answer is 400 "WebSocket required".
//  3. The connection joins the room funSockets, and then the hub tells everybody
//     in it, the newcomer too: hello {"id": the connection's}.
//  4. The answer goes to the caller, {"id"}, after the event.
//  5. Every page in the room hears the event (js/playground.js) and writes a line.
//     A connection that closes leaves its rooms by itself.
//
// # What is kept
//
// Nothing: no table, no history. Who was away has missed it.
//
// # What is promised
//
// Anybody may say hello, signed in or not. The event is volatile: a connection
// that cannot keep up misses some, and stays.
//
// # What it does not do
//
// The shared counter on the page is the dashboard's; it comes through the Counter
// that cmd/app hands over.
package playground
