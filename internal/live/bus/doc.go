// Package bus defines how the hubs of several nodes exchange events, evictions
// and ended sessions.
//
//  1. A hub delivers an event to its own connections, then calls Bus.Publish
//     (bus.go) with a Message.
//  2. The bus calls the function that each other node's hub passed to
//     Bus.Subscribe (bus.go). Messages of one publisher arrive in their order and
//     at most once.
//  3. These hubs deliver the event to their own connections, in Hub.receive of
//     internal/live/hub/remote.go.
//
// A bus stores nothing and sends nothing twice. A lost message is made up for by
// the catch-up of its room (see the delivery classes in internal/live/hub/doc.go), so a
// bus may drop messages while it reconnects. Publishing never blocks.
//
// None is the bus of a single node, and the only one so far.
package bus
