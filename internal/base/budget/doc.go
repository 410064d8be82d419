// Package budget limits what it costs to parse and render text that users write.
//
// The time and memory that a parser takes depend on its input. Some inputs of a
// few bytes make some parsers run endlessly, or build tables of millions of cells.
// So every parser of users' text runs under a Limit: the bytes that it may read,
// the nodes that it may make, the time that it may take. All limits are in
// limits.go, each with its reason.
//
// # The path of a parse
//
//  1. Limit.Run (meter.go) refuses an input that is too long, and starts a Meter
//     that ends with the caller's context or when the time is up.
//  2. Code that is called throughout the parse calls Meter.Tick or Meter.Add
//     (meter.go). Once the budget is spent these panic, which ends the parser.
//  3. Limit.Run recovers that panic, and no other, and returns a fault: 422 with a
//     sentence for the author of the text.
//
// NewMarkdown (markdown.go) connects a goldmark parser to the Meter: Tick is called
// at every line and at every byte at which an inline element may begin, and the
// cells of a table are counted before goldmark builds them. Slots (slots.go) limit
// how many costly renderings run at once.
//
// # What it does not do
//
// The codec of Yjs, internal/collab/yjs, counts its steps and structs itself, by
// the limits in limits.go. Highlighting (internal/chat/highlight.go) and search
// queries (internal/search/query.go) degrade instead of failing: code without
// colours, a query without its last words.
package budget
