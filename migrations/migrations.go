// Package migrations holds the database's history: golang-migrate pairs,
// numbered, one feature each, embedded in the binary and applied at start.
//
// Each feature owns a Postgres schema of its own name and touches no other,
// but for foreign keys to account.users.
package migrations

import "embed"

// FS holds the files NNNN_feature.up.sql and NNNN_feature.down.sql.
//
//go:embed *.sql
var FS embed.FS
