package testkit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"hubbub/internal/base/postgres/embedded"

	"github.com/jackc/pgx/v5"
)

const (
	keeperVariable = "HUBBUB_TEST_KEEPER" // set: this process is the keeper of that folder
	keeperIdle     = 10 * time.Second     // bridges the time from one `go test` to the next
	minFreeMemory  = 2 << 30              // bytes free on /dev/shm to put the cluster there
)

// keeperDir returns the folder of this user's shared cluster. The lock file is beside
// it, because a keeper that ends removes the folder.
func keeperDir() string {
	parent := os.TempDir()
	var shm syscall.Statfs_t
	if syscall.Statfs("/dev/shm", &shm) == nil && shm.Bavail*uint64(shm.Bsize) >= minFreeMemory {
		parent = "/dev/shm"
	}
	return filepath.Join(parent, fmt.Sprintf("hubbub-test-%d", os.Getuid()))
}

// useKeeper returns the address of the shared server, which runs at least until
// release is called.
func useKeeper(ctx context.Context) (url string, release func(), err error) {
	dir := keeperDir()
	inUse, err := lock(dir+".lock", syscall.LOCK_SH) // waits while a keeper is ending
	if err != nil {
		return "", nil, err
	}
	if url = keeperURL(dir); !answers(ctx, url) {
		if url, err = startKeeper(dir); err != nil {
			return "", nil, errors.Join(err, inUse.Close())
		}
	}
	return url, func() { inUse.Close() }, nil
}

func keeperURL(dir string) string {
	url, _ := os.ReadFile(filepath.Join(dir, "url")) // fails if there is no keeper yet
	return string(url)
}

func answers(ctx context.Context, url string) bool {
	if url == "" {
		return false
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

// startKeeper runs this test binary again as a keeper. The keeper closes its output
// when the server is ready; before that it writes an error there.
func startKeeper(dir string) (string, error) {
	if !running {
		return "", errors.New("this package needs: func TestMain(m *testing.M) { testkit.Main(m) }")
	}
	binary, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), keeperVariable+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // it outlives the tests and their terminal
	output, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start the keeper: %w", err)
	}
	failure, err := io.ReadAll(output)
	if err != nil || len(failure) > 0 {
		return "", errors.Join(fmt.Errorf("the keeper of the test cluster: %s", failure), err)
	}
	return keeperURL(dir), errors.Join(output.Close(), cmd.Process.Release())
}

// keep runs the server until no process has used it for keeperIdle. A second keeper of
// the same folder finds the first one's server and ends at once.
func keep(dir string) (exitCode int) {
	server, err := serve(dir)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	os.Stdout.Close()
	if !server.Owned() {
		server.Stop()
		return 0
	}
	last := waitUntilIdle(dir + ".lock")
	defer last.Close()
	server.Stop()
	os.RemoveAll(dir)
	return 0
}

func serve(dir string) (*embedded.Server, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	server, err := embedded.Start(context.Background(), embedded.Config{Dir: dir, Throwaway: true})
	if err != nil {
		return nil, err
	}
	unfinished := filepath.Join(dir, fmt.Sprintf("url.%d", os.Getpid()))
	if err := os.WriteFile(unfinished, []byte(server.URL("postgres")), 0o644); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	return server, os.Rename(unfinished, filepath.Join(dir, "url"))
}

// waitUntilIdle waits until no process has held the lock for keeperIdle. It returns
// with the lock held, so that no new user can start while the keeper ends.
func waitUntilIdle(path string) *os.File {
	idleSince := time.Now()
	for {
		time.Sleep(keeperIdle / 20)
		held, err := lock(path, syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			idleSince = time.Now()
			continue
		}
		if time.Since(idleSince) >= keeperIdle {
			return held
		}
		held.Close()
	}
}

// lock locks the file until it is closed or the process ends.
func lock(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), how); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	return file, nil
}
