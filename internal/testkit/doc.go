// Package testkit is what tests stand on: a real database each, a network that
// can be cut, browsers for people, and a check that nothing is left running.
//
// A package that uses it gives its tests to Main:
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
// Database: all test processes of a machine share one Postgres cluster. The
// first process that needs it starts a keeper, which is the same test binary
// under another name. The keeper runs the server, in memory where there is
// room, and removes it some seconds after its last user left. A template
// database is migrated once for each state of the migrations. A test's database
// is a copy of it, made in about 20 ms and dropped after the test.
// TEST_DATABASE_URL names another server to do all this on.
//
// Relay: between client and server stands a relay of TCP that a test cuts,
// freezes and restores.
//
// Browser: one Chromium a process, without windows where there is such a one;
// DesktopBrowser is one with all that people have. Each Person is an isolated profile in it
// whose verbs wait for what they name, for a while, and tell what was on
// the page when it did not come.
//
// Load: many sockets in another process, for benchmarks (package load).
//
// Main: runs four parallel tests of a package at once, since they wait more than
// they work, and fails a package whose tests left goroutines behind.
//
// It knows no feature and not the app.
package testkit
