//go:build unix

package postgres

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

const stopPatience = 8 * time.Second // for each signal, before the harder one

// errOccupied means that a dying server still holds the data folder.
var errOccupied = errors.New("another Postgres still holds the data folder")

// child is the running server process. err is set before exited closes.
type child struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error
}

// start runs postgres. In a process group of its own it doesn't get the
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

// run starts the process from a goroutine that keeps its thread until the end:
// to the kernel, the parent whose death counts is the thread.
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

// ready waits until ping succeeds. If the process ends first, its last words
// are in the error.
func (ch *child) ready(ctx context.Context, c *cluster) error {
	for c.ping(ctx) != nil {
		select {
		case <-ch.exited:
			return ch.lastWords(c)
		case <-ctx.Done():
			return errors.Join(ctx.Err(), ch.stop())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

func (ch *child) lastWords(c *cluster) error {
	const enough = 2000 // bytes
	words, err := os.ReadFile(c.log())
	if err != nil {
		return errors.Join(ch.err, err)
	}
	words = words[max(0, len(words)-enough):]
	if strings.Contains(string(words), `"postmaster.pid" already exists`) || strings.Contains(string(words), "still in use") {
		return fmt.Errorf("%w:\n%s", errOccupied, words)
	}
	return fmt.Errorf("postgres stopped at once: %w\n%s", ch.err, words)
}

// stop asks for a fast shutdown, then for an immediate one, then kills.
func (ch *child) stop() error {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := ch.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop postgres: %w", err)
		}
		select {
		case <-ch.exited:
			return nil
		case <-time.After(stopPatience):
		}
	}
	return errors.New("postgres did not stop")
}
