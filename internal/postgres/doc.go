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
// The embedded server (server.go, child.go, cluster.go, find.go, runas.go) is a
// child process without port and password: it listens on a unix socket in its
// own folder. It stops when the app stops. On Linux it also dies when the app is
// killed; elsewhere it stays, and the next start uses it. A second app on the
// same folder uses the first one's server, and takes over when that one leaves.
// It exists for trying, developing and testing; it makes no backups and never
// moves data from one major version of Postgres to the next.
package postgres
