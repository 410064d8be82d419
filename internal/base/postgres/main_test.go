package postgres_test

import (
	"context"
	"os"
	"testing"

	"hubbub/internal/base/postgres"
	"hubbub/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// privateServer opens a database on a server that only this test uses.
func privateServer(t *testing.T) *postgres.DB {
	t.Helper()
	parent := "/dev/shm" // in memory, where a cluster is created quickly
	if _, err := os.Stat(parent); err != nil {
		parent = ""
	}
	dir, err := os.MkdirTemp(parent, "hubbub")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the server may run as another user
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), postgres.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func execute(t *testing.T, db *postgres.DB, sql string) {
	t.Helper()
	if _, err := db.Exec(context.Background(), sql); err != nil {
		t.Fatal(err)
	}
}
