package testkit_test

import (
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
