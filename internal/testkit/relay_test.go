package testkit_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"hubbub/internal/testkit"
)

// echo starts a server that echoes each line, and returns its address.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wait.Go(func() {
				defer conn.Close()
				io.Copy(conn, conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		wait.Wait()
	})
	return listener.Addr().String()
}

type caller struct {
	net.Conn
	lines *bufio.Reader
}

func dial(t *testing.T, addr string) caller {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return caller{conn, bufio.NewReader(conn)}
}

// ask sends a line and waits for its echo.
func (c caller) ask(line string, patience time.Duration) error {
	fmt.Fprintln(c, line)
	return c.expect(line, patience)
}

func (c caller) expect(line string, patience time.Duration) error {
	c.SetReadDeadline(time.Now().Add(patience))
	got, err := c.lines.ReadString('\n')
	if err == nil && got != line+"\n" {
		return fmt.Errorf("got %q, want %q", got, line)
	}
	return err
}

func TestRelayCutBreaksConnectionsUntilRestored(t *testing.T) {
	relay := testkit.NewRelay(t, echo(t))
	alice := dial(t, relay.Addr())
	if err := alice.ask("hi", 5*time.Second); err != nil {
		t.Fatal(err)
	}
	relay.Cut()
	if err := alice.expect("nothing", 5*time.Second); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the connection is still open: %v", err)
	}
	if conn, err := net.Dial("tcp", relay.Addr()); err == nil { // the reset may come only after the connect
		defer conn.Close()
		if err := (caller{conn, bufio.NewReader(conn)}).ask("hello?", 5*time.Second); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("a new connection works: %v", err)
		}
	}
	relay.Restore()
	if err := dial(t, relay.Addr()).ask("hi again", 5*time.Second); err != nil {
		t.Fatal(err)
	}
}

func TestRelayFreezeHoldsBytesBack(t *testing.T) {
	relay := testkit.NewRelay(t, echo(t))
	alice := dial(t, relay.Addr())
	if err := alice.ask("hi", 5*time.Second); err != nil {
		t.Fatal(err)
	}
	relay.Freeze()
	if err := alice.ask("anyone?", 50*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a line passed the frozen relay: %v", err)
	}
	relay.Thaw()
	if err := alice.expect("anyone?", 5*time.Second); err != nil {
		t.Fatal(err)
	}
}

func TestRelayForwardsTheEndOfInput(t *testing.T) {
	relay := testkit.NewRelay(t, echo(t))
	alice := dial(t, relay.Addr())
	fmt.Fprintln(alice, "bye")
	alice.Conn.(*net.TCPConn).CloseWrite()
	if err := alice.expect("bye", 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := alice.expect("", 5*time.Second); !errors.Is(err, io.EOF) {
		t.Fatalf("want EOF, got %v", err)
	}
}
