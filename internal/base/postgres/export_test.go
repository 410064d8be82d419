package postgres

// MigrateUp is Migrate with other files.
var MigrateUp = migrateUp
