package postgres_test

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"hubbub/internal/postgres"
	"hubbub/internal/testkit"
)

func file(sql string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(sql)} }

func history(second string) fstest.MapFS {
	return fstest.MapFS{
		"0001_one.up.sql": file(`create table one ()`), "0001_one.down.sql": file(`drop table one`),
		"0002_two.up.sql": file(second), "0002_two.down.sql": file(`drop table two`),
	}
}

// emptyDatabase has no history yet.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	db := testkit.Database(t)
	execute(t, db, `drop table schema_migrations`)
	return db.URL()
}

func TestNodesThatMigrateAtOnceDoItOnce(t *testing.T) {
	url := emptyDatabase(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if err := postgres.MigrateUp(t.Context(), url, history(`create table two ()`)); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestAFailedMigrationIsExplainedAndMended(t *testing.T) {
	url := emptyDatabase(t)
	if err := postgres.MigrateUp(t.Context(), url, history(`create table two (); select nonsense`)); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Fatalf("the first time it says what failed, not: %v", err)
	}
	mended := history(`create table two ()`)
	err := postgres.MigrateUp(t.Context(), url, mended)
	if err == nil || !strings.Contains(err.Error(), "hubbub migrate force 1") {
		t.Fatalf("then it says how to mend it, not: %v", err)
	}
	if err := postgres.Force(t.Context(), url, 1); err != nil {
		t.Fatal(err)
	}
	if err := postgres.MigrateUp(t.Context(), url, mended); err != nil {
		t.Fatal(err)
	}
}

func TestAnOlderProgramDoesNotTouchANewerDatabase(t *testing.T) {
	url := emptyDatabase(t)
	if err := postgres.MigrateUp(t.Context(), url, history(`create table two ()`)); err != nil {
		t.Fatal(err)
	}
	older := history("")
	delete(older, "0002_two.up.sql")
	delete(older, "0002_two.down.sql")
	if err := postgres.MigrateUp(t.Context(), url, older); err == nil || !strings.Contains(err.Error(), "newer Hubbub") {
		t.Errorf("got: %v", err)
	}
}

func TestADatabaseWithoutTheMigrationsIsNotReady(t *testing.T) {
	db := testkit.Database(t)
	execute(t, db, `update schema_migrations set version = 0`)
	if err := db.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "version 0") {
		t.Errorf("got: %v", err)
	}
}
