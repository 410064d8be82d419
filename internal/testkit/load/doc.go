// Package load generates load on a server from another process, so that the CPU time
// and the memory that a benchmark measures are those of the server alone.
//
// The process is the same test binary, as testkit's keeper is: testkit.Main calls Main
// (client.go), which takes over if the process was started by Start. It implements just
// enough of WebSocket, does as little work per frame as possible, and has one core.
//
//  1. Start (load.go) sends it the Order: the number of sockets, the identity and first
//     requests of each, and their Task.
//  2. client.run (client.go) connects and reports that it is ready. For the task Connect
//     it is ready before it connects.
//  3. Process.Go (load.go) starts the work and waits until it is done. Listen needs no
//     Go.
//  4. Process.Finish (load.go) waits for the outstanding events and returns the Report.
//
// The time from a broadcast to its receivers is measured with the broadcast itself: an
// event that contains a Stamp is timed by the clock that both processes share.
package load
