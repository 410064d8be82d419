// Package budget bounds what it costs to parse and render what people write.
//
// A parser runs as long, and takes as much memory, as its input makes it. Some
// inputs of a few bytes make some parsers run for ever, or build tables of
// millions of cells. So every parser of people's text runs under a Limit: the
// bytes it may read, the nodes it may make, the time it may take. All limits are
// in limits.go, each with its reason.
//
// A parser cannot ignore its limit:
//
//  1. Limit.Run (meter.go) refuses an input that is too long, and starts a Meter
//     that ends with the caller's context or when the time is up.
//  2. Code that is called all through the parse calls Meter.Tick or Meter.Add.
//     Once the budget is spent they panic, and nothing of the parser runs again.
//  3. Limit.Run recovers that panic, and no other, and returns the fault: 422
//     with a sentence for the person who wrote the text.
//
// Markdown (markdown.go) connects a goldmark parser to the Meter: it is ticked at
// every line and at every byte at which an inline element may begin, and the
// cells of a table are counted before goldmark builds them. Slots (slots.go)
// bound how many costly renderings run at once.
//
// The codec of Yjs, internal/collab/yjs, is pure and counts its steps and structs
// itself, by the limits given here. Highlighting, internal/chat/highlight.go, and
// search queries, internal/search/query.go, degrade instead of failing: code
// without colours, a query without its last words.
package budget
