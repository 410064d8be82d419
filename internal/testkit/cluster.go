package testkit

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"sync"
	"sync/atomic"

	"hubbub/internal/base/postgres"
	"hubbub/migrations"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	templateLock   = 7_312_004 // an advisory lock: one process builds a template
	databasePrefix = "hubbub_test_"
)

// cluster is the server with the databases of this process' tests.
type cluster struct {
	address  *url.URL
	admin    *pgxpool.Pool
	self     *pgx.Conn // holds the advisory lock run until this process ends
	run      int64     // part of the names of this process' databases
	template string
	strategy string
	clones   atomic.Int64
}

// shared connects at first use. The connections are closed at the process' end.
var shared = sync.OnceValues(func() (*cluster, error) {
	ctx := context.Background()
	if address := os.Getenv("TEST_DATABASE_URL"); address != "" {
		return openCluster(ctx, address, "")
	}
	address, release, err := useKeeper(ctx)
	if err != nil {
		return nil, err
	}
	atEnd.add(release)
	return openCluster(ctx, address, " strategy file_copy") // fast on a server without fsync
})

func openCluster(ctx context.Context, address, strategy string) (*cluster, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("TEST_DATABASE_URL: %w", err)
	}
	c := &cluster{address: parsed, run: rand.Int64(), strategy: strategy}
	if c.template, err = templateName(); err != nil {
		return nil, err
	}
	if c.self, err = pgx.Connect(ctx, address); err != nil {
		return nil, err
	}
	atEnd.add(func() { c.self.Close(ctx) })
	if c.admin, err = pgxpool.New(ctx, address); err != nil {
		return nil, err
	}
	atEnd.add(c.admin.Close)
	return c, errors.Join(c.claim(ctx), c.sweep(ctx), c.build(ctx))
}

// claim marks this process' databases as in use.
func (c *cluster) claim(ctx context.Context) error {
	_, err := c.self.Exec(ctx, `select pg_advisory_lock($1)`, c.run)
	return err
}

// sweep drops the databases of killed test runs: those whose run's lock is free.
func (c *cluster) sweep(ctx context.Context) error {
	rows, err := c.self.Query(ctx, `select datname from pg_database where starts_with(datname, $1)`, databasePrefix)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		err = errors.Join(err, c.sweepOne(ctx, name))
	}
	return err
}

func (c *cluster) sweepOne(ctx context.Context, name string) error {
	var run, n int64
	if _, err := fmt.Sscanf(name, databasePrefix+"%d_%d", &run, &n); err != nil {
		return nil // not a test's database
	}
	var dead bool
	if err := c.self.QueryRow(ctx, `select pg_try_advisory_lock($1)`, run).Scan(&dead); err != nil || !dead {
		return err
	}
	err := c.drop(ctx, name)
	_, unlockErr := c.self.Exec(ctx, `select pg_advisory_unlock($1)`, run)
	return errors.Join(err, unlockErr)
}

// build migrates the template once for all processes. A database of that name that is
// not marked as a template is incomplete, and is replaced.
func (c *cluster) build(ctx context.Context) error {
	if _, err := c.self.Exec(ctx, `select pg_advisory_lock($1)`, templateLock); err != nil {
		return err
	}
	defer c.self.Exec(ctx, `select pg_advisory_unlock($1)`, templateLock)
	var built bool
	err := c.self.QueryRow(ctx, `select exists (select from pg_database where datname = $1 and datistemplate)`, c.template).Scan(&built)
	if err != nil || built {
		return err
	}
	if err := c.drop(ctx, c.template); err != nil {
		return err
	}
	if _, err := c.admin.Exec(ctx, `create database `+c.template); err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, c.url(c.template)); err != nil {
		return err
	}
	_, err = c.admin.Exec(ctx, `alter database `+c.template+` with is_template true allow_connections false`)
	return err
}

// clone creates a test's database.
func (c *cluster) clone(ctx context.Context) (name string, err error) {
	name = fmt.Sprintf("%s%d_%d", databasePrefix, c.run, c.clones.Add(1))
	_, err = c.admin.Exec(ctx, `create database `+name+` template `+c.template+c.strategy)
	return name, err
}

func (c *cluster) drop(ctx context.Context, name string) error {
	_, err := c.admin.Exec(ctx, `drop database if exists `+name+` with (force)`)
	return err
}

func (c *cluster) url(name string) string {
	address := *c.address
	address.Path = "/" + name
	return address.String()
}

// templateName returns a name that depends on the migrations.
func templateName() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := migrations.FS.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return fmt.Sprintf("hubbub_template_%x", sum.Sum(nil)[:6]), err
}
