//go:build unix

package embedded

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

const (
	socketName = ".s.PGSQL.5432"
	socketPath = 100 // most bytes of a socket's path; the kernel's limit is 104 (macOS) or 108 (Linux)
)

// cluster is one data folder and the programs that run a server on it.
type cluster struct {
	programs
	dir       string // contains data, log, lock and, if the path is short enough, the socket
	socketDir string
	as        *syscall.Credential
	throwaway bool
}

// newCluster creates the folders. They are named by the major version, because
// Postgres cannot read the files of another major version.
func newCluster(ctx context.Context, c Config) (*cluster, error) {
	found, err := findPrograms(ctx)
	if err != nil {
		return nil, err
	}
	as, err := runAs(c.Log)
	if err != nil {
		return nil, err
	}
	base, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("DATA_DIR: %w", err)
	}
	if base, err = enterable(base, as, c.Log); err != nil {
		return nil, err
	}
	dir := filepath.Join(base, fmt.Sprintf("postgres-%d", found.major))
	cl := &cluster{programs: found, dir: dir, socketDir: socketDir(dir), as: as, throwaway: c.Throwaway}
	return cl, errors.Join(claim(cl.dir, as, 0o700), claim(cl.socketDir, as, 0o700))
}

// enterable creates dir if it does not exist, and returns it. If the user that
// Postgres runs as may not enter dir, it returns a folder in /var/tmp instead.
func enterable(dir string, as *syscall.Credential, log *slog.Logger) (string, error) {
	if other := reachable(dir, as); other != dir {
		log.Warn("the user that Postgres runs as can't enter DATA_DIR; its files are in another folder", "folder", other)
		return other, claim(other, nil, 0o711)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make DATA_DIR: %w", err)
	}
	return dir, nil
}

// socketDir returns dir, or a folder with a short name in /tmp if the path of a
// socket in dir would be longer than socketPath.
func socketDir(dir string) string {
	if len(dir)+len("/"+socketName) <= socketPath {
		return dir
	}
	return fmt.Sprintf("/tmp/hubbub-%x", sha256.Sum256([]byte(dir)))[:len("/tmp/hubbub-")+12]
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }
func (c *cluster) log() string  { return filepath.Join(c.dir, "log") }

func (c *cluster) url(database string) string {
	query := url.Values{"host": {c.socketDir}, "port": {"5432"}, "user": {Name}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: query.Encode()}).String()
}

// initialise creates the data folder if it does not exist. It creates it under
// another name and renames it, so a killed initdb leaves no incomplete data folder.
func (c *cluster) initialise(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(c.data(), "PG_VERSION")); err == nil {
		return nil
	}
	unfinished := c.data() + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove an unfinished data folder: %w", err)
	}
	args := []string{"-D", unfinished, "-U", Name, "-A", "peer", "-E", "UTF8", "--locale", locale(), "--no-instructions"}
	if c.throwaway {
		args = append(args, "--no-sync")
	}
	cmd := c.command(exec.CommandContext(ctx, c.path("initdb"), args...))
	runtime.LockOSThread() // the child gets the death signal when this thread ends
	defer runtime.UnlockOSThread()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.Rename(unfinished, c.data())
}

// admit configures the server to accept only root and this process's user, each as
// the database user hubbub; the kernel identifies the user at the other end of the
// socket. The files are written before each start, so a data folder of an earlier
// version, which trusted every user of the machine, is protected as well.
func (c *cluster) admit() error {
	self, err := user.Current()
	if err != nil {
		return fmt.Errorf("look up the current user: %w", err)
	}
	identities := fmt.Sprintf("hubbub root %s\nhubbub %q %s\n", Name, self.Username, Name)
	return errors.Join(
		replaceFile(filepath.Join(c.data(), "pg_ident.conf"), identities),
		replaceFile(filepath.Join(c.data(), "pg_hba.conf"), "local all all peer map=hubbub\n"))
}

// replaceFile writes a file with mode 0644. It replaces a link at the path instead
// of writing through it.
func replaceFile(path, content string) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // does nothing after the rename
	_, err = file.WriteString(content)
	if err := errors.Join(err, file.Chmod(0o644), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// locale returns a locale with UTF-8 that knows the case of all letters; C.UTF-8
// also sorts by code point.
func locale() string {
	if runtime.GOOS == "darwin" {
		return "en_US.UTF-8"
	}
	return "C.UTF-8"
}

// command configures cmd to run as the cluster's user, in its folder, and to end with
// this process. It removes PGPORT, PGDATA and the like from the environment, because
// they are meant for another server.
func (c *cluster) command(cmd *exec.Cmd) *exec.Cmd {
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	dieWithParent(cmd.SysProcAttr)
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "PG") && !strings.HasPrefix(entry, "LC_") && !strings.HasPrefix(entry, "LANG") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	return cmd
}

func (c *cluster) serverArgs() []string {
	args := []string{
		"-D", c.data(), "-k", c.socketDir, "-c", "listen_addresses=", "-c", "port=5432", "-c", "timezone=UTC", "-c", "unix_socket_permissions=0700",
	}
	if !c.throwaway {
		return args
	}
	for _, setting := range []string{
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
		"wal_level=minimal", "max_wal_senders=0", "max_connections=300",
	} {
		args = append(args, "-c", setting)
	}
	return args
}
