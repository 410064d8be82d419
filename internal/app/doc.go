// Package app is Hubbub as one program: it opens the database, makes the services,
// connects the features to each other, and serves until Close.
//
//  1. Main (command.go) selects the command. Configuration comes from the
//     environment (config.go).
//  2. Start (app.go) opens the database and wires the services (wiring.go). Tests
//     start an App the same way.
//  3. The features do not import each other. What one needs of another is an
//     interface in the feature that needs it; an adapter here implements it, in one
//     file for each pair.
//  4. newRouter (router.go) adds the routes of the features and the middleware in
//     its order: request id, log, panics, limit of the address, caller, limit of the
//     caller.
//  5. Close (app.go) ends the sockets, the requests, the jobs and the database, in
//     this order, each within its share of the time.
package app
