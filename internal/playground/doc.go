// Package playground is the smallest feature: it says hello. It shows how a request, an
// answer and an event fit together.
//
// # The life of a hello
//
//  1. A page calls io.socket.get('/say/hello'). The socket makes a virtual HTTP request
//     of the frame and serves it with the router (internal/live/socket).
//  2. hello (actions.go) gets the live connection of the request. A plain HTTP request
//     has none, and the answer is 400 "WebSocket required".
//  3. The connection joins the hub room funSockets. Then the hub broadcasts the event
//     hello {"id": the connection's} to the room, including the new member.
//  4. The caller gets the answer {"id"} after the event.
//  5. playground/index.js adds a line for each event. The hub removes a connection from its
//     rooms when it closes.
//
// # Tables
//
// None: there is no history, and a connection that was away has missed the event.
//
// # Guarantees
//
// Guests may say hello, too. The event is volatile: a connection that cannot keep up
// misses some events, and stays open.
//
// # What it does not do
//
// The shared counter on the page belongs to the dashboard; internal/app passes it as a
// Counter.
package playground
