package testkit

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Wire is a TCP relay between clients and a server: a network that a test can break.
// Unlike a browser's offline mode it also breaks open sockets.
type Wire struct {
	listener net.Listener
	server   string
	wait     sync.WaitGroup

	mu    sync.Mutex
	cut   bool
	flows chan struct{} // closed while bytes may pass
	conns map[net.Conn]bool
}

// Relay listens on a free port and forwards to the server's address.
func Relay(t testing.TB, server string) *Wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("relay: %v", err)
	}
	w := &Wire{listener: listener, server: server, flows: make(chan struct{}), conns: map[net.Conn]bool{}}
	close(w.flows)
	w.wait.Go(w.accept)
	t.Cleanup(w.close)
	return w
}

// Addr returns the address that clients connect to instead of the server's.
func (w *Wire) Addr() string { return w.listener.Addr().String() }

// Cut resets every connection, and every new one, until Restore.
func (w *Wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	for conn := range w.conns {
		reset(conn)
	}
}

// Restore lets clients connect again.
func (w *Wire) Restore() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = false
}

// Freeze holds all bytes back without closing a connection, as when the network is
// lost in a tunnel.
func (w *Wire) Freeze() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.flowing() {
		w.flows = make(chan struct{})
	}
}

// Thaw forwards the held bytes and ends Freeze.
func (w *Wire) Thaw() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.flowing() {
		close(w.flows)
	}
}

func (w *Wire) flowing() bool {
	select {
	case <-w.flows:
		return true
	default:
		return false
	}
}

func (w *Wire) close() {
	w.listener.Close()
	w.Thaw()
	w.Cut()
	w.wait.Wait()
}

func (w *Wire) accept() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		w.wait.Go(func() { w.relay(client) })
	}
}

func (w *Wire) relay(client net.Conn) {
	defer w.drop(client)
	if !w.keep(client) {
		return
	}
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		return
	}
	defer w.drop(server)
	if !w.keep(server) {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { w.pass(client, server) })
	w.pass(server, client)
	back.Wait()
}

// keep records the connection. It reports false while the wire is cut.
func (w *Wire) keep(conn net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns[conn] = true
	return !w.cut
}

func (w *Wire) drop(conn net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, conn)
	if w.cut {
		reset(conn)
	}
	conn.Close()
}

// pass copies until the source ends, then closes the destination for writing only,
// because the other direction may still have data.
func (w *Wire) pass(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		w.mu.Lock()
		flows := w.flows
		w.mu.Unlock()
		<-flows
		if _, writeErr := to.Write(buffer[:n]); writeErr != nil || err != nil {
			finish(to, err)
			return
		}
	}
}

func finish(to net.Conn, err error) {
	if err == io.EOF {
		to.(*net.TCPConn).CloseWrite()
		return
	}
	reset(to)
}

// reset closes the connection with a TCP reset, so that the other side gets an error
// at once.
func reset(conn net.Conn) {
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}
