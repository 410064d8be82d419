//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const stopTimeout = 8 * time.Second // after each signal, before the next one

// errOccupied means that a server that is ending still uses the data folder.
var errOccupied = errors.New("another Postgres still holds the data folder")

// child is the server process. err is set before exited is closed.
type child struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error
}

// start starts postgres in a process group of its own, so that it does not get the
// terminal's Ctrl-C, which is for the app.
func (c *cluster) start() (*child, error) {
	log, err := os.OpenFile(c.log(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open Postgres' log: %w", err)
	}
	defer log.Close()
	cmd := c.command(exec.Command(c.path("postgres"), c.serverArgs()...))
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr.Setpgid = true
	ch := &child{cmd: cmd, exited: make(chan struct{})}
	return ch, ch.run()
}

// run starts the process from a goroutine that stays locked to its thread until the
// process ends, because the kernel sends the death signal when the parent's thread
// ends.
func (ch *child) run() error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ch.exited)
		err := ch.cmd.Start()
		started <- err
		if err == nil {
			ch.err = ch.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	return nil
}

// ready waits until ping succeeds. If the process ends first, the error contains the
// end of its log.
func (ch *child) ready(ctx context.Context, c *cluster) error {
	for c.ping(ctx) != nil {
		select {
		case <-ch.exited:
			return ch.exitError(c)
		case <-ctx.Done():
			return errors.Join(ctx.Err(), ch.stop())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// exitError returns an error with the end of the server's log. It wraps errOccupied
// if another server uses the data folder.
func (ch *child) exitError(c *cluster) error {
	const maxTail = 2000 // bytes
	tail, err := os.ReadFile(c.log())
	if err != nil {
		return errors.Join(ch.err, err)
	}
	tail = tail[max(0, len(tail)-maxTail):]
	if strings.Contains(string(tail), `"postmaster.pid" already exists`) || strings.Contains(string(tail), "still in use") {
		return fmt.Errorf("%w:\n%s", errOccupied, tail)
	}
	return fmt.Errorf("postgres ended before it was ready: %w\n%s", ch.err, tail)
}

// stop requests a fast shutdown, then an immediate one, then kills the process.
func (ch *child) stop() error {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := ch.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop postgres: %w", err)
		}
		select {
		case <-ch.exited:
			return nil
		case <-time.After(stopTimeout):
		}
	}
	return errors.New("postgres did not stop")
}
