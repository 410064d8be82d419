// Package loop runs background loops, and keeps a panic from ending the process.
// It imports no other package of this module.
//
// # A loop
//
// Run calls a function, the round, repeatedly until its context ends: after a
// period, or as soon as a Wake is signalled. Each loop has one goroutine, so its
// rounds never overlap.
//
//  1. runner.wait (loop.go) waits for the period or the signal. Several signals
//     that come before the wait count as one.
//  2. runner.try (loop.go) runs the round under the loop's Guard.
//  3. A round that fails or panics is retried after a pause: 100 ms, doubled with
//     each further failure, 2 s at most, each with ±50 % jitter. A signal does not
//     shorten the pause. The first round that succeeds resets it.
//  4. runner.noteFailure (loop.go) logs the first failure at level WARN. While the
//     same failure continues, it logs one line a minute with the number of
//     repetitions. When the loop succeeds again, runner.noteSuccess (loop.go) logs
//     one line at level INFO.
//
// # A guard
//
// A panic that no function of its goroutine recovers ends the process and with it
// every connection. Therefore each goroutine recovers panics in one place: net/http
// and the router do so for requests, a Guard for everything else. Guard.Try
// (guard.go) logs the panic with its stack at level ERROR, counts it, and returns
// it as an error. What ends is the round, the job, the callback or the connection.
//
// # Rules for guarded functions
//
// The caller of a guarded function continues after a panic. So wherever code of
// another package runs under a mutex, the mutex must be unlocked by defer, and a
// function for whose result others wait must answer them by defer.
//
// # What cannot be caught
//
// The runtime ends the process without a panic when memory runs out, when a stack
// overflows, and when two goroutines write a map at once. A goroutine that a
// library starts cannot be guarded; only the functions that the library calls can.
package loop
