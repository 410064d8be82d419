package testkit

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Wire is a relay of TCP between clients and a server: the network that a test
// can break. Browsers' own offline mode leaves open sockets alone; this doesn't.
type Wire struct {
	listener net.Listener
	server   string
	wait     sync.WaitGroup

	mu    sync.Mutex
	cut   bool
	flows chan struct{} // closed while bytes may pass
	conns map[net.Conn]bool
}

// Relay listens on a free port and passes everything on to the server's address.
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

// Addr is the address that clients connect to instead of the server's.
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

// Freeze holds all bytes back, without a sign to either side: a half-open
// connection, as when a train enters a tunnel.
func (w *Wire) Freeze() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.flowing() {
		w.flows = make(chan struct{})
	}
}

// Thaw lets what was held back pass.
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

// keep is false while the wire is cut.
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

// pass copies until the source ends, then ends the destination's input: the
// other direction may have more to say.
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

// reset closes without a farewell, so that the other side gets an error at once.
func reset(conn net.Conn) {
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}
