// Package testkit provides what tests need: a real database for each test, a
// network that can be broken, browsers, clients by HTTP and WebSocket, and a check
// that no goroutine is left running.
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
// Browser (browser.go) is one Chromium per process, headless if such a build is
// installed; DesktopBrowser is a full one. Each Person is an isolated profile in it.
// The verbs of a Page (verbs.go) wait up to Timeout for the element that they name,
// and report the content of the page if it does not appear.
//
// Client (client.go) and Socket (socket.go) call the app by HTTP and WebSocket.
// PushService (push.go) is a push service with its devices. Package load makes many
// sockets in another process, for benchmarks.
//
// Main runs four parallel tests of a package at once, since they mostly wait, and
// fails a package whose tests leave goroutines behind.
//
// # What it does not do
//
// It knows neither the features nor the app.
package testkit
