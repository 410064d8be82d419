package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres/embedded"
)

const (
	startTimeout   = 10 * time.Second // docker compose starts app and database together
	connectTimeout = 3 * time.Second  // an unreachable host must not hold a request for minutes
	healthCheck    = 5 * time.Second  // how often idle connections are checked
	defaultConns   = 16
)

// Config describes where the database is and how it is used.
type Config struct {
	URL      string // empty: an embedded server under DataDir
	DataDir  string
	Log      *slog.Logger // nil: slog.Default()
	MaxConns int32        // for requests; 0: 16. Background work has 8 more
	Guard    loop.Guard   // catches panics in the embedded server's supervisor; without a logger it uses Log
}

// DB is a migrated database: a pool for requests, and one for background work (see InBackground).
type DB struct {
	*pgxpool.Pool
	background *pgxpool.Pool
	disk       *diskHealth
	url        string
	server     *embedded.Server
}

// Open starts the embedded server if c.URL is empty, connects and migrates.
func Open(ctx context.Context, c Config) (*DB, error) {
	var server *embedded.Server
	if c.URL == "" {
		var err error
		if server, c.URL, err = openServer(ctx, c); err != nil {
			return nil, err
		}
	}
	db, err := open(ctx, c)
	if err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	db.server = server
	return db, nil
}

// Connect opens a database that is migrated already. It does not wait for the server.
func Connect(ctx context.Context, c Config) (*DB, error) {
	conns := c.MaxConns
	if conns == 0 {
		conns = defaultConns
	}
	disk := &diskHealth{}
	requests, err := requestLimits(conns).newPool(ctx, c.URL, disk)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL can't be read: %w", err)
	}
	background, err := backgroundLimits().newPool(ctx, c.URL, disk)
	if err != nil {
		requests.Close()
		return nil, fmt.Errorf("DATABASE_URL can't be read: %w", err)
	}
	return &DB{Pool: requests, background: background, disk: disk, url: c.URL}, nil
}

func open(ctx context.Context, c Config) (*DB, error) {
	err := whenReachable(ctx, func() error { return Migrate(ctx, c.URL) })
	if err != nil {
		return nil, err
	}
	return Connect(ctx, c)
}

// openServer starts the embedded server and creates its database, which a new cluster lacks.
func openServer(ctx context.Context, c Config) (*embedded.Server, string, error) {
	server, err := embedded.Start(ctx, embedded.Config{Dir: c.DataDir, Log: c.Log, Guard: c.Guard})
	if err != nil {
		return nil, "", err
	}
	err = whenReachable(ctx, func() error { return createDatabase(ctx, server.URL("postgres"), embedded.Name) })
	if err != nil {
		return nil, "", errors.Join(err, server.Stop())
	}
	return server, server.URL(embedded.Name), nil
}

func createDatabase(ctx context.Context, url, name string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to the embedded Postgres: %w", err)
	}
	defer conn.Close(ctx)
	var exists bool
	err = conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&exists)
	if err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, `create database `+pgx.Identifier{name}.Sanitize())
	if Violates(err, "pg_database_datname_index") || isCode(err, pgerrcode.DuplicateDatabase) {
		return nil // another app on this folder has created it
	}
	return err
}

// whenReachable calls try, and again while its error is Unavailable, for startTimeout.
func whenReachable(ctx context.Context, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		err := try()
		if err == nil || !Unavailable(err) {
			return err
		}
		if !loop.Sleep(ctx, 100*time.Millisecond) {
			return fmt.Errorf("the database can't be reached; check DATABASE_URL and that the server runs: %w", err)
		}
	}
}

// URL returns the database's address, for tools.
func (db *DB) URL() string { return db.url }

// Embedded reports whether the server is an embedded one.
func (db *DB) Embedded() bool { return db.server != nil }

// Ready returns nil if the database answers, has this program's migrations and can be written to. It returns
// ErrDiskFull if a write failed for lack of disk space within the last diskFullFor.
func (db *DB) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := migrated(ctx, db); err != nil {
		return err
	}
	return db.disk.check()
}

// Close waits until every connection is returned to its pool, then stops the
// embedded server if this process runs it.
func (db *DB) Close() {
	db.background.Close()
	db.Pool.Close()
	if err := db.server.Stop(); err != nil {
		slog.Error("stop the embedded Postgres", "error", err)
	}
}
