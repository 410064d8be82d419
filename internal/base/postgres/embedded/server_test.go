package embedded_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hubbub/internal/base/postgres"
	"hubbub/internal/base/postgres/embedded"
	"hubbub/internal/testkit"
)

func TestEmbeddedServerStartsQuicklyAndKeepsTheData(t *testing.T) {
	dir := dataDir(t)
	started := time.Now()
	db := open(t, dir)
	cold := time.Since(started)
	if !db.Embedded() || db.Ready(t.Context()) != nil {
		t.Fatalf("embedded: %t, ready: %v", db.Embedded(), db.Ready(t.Context()))
	}
	execute(t, db, `create table kept ()`)
	db.Close()

	started = time.Now()
	db = open(t, dir)
	warm := time.Since(started)
	execute(t, db, `select from kept`)
	t.Logf("cold %v, warm %v", cold, warm)
	if cold > 30*time.Second || warm > 10*time.Second { // generous, because other tests run at the same time
		t.Errorf("slow: cold %v, warm %v", cold, warm)
	}
}

func TestEmbeddedServerDoesNotRunAsRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not root; the other tests cover this case")
	}
	dir := dataDir(t)
	open(t, dir)
	data, _ := filepath.Glob(filepath.Join(dir, "postgres-*", "data"))
	info, err := os.Stat(data[0]) // a server refuses files that are not its user's
	if err != nil || info.Sys().(*syscall.Stat_t).Uid == 0 {
		t.Errorf("the server's files are root's (%v)", err)
	}
}

func TestEmbeddedServerRunsForAnAppThatIsNotRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not root; every other test covers this case")
	}
	dir, binary := dataDir(t), filepath.Join(dataDir(t), "app")
	copySelf(t, binary)
	startApp(t, filepath.Join(dir, "data"), func(cmd *exec.Cmd) {
		cmd.Path = binary
		cmd.Dir = dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}).leave()
}

const nobody = 65534

// connectAsNobody tries to connect as another user of this machine. It returns the
// output of the attempt, and whether the attempt succeeded.
func connectAsNobody(t *testing.T, binary, url string) (refusal string, in bool) {
	t.Helper()
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), intruderVariable+"="+url)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func TestEmbeddedServerRefusesOtherUsers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can try it as another user: run this test as root, as CI does")
	}
	dir, binary := dataDir(t), filepath.Join(dataDir(t), "intruder")
	copySelf(t, binary)
	db := open(t, dir)
	if output, in := connectAsNobody(t, binary, db.URL()); in || !strings.Contains(output, "permission denied") {
		t.Errorf("another user may enter the folder: %s", output)
	}
	folder, _ := filepath.Glob(filepath.Join(dir, "postgres-*"))
	for path, mode := range map[string]os.FileMode{folder[0]: 0o755, filepath.Join(folder[0], ".s.PGSQL.5432"): 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if output, in := connectAsNobody(t, binary, db.URL()); in || !strings.Contains(output, "Peer authentication failed") {
		t.Errorf("the server accepts another user: %s", output)
	}
}

func TestEmbeddedServerProtectsAFolderOfAnEarlierVersion(t *testing.T) {
	dir := dataDir(t)
	db := open(t, dir)
	execute(t, db, `create table kept ()`)
	db.Close()
	folders, _ := filepath.Glob(filepath.Join(dir, "postgres-*"))
	folder := folders[0]
	admits := filepath.Join(folder, "data", "pg_hba.conf")
	if err := errors.Join(os.Chmod(folder, 0o755), os.WriteFile(admits, []byte("local all all trust\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	db = open(t, dir)
	execute(t, db, `select from kept`)
	for _, path := range []string{folder, filepath.Join(folder, "data"), filepath.Join(folder, ".s.PGSQL.5432")} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s is open to others: %v, %v", path, info.Mode(), err)
		}
	}
	if text, err := os.ReadFile(admits); err != nil || strings.Contains(string(text), "trust") {
		t.Errorf("the server trusts every user of the machine: %s, %v", text, err)
	}
}

func TestEmbeddedServerRefusesAFolderThatAnotherUserMade(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root needs a folder where others can make one first: run this test as root, as CI does")
	}
	dir, elsewhere := t.TempDir(), t.TempDir() // both closed to the user that Postgres runs as
	if err := errors.Join(os.Chmod(dir, 0o700), os.Chmod(elsewhere, 0o755)); err != nil {
		t.Fatal(err)
	}
	replacement := fmt.Sprintf("/var/tmp/hubbub-%x", sha256.Sum256([]byte(dir)))[:len("/var/tmp/hubbub-")+12]
	for name, trap := range map[string]func() error{
		"a link":                func() error { return os.Symlink(elsewhere, replacement) },
		"a file":                func() error { return os.WriteFile(replacement, nil, 0o666) },
		"another user's folder": func() error { return errors.Join(os.Mkdir(replacement, 0o777), os.Chown(replacement, nobody, nobody)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(func() { os.Remove(replacement) })
			if err := trap(); err != nil {
				t.Fatal(err)
			}
			_, err := postgres.Open(t.Context(), postgres.Config{DataDir: dir})
			if err == nil || !strings.Contains(err.Error(), replacement) || strings.Contains(err.Error(), "\n") {
				t.Errorf("want a refusal in one line, got: %v", err)
			}
			if left, _ := os.ReadDir(elsewhere); len(left) > 0 {
				t.Errorf("the link was followed: %v", left)
			}
		})
	}
}

func TestEmbeddedServerReplacesAFolderThatItCannotEnter(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root's folders are closed to the user that Postgres runs as")
	}
	dir := t.TempDir() // closed to others
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	db, err := postgres.Open(t.Context(), postgres.Config{DataDir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if !strings.Contains(log.String(), "level=WARN") {
		t.Errorf("no warning was logged: %s", log.String())
	}
	if !strings.Contains(db.URL(), "%2Fvar%2Ftmp%2Fhubbub-") {
		t.Errorf("the server is at %s", db.URL())
	}
	var data string
	if err := db.QueryRow(t.Context(), `show data_directory`).Scan(&data); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Dir(filepath.Dir(data))) })
}

func TestEmbeddedServerEndsWithAKilledApp(t *testing.T) {
	dir := dataDir(t)
	first := startApp(t, dir)
	pid := serverPID(t, dir)
	first.kill()
	db := open(t, dir) // at once, while the old server may still be ending
	if err := db.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "linux" {
		testkit.Eventually(t, "the killed app's server to end", 5*time.Second, func() bool { return syscall.Kill(pid, 0) != nil })
	}
}

func TestEmbeddedServerIsSharedAndTakenOver(t *testing.T) {
	dir := dataDir(t)
	first := startApp(t, dir)
	pid := serverPID(t, dir)
	db := open(t, dir)
	if now := serverPID(t, dir); now != pid {
		t.Fatalf("a second server %d beside %d", now, pid)
	}
	execute(t, db, `create table kept ()`)
	first.leave()
	testkit.Eventually(t, "a server again", 10*time.Second, func() bool { return db.Ready(t.Context()) == nil })
	execute(t, db, `select from kept`)
	if now := serverPID(t, dir); now == pid {
		t.Error("the first app left its server behind")
	}
}

func TestEmbeddedServerIsSharedByAppsThatStartTogether(t *testing.T) {
	dir := dataDir(t)
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			db, err := postgres.Open(t.Context(), postgres.Config{DataDir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if err := db.Ready(t.Context()); err != nil && !postgres.Unavailable(err) {
				t.Error(err) // unavailable is fine: the app that ran the server has stopped
			}
		})
	}
	wait.Wait()
}

func TestEmbeddedServerRestartsAfterItsDeath(t *testing.T) {
	dir := dataDir(t)
	db := open(t, dir)
	pid := serverPID(t, dir)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "the loss to be noticed or repaired", 5*time.Second, func() bool {
		err := db.Ready(t.Context())
		return postgres.Unavailable(err) || serverPID(t, dir) != pid
	})
	testkit.Eventually(t, "the server to be back", 15*time.Second, func() bool { return db.Ready(t.Context()) == nil })
}

func TestEmbeddedServerDoesNotGetCtrlC(t *testing.T) {
	dir := dataDir(t)
	open(t, dir)
	group, err := syscall.Getpgid(serverPID(t, dir))
	if err != nil || group == syscall.Getpgrp() {
		t.Errorf("the server is in the terminal's process group %d (%v)", group, err)
	}
}

func TestEmbeddedServerUsesAShortSocketPath(t *testing.T) {
	dir := filepath.Join(dataDir(t), strings.Repeat("long/", 20))
	if err := open(t, dir).Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEmbeddedServerReplacesAnIncompleteDataFolder(t *testing.T) {
	dir := dataDir(t)
	open(t, dir).Close()
	made, _ := filepath.Glob(filepath.Join(dir, "postgres-*", "data"))
	if err := os.Rename(made[0], made[0]+".new"); err != nil {
		t.Fatal(err)
	}
	if err := open(t, dir).Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEmbeddedServerReportsWhyItCannotStart(t *testing.T) {
	dir := dataDir(t)
	open(t, dir).Close()
	settings, _ := filepath.Glob(filepath.Join(dir, "postgres-*", "data", "postgresql.conf"))
	if err := os.WriteFile(settings[0], []byte("shared_buffers = banana\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.Open(t.Context(), postgres.Config{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "banana") {
		t.Errorf("want the server's own message, got: %v", err)
	}
}

func TestOpenWithoutPostgresListsTheRemedies(t *testing.T) {
	t.Setenv("PG_BIN", "/nowhere")
	_, err := postgres.Open(t.Context(), postgres.Config{DataDir: dataDir(t)})
	if !errors.Is(err, embedded.ErrNotFound) {
		t.Fatal(err)
	}
	for _, remedy := range []string{"make postgres", "apt install", "docker compose up", "DATABASE_URL", "PG_BIN", "/nowhere"} {
		if !strings.Contains(err.Error(), remedy) {
			t.Errorf("%q is missing in: %v", remedy, err)
		}
	}
}

func execute(t *testing.T, db *postgres.DB, sql string) {
	t.Helper()
	if _, err := db.Exec(context.Background(), sql); err != nil {
		t.Fatal(err)
	}
}

func copySelf(t *testing.T, to string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	if _, err := io.Copy(target, from); err != nil {
		t.Fatal(err)
	}
}
