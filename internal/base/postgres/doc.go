// Package postgres connects to the database. It provides a connection pool, a
// transaction helper, two functions that classify errors, and the migrations.
// On a machine without a database server it uses the one of the package embedded.
//
// # The path of Open
//
//  1. Open (db.go) uses the server of Config.URL. If that is empty, embedded.Start
//     (embedded/server.go) runs a private server under Config.DataDir, and
//     createDatabase (db.go) creates the database in it.
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
// # What it does not do
//
// It makes no backups, and has no object-relational mapping: the SQL is in the stores of the features.
package postgres
