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

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	a, b := testkit.Database(t), testkit.Database(t)
	if _, err := a.Exec(t.Context(), `create table only_here ()`); err != nil {
		t.Fatal(err)
	}
	var leaked bool
	err := b.QueryRow(t.Context(), `select to_regclass('only_here') is not null`).Scan(&leaked)
	if err != nil || leaked {
		t.Fatalf("the other test's table is here: %t, %v", leaked, err)
	}
}

func TestADatabaseIsMigrated(t *testing.T) {
	if err := testkit.Database(t).Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// anotherRun is a second test process, as `go test ./...` has several.
func anotherRun(t *testing.T, environment ...string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestADatabaseIsMigrated$")
	cmd.Env = append(os.Environ(), environment...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("another run: %v\n%s", err, out)
	}
}

func TestARunSweepsWhatAKilledOneLeftButNotWhatAnotherUses(t *testing.T) {
	db := testkit.Database(t)
	const left = "hubbub_test_1_1" // run 1 holds no lock: it is dead
	if _, err := db.Exec(t.Context(), `create database `+left); err != nil {
		t.Fatal(err)
	}
	anotherRun(t)
	var there bool
	err := db.QueryRow(t.Context(), `select exists (select from pg_database where datname = $1)`, left).Scan(&there)
	if err != nil || there {
		t.Errorf("left over: %t, %v", there, err)
	}
}

func TestAnotherServerCanBeNamed(t *testing.T) {
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
	query.Set("options", "-crole="+guest) // the embedded server lets us in as its superuser only
	address.Path, address.RawQuery = "/postgres", query.Encode()
	anotherRun(t, "TEST_DATABASE_URL="+address.String())
	if _, err := db.Exec(t.Context(), `drop role `+guest); err != nil {
		t.Errorf("the guest left something behind: %v", err)
	}
}
