// Package embedded runs a private Postgres server for a machine without one: for
// trying, developing and testing Hubbub. docs/decisions/0001-embedded-postgres.md has
// the reasons.
//
// The server is a child process without a TCP port or a password. It listens on a
// Unix socket in its own folder, which other users of the machine may not enter, and
// accepts only root and the user that the app runs as (peer authentication).
//
// # The path of Start
//
//  1. findPrograms (find.go) looks for initdb and postgres of version 15 or newer: in
//     PG_BIN, on the path, where packages install them, and where `make postgres` does.
//     For that last copy, hydrate (hydrate.go) makes the links that npm leaves out.
//  2. runAs (runas.go) chooses the user. If the app runs as root, the server runs as
//     the user postgres, or as nobody if there is no such user. If that user may not
//     enter the data folder, enterable (cluster.go) takes one in /var/tmp instead.
//  3. newCluster (cluster.go) creates the folder postgres-<version> and claims it
//     (runas.go): links and folders of other users are refused.
//  4. acquire (server.go) takes the folder's file lock. If a server runs there, the app
//     connects to it and uses it. If not, initialise (cluster.go) runs initdb at the
//     first start, admit (cluster.go) writes who may connect, and start (child.go) runs
//     the server, which is ready when it answers a query.
//  5. supervise (server.go) waits for the server's end, whichever app runs it, and
//     acquires one again.
//
// # Guarantees
//
//   - A folder has one server at a time, however many apps use it. When the app that
//     runs it stops, another app that uses it starts its own.
//   - A killed first start leaves no incomplete data: initdb works in another folder,
//     which is renamed at the end.
//   - Ctrl-C reaches the app, not the server. The app stops its server when it stops.
//   - If the app is killed, the kernel of Linux ends the server as well
//     (death_linux.go). On other systems the server keeps running, and the next start
//     uses it (death_other.go).
//
// # What it does not do
//
// It makes no backups and never upgrades data from one major version of Postgres to
// the next: the folder is named by the version, so a newer Postgres begins with an
// empty one. It never downloads anything. It needs a Unix; server_other.go, for Windows,
// recommends WSL, docker compose or DATABASE_URL.
package embedded
