// Package loop runs what goes on in the background, and keeps a panic from
// ending the process. It imports nothing of ours.
//
// # A loop
//
// Run calls a round again and again until its context ends: after a period, or
// as soon as a Wake is signalled. There is one goroutine a loop, so two rounds
// of a loop never overlap.
//
//  1. Run waits in loop.go (wait) for the period or the signal. Signals that
//     come before the loop looks are one signal.
//  2. The round runs under the loop's Guard, in guard.go (Try).
//  3. A round that fails, or panics, is repeated after a pause: 100 ms, doubled
//     with each failure that follows, 2 s at most, each with ±50 % jitter. A
//     signal does not shorten it. The first round that succeeds ends this.
//  4. The first failure is logged at level WARN. While the same failure lasts,
//     a line comes once a minute and says how often it happened again; when the
//     loop works again, one line at INFO says so.
//
// # A guard
//
// A panic that no function of its goroutine recovers ends the process, and with
// it the connections of everybody. Each goroutine therefore has one place that
// catches panics: net/http and the router for requests, a Guard for the rest.
// A Guard logs the panic with its stack at level ERROR, counts it, and makes it
// an error. What ends is the round, the job, the callback or the connection.
//
// # What the guarded function owes
//
// After a panic its caller goes on. A mutex is unlocked by defer wherever code
// of another package runs under it, and whoever others wait for answers them by
// defer.
//
// # What cannot be caught
//
// The runtime ends the process without a panic when memory runs out, when a
// stack overflows, and when a map is written by two goroutines at once. A
// goroutine that a library starts is not ours to guard; the functions that we
// let it call are.
package loop
