package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"hubbub/migrations"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	driver "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	"github.com/golang-migrate/migrate/v4/source"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Migrate applies all migrations that the database lacks. Nodes that start at the
// same time wait for each other.
func Migrate(ctx context.Context, url string) error {
	return migrateUp(ctx, url, migrations.FS)
}

// Force sets the version in the database's history and clears its dirty mark,
// without running a migration. It is the repair after a failed migration. Version
// -1 means that none is applied.
func Force(ctx context.Context, url string, version int) error {
	m, _, err := newMigrator(ctx, url, migrations.FS)
	if err != nil {
		return err
	}
	if err := m.Force(version); err != nil {
		return errors.Join(fmt.Errorf("force version %d: %w", version, err), closeMigrator(m))
	}
	return closeMigrator(m)
}

func migrateUp(ctx context.Context, url string, files fs.FS) error {
	m, src, err := newMigrator(ctx, url, files)
	if err != nil {
		return err
	}
	err = m.Up()
	var dirty migrate.ErrDirty
	switch {
	case errors.Is(err, migrate.ErrNoChange):
		err = nil
	case errors.As(err, &dirty):
		err = explainDirty(src, dirty.Version)
	case errors.Is(err, os.ErrNotExist):
		err = fmt.Errorf("the database was migrated by a newer Hubbub than this one; run that one: %w", err)
	case err != nil:
		err = fmt.Errorf("migrate the database: %w", withCause(err))
	}
	return errors.Join(err, closeMigrator(m))
}

// withCause adds the cause that golang-migrate's errors hide from errors.As, so that
// Unavailable recognises a connection that was lost during the migration.
func withCause(err error) error {
	var value database.Error
	var pointer *database.Error
	switch {
	case errors.As(err, &value):
		return errors.Join(err, value.OrigErr)
	case errors.As(err, &pointer):
		return errors.Join(err, pointer.OrigErr)
	}
	return err
}

// explainDirty returns an error that explains the dirty mark and its repair. Each
// file runs in one transaction, so a failed migration leaves only the mark behind.
func explainDirty(src source.Driver, version int) error {
	before := -1
	if v, err := src.Prev(uint(version)); err == nil {
		before = int(v)
	}
	return fmt.Errorf("migration %04d failed at an earlier start and was rolled back, but the database is still marked as dirty. "+
		"Correct its cause, then run \"hubbub migrate force %d\" and start again", version, before)
}

// newMigrator returns a migrator with a connection of its own, on which it also
// takes the advisory lock.
func newMigrator(ctx context.Context, url string, files fs.FS) (*migrate.Migrate, source.Driver, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, fmt.Errorf("DATABASE_URL can't be read: %w", err)
	}
	config.ConnectTimeout = connectTimeout
	src, err := iofs.New(files, ".")
	if err != nil {
		return nil, nil, fmt.Errorf("read the migrations: %w", err)
	}
	db := stdlib.OpenDB(*config)
	target, err := connectDriver(ctx, db)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("connect to the database: %w", withCause(err)), db.Close())
	}
	m, err := migrate.NewWithInstance("iofs", src, "pgx5", target)
	return m, src, err
}

func connectDriver(ctx context.Context, db *sql.DB) (*driver.Postgres, error) {
	if err := db.PingContext(ctx); err != nil {
		return nil, err
	}
	d, err := driver.WithInstance(db, &driver.Config{})
	if err != nil {
		return nil, err
	}
	return d.(*driver.Postgres), nil
}

func closeMigrator(m *migrate.Migrate) error {
	sourceErr, databaseErr := m.Close()
	return errors.Join(sourceErr, databaseErr)
}

// migrated returns nil if the newest migration of this program is applied.
func migrated(ctx context.Context, q Queryer) error {
	newest, err := newestVersion(migrations.FS)
	if err != nil {
		return err
	}
	var version uint
	var dirty bool
	err = q.QueryRow(ctx, `select version, dirty from schema_migrations`).Scan(&version, &dirty)
	if err != nil {
		return fmt.Errorf("read the database's version: %w", err)
	}
	if dirty || version < newest {
		return fmt.Errorf("the database is at version %d (dirty: %t), this program needs %d", version, dirty, newest)
	}
	return nil
}

func newestVersion(files fs.FS) (uint, error) {
	src, err := iofs.New(files, ".")
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}
	defer src.Close()
	version, err := src.First()
	for err == nil {
		var next uint
		if next, err = src.Next(version); err == nil {
			version = next
		}
	}
	if !errors.Is(err, os.ErrNotExist) {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}
	return version, nil
}
