// Package postgres is how everything here reaches its database: a pool, a
// transaction helper, two questions about errors, the migrations and, for those
// who have no server, a server of Hubbub's own.
//
// What Open does, in order:
//
//  1. With Config.URL it takes that server. Without, StartServer runs a private
//     one under Config.DataDir and Open creates the database in it.
//  2. It waits up to ten seconds for the server to answer, since in a container
//     both start together.
//  3. It applies the migrations under an advisory lock, so several nodes may
//     start at once: one migrates, the others wait and find nothing to do.
//  4. It hands out the pool.
//
// A database that goes away later stops nothing. Queries fail with errors that
// Unavailable recognises, Ready says so to the load balancer, and the pool
// connects again by itself as soon as the server answers.
//
// Everything has an end (limits.go). There are two pools: requests use one, what
// runs under InBackground the other, so that neither takes the connections of
// the other.
//
//	                           requests   background
//	connections                      16            8
//	a statement                     5 s         60 s
//	a wait for a lock               2 s         10 s
//	idle in a transaction          60 s         60 s
//	a wait for a connection         3 s         30 s
//	silence of the server           6 s         65 s
//
// While a table is locked, the statements that wait for it take all connections
// of requests for two seconds at most; after that the circuit breaker
// (breaker.go) lets two of each statement through, and refuses the others at
// once, until one gets its lock. Migrations run without any of these limits. A
// full disk makes writes fail as unavailable, and the node not ready (disk.go).
//
// The embedded server (server.go, child.go, cluster.go, find.go, runas.go) is a
// child process without port and password: it listens on a unix socket in its
// own folder, which other users of the machine may not enter, and admits only
// root and the user that the app runs as (peer authentication). As root the app
// runs it as postgres, or as nobody where there is no such user. It stops when the app stops. On Linux it also dies when the app is
// killed; elsewhere it stays, and the next start uses it. A second app on the
// same folder uses the first one's server, and takes over when that one leaves.
// It exists for trying, developing and testing; it makes no backups and never
// moves data from one major version of Postgres to the next.
package postgres
