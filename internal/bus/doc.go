// Package bus carries what one node's hub has to tell the others.
//
//  1. A hub delivers an event to its own connections, then publishes it.
//  2. The bus hands it to the subscribers of every other node, in the order of
//     one publisher, at most once.
//  3. Their hubs deliver it to their connections.
//
// Nothing is stored and nothing is repeated: a message that is lost is made
// good by the catch-up of its room (see the hub's delivery classes), so a bus
// may drop messages while it reconnects. Publishing never blocks.
//
// None is the bus of a single node.
package bus
