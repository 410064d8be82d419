package testkit_test

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"testing"

	"hubbub/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestDatabaseIsNotSharedByTests(t *testing.T) {
	a, b := testkit.Database(t), testkit.Database(t)
	if _, err := a.Exec(t.Context(), `create table only_here ()`); err != nil {
		t.Fatal(err)
	}
	var leaked bool
	err := b.QueryRow(t.Context(), `select to_regclass('only_here') is not null`).Scan(&leaked)
	if err != nil || leaked {
		t.Fatalf("the other database's table is visible: %t, %v", leaked, err)
	}
}

func TestDatabaseIsMigrated(t *testing.T) {
	if err := testkit.Database(t).Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// runAgain runs one test in a second process.
func runAgain(t *testing.T, environment ...string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestDatabaseIsMigrated$")
	cmd.Env = append(os.Environ(), environment...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("another run: %v\n%s", err, out)
	}
}

func TestDatabaseOfAKilledRunIsDropped(t *testing.T) {
	db := testkit.Database(t)
	const left = "hubbub_test_1_1" // run 1 holds no lock: it is dead
	if _, err := db.Exec(t.Context(), `create database `+left); err != nil {
		t.Fatal(err)
	}
	runAgain(t)
	var there bool
	err := db.QueryRow(t.Context(), `select exists (select from pg_database where datname = $1)`, left).Scan(&there)
	if err != nil || there {
		t.Errorf("the database still exists: %t, %v", there, err)
	}
}

func TestDatabaseServerCanBeConfigured(t *testing.T) {
	db := testkit.Database(t)
	guest := fmt.Sprint("guest_", os.Getpid()) // roles belong to the whole cluster
	if _, err := db.Exec(t.Context(), `create role `+guest+` superuser login`); err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(db.URL())
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	query.Set("options", "-crole="+guest) // the embedded server accepts connections as its superuser only
	address.Path, address.RawQuery = "/postgres", query.Encode()
	runAgain(t, "TEST_DATABASE_URL="+address.String())
	if _, err := db.Exec(t.Context(), `drop role `+guest); err != nil {
		t.Errorf("objects of the guest role remain: %v", err)
	}
}
