package postgres_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"hubbub/internal/base/postgres"
	"hubbub/internal/testkit"

	"github.com/jackc/pgx/v5"
)

// within calls do, and fails the test if it takes longer than most.
func within(t *testing.T, most time.Duration, do func() error) error {
	t.Helper()
	began := time.Now()
	err := do()
	if took := time.Since(began); took > most {
		t.Errorf("it took %v, more than %v (%v)", took, most, err)
	}
	return err
}

// lockTable locks a table exclusively until release is called or the test ends.
func lockTable(t *testing.T, db *postgres.DB, table string) (release func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db.URL())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `begin; lock table `+table); err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() { conn.Close(context.Background()) })
	t.Cleanup(release)
	return release
}

func TestStatementTimeoutIsUnavailable(t *testing.T) {
	db := testkit.Database(t)
	err := within(t, 20*time.Second, func() error {
		_, err := db.Exec(t.Context(), `select pg_sleep(60)`)
		return err
	})
	if !postgres.Unavailable(err) {
		t.Errorf("a statement without end: %v", err)
	}
}

func TestLockTimeoutIsUnavailable(t *testing.T) {
	db := numbers(t)
	lockTable(t, db, "numbers")
	err := within(t, 20*time.Second, func() error { return insert(t.Context(), db, 1) })
	if !postgres.Unavailable(err) {
		t.Errorf("a locked table: %v", err)
	}
}

func TestLockedTableLeavesConnectionsForOtherStatements(t *testing.T) {
	db := numbers(t)
	execute(t, db, `create table others (n int)`)
	release := lockTable(t, db, "numbers")
	ctx, stop := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	for range 5 * db.Config().MaxConns {
		crowd.Go(func() {
			for ctx.Err() == nil {
				if err := insert(ctx, db, 1); !postgres.Unavailable(err) && ctx.Err() == nil {
					t.Errorf("the table is locked, yet: %v", err)
				}
			}
		})
	}
	insert(ctx, db, 1) // returns when the first statements have timed out
	for range 20 {
		err := within(t, 2*time.Second, func() error {
			_, err := db.Exec(t.Context(), `insert into others values (1)`)
			return err
		})
		if err != nil {
			t.Fatalf("a statement on another table failed: %v", err)
		}
	}
	stop()
	crowd.Wait()
	release()
	testkit.Eventually(t, "the table to be used again", 10*time.Second, func() bool { return insert(t.Context(), db, 2) == nil })
}

func TestPoolWithoutAFreeConnectionIsUnavailable(t *testing.T) {
	db := testkit.Database(t)
	for range db.Config().MaxConns {
		tx, err := db.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback(context.Background())
	}
	err := within(t, 20*time.Second, func() error { return db.Ready(context.Background()) })
	if !postgres.Unavailable(err) {
		t.Errorf("all connections are in use, yet: %v", err)
	}
	if err := db.QueryRow(postgres.InBackground(t.Context()), `select 1`).Scan(new(int)); err != nil {
		t.Errorf("background work has connections of its own: %v", err)
	}
}

func TestBackgroundWorkHasLongerTimeouts(t *testing.T) {
	db := testkit.Database(t)
	for setting, want := range map[string][2]string{
		"statement_timeout":                   {"5s", "1min"},
		"lock_timeout":                        {"2s", "10s"},
		"idle_in_transaction_session_timeout": {"1min", "1min"},
	} {
		var request, background string
		err := db.QueryRow(t.Context(), `select current_setting($1)`, setting).Scan(&request)
		if err != nil {
			t.Fatal(err)
		}
		err = postgres.InTx(postgres.InBackground(t.Context()), db, func(tx postgres.Tx) error {
			return tx.QueryRow(t.Context(), `select current_setting($1)`, setting).Scan(&background)
		})
		if err != nil || [2]string{request, background} != want {
			t.Errorf("%s is %s for requests, %s for background work (%v)", setting, request, background, err)
		}
	}
}

func TestMigrationsRunWithoutTimeouts(t *testing.T) {
	url := testkit.DatabaseURL(t)
	files := fstest.MapFS{
		"0001_limits.up.sql": {Data: []byte(`create table limits as select current_setting('statement_timeout') || current_setting('lock_timeout') as of_migrations`)},
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `drop table schema_migrations`); err != nil {
		t.Fatal(err)
	}
	if err := postgres.MigrateUp(t.Context(), url, files); err != nil {
		t.Fatal(err)
	}
	var limits string
	if err := conn.QueryRow(t.Context(), `select of_migrations from limits`).Scan(&limits); err != nil || limits != "00" {
		t.Errorf("migrations run under %q (%v)", limits, err)
	}
}

func TestQueryIsCancelledWithItsContext(t *testing.T) {
	db := testkit.Database(t)
	const running = `select count(*) from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%' and state = 'active'`
	count := func() (n int) {
		if err := db.QueryRow(t.Context(), running).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := db.Exec(ctx, `select pg_sleep(4)`)
		left <- err
	}()
	testkit.Eventually(t, "the query to run", 5*time.Second, func() bool { return count() == 1 })
	leave()
	if err := <-left; postgres.Unavailable(err) {
		t.Errorf("a cancelled query is reported as unavailable: %v", err)
	}
	testkit.Eventually(t, "the query to end", 3*time.Second, func() bool { return count() == 0 })
}

// freeze stops all processes of the server until thaw is called.
func freeze(t *testing.T, db *postgres.DB) (thaw func()) {
	t.Helper()
	postmaster := postmasterOf(t, db)
	pids := append(childrenOf(t, postmaster), postmaster)
	signal := func(s syscall.Signal) {
		for _, pid := range pids {
			syscall.Kill(pid, s)
		}
	}
	signal(syscall.SIGSTOP)
	thaw = sync.OnceFunc(func() { signal(syscall.SIGCONT) })
	t.Cleanup(thaw)
	return thaw
}

// postmasterOf returns the process id of the server, which is on the first line of a file in its data folder.
func postmasterOf(t *testing.T, db *postgres.DB) int {
	t.Helper()
	var data string
	if err := db.QueryRow(t.Context(), `show data_directory`).Scan(&data); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	fmt.Sscan(string(text), &pid)
	return pid
}

func childrenOf(t *testing.T, parent int) (pids []int) {
	t.Helper()
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		var pid, of int
		var state string
		_, after, _ := strings.Cut(string(text), ") ")
		fmt.Sscanf(string(text), "%d", &pid)
		fmt.Sscanf(after, "%s %d", &state, &of)
		if of == parent {
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestFrozenServerIsUnavailableUntilItResumes(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("finding the server's processes needs /proc")
	}
	db := privateServer(t)
	execute(t, db, `create table numbers (n int)`)
	thaw := freeze(t, db)
	var crowd sync.WaitGroup
	for range 40 {
		crowd.Go(func() {
			err := within(t, 25*time.Second, func() error { return insert(context.Background(), db, 1) })
			if !postgres.Unavailable(err) {
				t.Errorf("the server is frozen, yet: %v", err)
			}
		})
	}
	crowd.Wait()
	thaw()
	testkit.Eventually(t, "the server to be used again", 20*time.Second, func() bool { return insert(t.Context(), db, 2) == nil })
}
