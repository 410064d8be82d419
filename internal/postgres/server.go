//go:build unix

package postgres

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

	"hubbub/internal/loop"
)

const (
	occupiedPatience = 10 * time.Second // for a killed app's server to finish
	restartPause     = time.Second      // between tries to bring a lost server back
)

// Server is an embedded Postgres: our child, or another app's that we use too.
// When it ends though nobody stopped it, it is started again.
type Server struct {
	cluster *cluster
	log     *slog.Logger
	guard   loop.Guard
	cancel  context.CancelFunc
	done    chan struct{}
	owned   atomic.Bool
	child   *child    // nil: another process runs it
	guest   *pgx.Conn // how we notice that the other one's is gone
	stopErr error
}

// StartServer returns when the server answers queries.
func StartServer(ctx context.Context, c ServerConfig) (*Server, error) {
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

// URL is the address of one of the server's databases.
func (s *Server) URL(database string) string { return s.cluster.url(database) }

// Owned says whether this process runs the server now.
func (s *Server) Owned() bool { return s.owned.Load() }

// Stop ends the server if this process runs it. Stopping a nil Server is fine.
func (s *Server) Stop() error {
	if s == nil {
		return nil
	}
	s.cancel()
	<-s.done
	return s.stopErr
}

// supervise owns child and guest until the context ends.
func (s *Server) supervise(ctx context.Context) {
	defer close(s.done)
	for ctx.Err() == nil {
		if s.guard.Do("postgres-supervisor", func() { s.restart(ctx) }) != nil {
			pause(ctx, restartPause)
		}
	}
	s.stopErr = s.leave()
}

// restart waits for the server's end and starts it again, or returns when the
// context ends.
func (s *Server) restart(ctx context.Context) {
	if !s.gone(ctx) {
		return
	}
	s.log.Warn("the embedded Postgres is gone; starting it again", "folder", s.cluster.dir)
	for err := s.acquire(ctx); err != nil && ctx.Err() == nil; err = s.acquire(ctx) {
		s.log.Error("start the embedded Postgres again", "error", err)
		pause(ctx, restartPause)
	}
}

// gone waits for the server's end; false: the context ended first.
func (s *Server) gone(ctx context.Context) bool {
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

// acquire uses the server that runs on this folder, or else starts one. Only one
// process at a time is in here for a folder.
func (s *Server) acquire(ctx context.Context) error {
	lock, err := lockFile(ctx, filepath.Join(s.cluster.dir, "lock"))
	if err != nil {
		return err
	}
	defer lock.Close()
	deadline := time.Now().Add(occupiedPatience)
	for {
		if err = s.join(ctx); err == nil {
			return nil
		}
		if err = s.launch(ctx); !errors.Is(err, errOccupied) || time.Now().After(deadline) {
			return err
		}
		pause(ctx, 20*time.Millisecond)
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

// lockFile waits for the file's lock, which ends when the file is closed or the
// process ends.
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
		pause(ctx, 20*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
