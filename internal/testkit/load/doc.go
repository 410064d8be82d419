// Package load puts load on a server from a process of its own, so that the
// CPU and the memory that a benchmark counts are the server's alone.
//
// The process is the test binary again, as testkit's keeper is: testkit.Main
// calls Main, which takes over when the process was started by Start. It speaks
// just enough WebSocket, with as little work a frame as can be, and has one core.
//
//  1. Start hands it the Order: how many sockets, what each says at first (who
//     it is, the rooms that it joins), and the Task of them all.
//  2. It connects and says that it is ready. To Connect it only gets ready.
//  3. Go lets it work and waits until it has done. Listening needs no Go.
//  4. Finish waits for what is still on its way and returns the Report.
//
// Times from a broadcast to its hearers come from the broadcast itself: a frame
// that holds a Stamp is timed, by the clock that both processes share.
package load
