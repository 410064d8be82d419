package postgres_test

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"hubbub/internal/base/postgres"
	"hubbub/internal/testkit"
)

func file(sql string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(sql)} }

func history(second string) fstest.MapFS {
	return fstest.MapFS{
		"0001_one.up.sql": file(`create table one ()`), "0001_one.down.sql": file(`drop table one`),
		"0002_two.up.sql": file(second), "0002_two.down.sql": file(`drop table two`),
	}
}

// emptyDatabase returns the URL of a database without a migration history.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	db := testkit.Database(t)
	execute(t, db, `drop table schema_migrations`)
	return db.URL()
}

func TestMigrateRunsOnceForSeveralNodes(t *testing.T) {
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

func TestMigrateExplainsTheRepairOfAFailedMigration(t *testing.T) {
	url := emptyDatabase(t)
	if err := postgres.MigrateUp(t.Context(), url, history(`create table two (); select nonsense`)); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Fatalf("want the cause of the failure, got: %v", err)
	}
	corrected := history(`create table two ()`)
	err := postgres.MigrateUp(t.Context(), url, corrected)
	if err == nil || !strings.Contains(err.Error(), "hubbub migrate force 1") {
		t.Fatalf("want the repair, got: %v", err)
	}
	if err := postgres.Force(t.Context(), url, 1); err != nil {
		t.Fatal(err)
	}
	if err := postgres.MigrateUp(t.Context(), url, corrected); err != nil {
		t.Fatal(err)
	}
}

func TestMigrateRefusesADatabaseOfANewerProgram(t *testing.T) {
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

func TestReadyRequiresTheMigrations(t *testing.T) {
	db := testkit.Database(t)
	execute(t, db, `update schema_migrations set version = 0`)
	if err := db.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "version 0") {
		t.Errorf("got: %v", err)
	}
}
