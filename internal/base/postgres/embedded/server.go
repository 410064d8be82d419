//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/loop"
)

const (
	occupiedTimeout = 10 * time.Second // for the server of a killed app to end
	restartPause    = time.Second      // between attempts to restart a lost server
)

// Server is an embedded Postgres: a child of this process, or the server of another
// app, which this one uses as well. If it ends without Stop, it is started again.
type Server struct {
	cluster *cluster
	log     *slog.Logger
	guard   loop.Guard
	cancel  context.CancelFunc
	done    chan struct{}
	owned   atomic.Bool
	child   *child    // nil: another process runs the server
	guest   *pgx.Conn // to that process's server; it breaks when the server ends
	stopErr error
}

// Start starts a server, or uses the one that another app runs on the folder.
// It returns when the server answers queries.
func Start(ctx context.Context, c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	cl, err := newCluster(ctx, c)
	if err != nil {
		return nil, err
	}
	s := &Server{cluster: cl, log: c.Log, guard: c.Guard.WithLog(c.Log), done: make(chan struct{})}
	if err := s.acquire(ctx); err != nil {
		return nil, err
	}
	background, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go s.supervise(background)
	return s, nil
}

// URL returns the address of one of the server's databases.
func (s *Server) URL(database string) string { return s.cluster.url(database) }

// Owned reports whether this process runs the server now.
func (s *Server) Owned() bool { return s.owned.Load() }

// Stop ends the server if this process runs it. Stop of a nil Server does nothing.
func (s *Server) Stop() error {
	if s == nil {
		return nil
	}
	s.cancel()
	<-s.done
	return s.stopErr
}

// supervise restarts the server whenever it ends, until the context ends. Until then
// only it uses child and guest.
func (s *Server) supervise(ctx context.Context) {
	defer close(s.done)
	for ctx.Err() == nil {
		if s.guard.Do("postgres-supervisor", func() { s.restart(ctx) }) != nil {
			loop.Sleep(ctx, restartPause)
		}
	}
	s.stopErr = s.leave()
}

// restart waits until the server ends and starts it again. It returns early when
// the context ends.
func (s *Server) restart(ctx context.Context) {
	if !s.waitForEnd(ctx) {
		return
	}
	s.log.Warn("the embedded Postgres has ended; restarting it", "folder", s.cluster.dir)
	for err := s.acquire(ctx); err != nil && ctx.Err() == nil; err = s.acquire(ctx) {
		s.log.Error("restart the embedded Postgres", "error", err)
		loop.Sleep(ctx, restartPause)
	}
}

// waitForEnd waits until the server ends. It reports false if the context ends first.
func (s *Server) waitForEnd(ctx context.Context) bool {
	if s.child == nil {
		for ctx.Err() == nil {
			if _, err := s.guest.WaitForNotification(ctx); err != nil {
				break
			}
		}
		return ctx.Err() == nil
	}
	select {
	case <-s.child.exited:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Server) leave() error {
	if s.child != nil {
		return s.child.stop()
	}
	if s.guest != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.guest.Close(ctx)
	}
	return nil
}

// acquire connects to the server that runs on this folder, or starts one if there is
// none. A file lock admits one process per folder at a time.
func (s *Server) acquire(ctx context.Context) error {
	lock, err := lockFile(ctx, filepath.Join(s.cluster.dir, "lock"))
	if err != nil {
		return err
	}
	defer lock.Close()
	deadline := time.Now().Add(occupiedTimeout)
	for {
		if err = s.join(ctx); err == nil {
			return nil
		}
		if err = s.launch(ctx); !errors.Is(err, errOccupied) || time.Now().After(deadline) {
			return err
		}
		loop.Sleep(ctx, 20*time.Millisecond)
	}
}

func (s *Server) join(ctx context.Context) (err error) {
	s.child = nil
	s.owned.Store(false)
	s.guest, err = s.cluster.connect(ctx)
	return err
}

func (s *Server) launch(ctx context.Context) error {
	if err := s.cluster.initialise(ctx); err != nil {
		return err
	}
	if err := s.cluster.admit(); err != nil {
		return err
	}
	child, err := s.cluster.start()
	if err != nil {
		return err
	}
	if err := child.ready(ctx, s.cluster); err != nil {
		return err
	}
	s.child, s.guest = child, nil
	s.owned.Store(true)
	return nil
}

func (c *cluster) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return pgx.Connect(ctx, c.url("postgres"))
}

func (c *cluster) ping(ctx context.Context) error {
	conn, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Ping(ctx)
}

// lockFile waits for the file's lock and takes it. The lock is released when the
// file is closed or the process ends.
func lockFile(ctx context.Context, path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of Postgres' folder: %w", err)
	}
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || ctx.Err() != nil {
			return nil, errors.Join(fmt.Errorf("lock Postgres' folder: %w", err), ctx.Err(), file.Close())
		}
		loop.Sleep(ctx, 20*time.Millisecond)
	}
}
