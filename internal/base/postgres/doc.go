// Package postgres connects to the database. It provides a connection pool, a
// transaction helper, two functions that classify errors, the migrations and, for
// a machine without a database server, an embedded one.
//
// # The path of Open
//
//  1. Open (db.go) uses the server of Config.URL. If that is empty, StartServer
//     (server.go) runs a private server under Config.DataDir, and createDatabase
//     (db.go) creates the database in it.
//  2. whenReachable (db.go) waits up to ten seconds for the server to answer,
//     because containers of the app and the server start together.
//  3. Migrate (migrate.go) applies the migrations under an advisory lock, so
//     several nodes may start at once: one migrates, the others wait and find
//     nothing to do.
//  4. Connect (db.go) opens the pools.
//
// If the database becomes unavailable later, the app goes on. Queries fail with
// errors for which Unavailable reports true, Ready returns an error to the load
// balancer, and the pool connects again as soon as the server answers.
//
// # Limits
//
// Every operation is limited in time (limits.go). There are two pools: requests
// use one, work under InBackground (background.go) the other, so that neither
// takes the connections of the other.
//
//	                           requests   background
//	connections                      16            8
//	a statement                     5 s         60 s
//	a wait for a lock               2 s         10 s
//	idle in a transaction          60 s         60 s
//	a wait for a connection         3 s         30 s
//	silence of the server           6 s         65 s
//
// While a table is locked, the statements that wait for it occupy all connections
// of requests for two seconds at most. Then the circuit breaker (breaker.go) admits
// two of each such statement at a time and refuses the others at once, until one
// gets its lock. Migrations run without these limits. When the disk is full, writes
// fail as unavailable and the node is not ready (disk.go).
//
// # The embedded server
//
// The embedded server (server.go, child.go, cluster.go, find.go, runas.go) is a
// child process without a TCP port or a password. It listens on a Unix socket in
// its own folder, which other users of the machine may not enter, and accepts only
// root and the user that the app runs as (peer authentication). If the app runs as
// root, the server runs as the user postgres, or as nobody if there is no such user.
// It stops when the app stops. If the app is killed, the kernel of Linux ends the
// server as well; on other systems it keeps running, and the next start uses it. A
// second app on the same folder uses the first one's server, and starts its own when
// the first app stops.
//
// # What it does not do
//
// The embedded server is for trying, developing and testing Hubbub. It makes no
// backups and never upgrades data from one major version of Postgres to the next.
package postgres
