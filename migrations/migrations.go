// Package migrations has the migrations of the database: numbered pairs of files for
// golang-migrate, each of one feature. They are embedded in the binary and applied at
// the start.
//
// Each feature owns the Postgres schema of its name and changes no other. Only foreign
// keys to account.users cross schemas.
package migrations

import "embed"

// FS has the files NNNN_feature.up.sql and NNNN_feature.down.sql.
//
//go:embed *.sql
var FS embed.FS
