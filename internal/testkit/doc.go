// Package testkit provides what tests need: a real database for each test, a
// network that can be broken, clients by HTTP and WebSocket, and a check that no
// goroutine is left running. Package browser drives browsers, apptest starts the app,
// load makes many sockets for benchmarks, and guides runs the code of published guides.
//
// A package that uses it passes its tests to Main:
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
// # The path of a test's database
//
//  1. All test processes of a machine share one Postgres cluster. The first process
//     that needs it starts a keeper with startKeeper (keeper.go): the same test
//     binary, which Main (leak.go) turns into the keeper. The keeper runs the server,
//     in memory if there is enough, and removes it some seconds after its last user
//     has ended. TEST_DATABASE_URL names another server to use instead.
//  2. cluster.build (cluster.go) migrates a template database once for each state of
//     the migrations.
//  3. Database (database.go) copies the template, which takes about 20 ms, and drops
//     the copy after the test.
//
// # The other parts
//
// Relay (relay.go) is a TCP relay between client and server that a test can cut,
// freeze and restore.
//
// Client (client.go) and Socket (socket.go) call the app by HTTP and WebSocket. What
// they wait for must come within Timeout (eventually.go).
//
// PushService (push.go) is a push service with its devices. Log (log.go) is a log in
// memory.
//
// Main runs four parallel tests of a package at once, since they mostly wait, and
// fails a package whose tests leave goroutines behind.
//
// # What it does not do
//
// It knows neither the features nor the app; only package apptest does.
package testkit
