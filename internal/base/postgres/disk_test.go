package postgres_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hubbub/internal/base/postgres"
	"hubbub/internal/testkit"
)

// fillDisk lets writes to an empty table fail as on a full disk until restore is called: it replaces the table's file
// by /dev/full, where every write fails for lack of space.
func fillDisk(t *testing.T, db *postgres.DB, table string) (restore func()) {
	t.Helper()
	var data, file string
	err := db.QueryRow(t.Context(), `select current_setting('data_directory'), pg_relation_filepath($1)`, table).Scan(&data, &file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(data, file)
	if err := errors.Join(os.Rename(path, path+".empty"), os.Symlink("/dev/full", path)); err != nil {
		t.Fatal(err)
	}
	db.Reset() // sessions that know the file have it open
	return func() {
		if err := os.Rename(path+".empty", path); err != nil {
			t.Error(err)
		}
		db.Reset()
	}
}

func TestFullDiskIsUnavailableAndNotReady(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("simulating a full disk needs /dev/full")
	}
	db := privateServer(t)
	execute(t, db, `create table numbers (n int)`)
	restore := fillDisk(t, db, "numbers")
	if err := insert(t.Context(), db, 1); !postgres.Unavailable(err) {
		t.Errorf("a full disk: %v", err)
	}
	if err := db.Ready(t.Context()); !errors.Is(err, postgres.ErrDiskFull) {
		t.Errorf("the disk is full, yet ready: %v", err)
	}
	restore()
	if err := insert(t.Context(), db, 1); err != nil {
		t.Errorf("the disk has room again: %v", err)
	}
	testkit.Eventually(t, "it to be ready again", 20*time.Second, func() bool { return db.Ready(t.Context()) == nil })
}

func TestExhaustedServerIsUnavailable(t *testing.T) {
	db := testkit.Database(t)
	for _, code := range []string{"53000", "53100", "53200", "53300", "53400"} {
		_, err := db.Exec(t.Context(), `do $$ begin raise exception using errcode = '`+code+`'; end $$`)
		if !postgres.Unavailable(err) {
			t.Errorf("%s: %v", code, err)
		}
	}
}
