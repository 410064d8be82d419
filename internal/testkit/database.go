package testkit

import (
	"context"
	"testing"
	"time"

	"hubbub/internal/base/postgres"
)

const (
	connsPerTest   = 8                // the cluster has 300 for all concurrent tests
	releaseTimeout = 10 * time.Second // for a test's last connections
)

// Database returns a pool for a migrated, empty database that only this test uses.
func Database(t testing.TB) *postgres.DB {
	t.Helper()
	db, err := postgres.Connect(context.Background(), postgres.Config{URL: DatabaseURL(t), MaxConns: connsPerTest})
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(func() { closePool(t, db) })
	return db
}

// DatabaseURL returns the address of such a database, for tests that start the whole
// app on it. It is dropped after the test, even if connections are open.
func DatabaseURL(t testing.TB) string {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatalf("the test cluster: %v", err)
	}
	name, err := c.clone(context.Background())
	if err != nil {
		t.Fatalf("make the test's database: %v", err)
	}
	t.Cleanup(func() {
		if err := c.drop(context.Background(), name); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return c.url(name)
}

// closePool closes the pool. It fails the test if a connection is not released in
// time, for which the pool would wait permanently.
func closePool(t testing.TB, db *postgres.DB) {
	closed := make(chan struct{})
	go func() {
		db.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(releaseTimeout):
		t.Errorf("the test left %d connections or transactions open", db.Stat().AcquiredConns())
	}
}
