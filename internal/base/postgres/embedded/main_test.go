package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"hubbub/internal/base/postgres"
	"hubbub/internal/testkit"

	"github.com/jackc/pgx/v5"
)

const (
	appVariable      = "HUBBUB_TEST_APP"      // set: this process is an app with that data folder
	intruderVariable = "HUBBUB_TEST_INTRUDER" // set: this process tries to connect to that address and exits
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(appVariable); dir != "" {
		os.Exit(runApp(dir))
	}
	if url := os.Getenv(intruderVariable); url != "" {
		os.Exit(intrude(url))
	}
	testkit.Main(m)
}

// runApp opens the database, prints "ready", and closes the database when its
// standard input ends.
func runApp(dir string) (exitCode int) {
	db, err := postgres.Open(context.Background(), postgres.Config{DataDir: dir})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
	db.Close()
	return 0
}

// intrude tries to connect. The exit code is 0 if it succeeded.
func intrude(url string) (exitCode int) {
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	conn.Close(context.Background())
	return 0
}

// app is another process that uses a data folder.
type app struct {
	cmd   *exec.Cmd
	stdin io.Closer
}

// startApp runs this test binary as an app and returns when its database is ready.
func startApp(t *testing.T, dir string, change ...func(*exec.Cmd)) app {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), appVariable+"="+dir)
	for _, fn := range change {
		fn(cmd)
	}
	stdin, _ := cmd.StdinPipe()
	stdout, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	a := app{cmd, stdin}
	t.Cleanup(a.kill)
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the app printed: %s", line)
	}
	return a
}

func (a app) kill() {
	a.cmd.Process.Kill()
	a.cmd.Wait()
}

func (a app) leave() {
	a.stdin.Close()
	a.cmd.Wait()
}

// dataDir returns a new folder that other users can enter as well.
func dataDir(t *testing.T) string {
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
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t *testing.T, dir string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// serverPID reads the process id of the server on a data folder.
func serverPID(t *testing.T, dir string) int {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "postgres-*", "data", "postmaster.pid"))
	if len(files) != 1 {
		t.Fatalf("want one server under %s, got %v", dir, files)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
