package testkit

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Relay is a TCP relay between clients and a server: a network that a test can break.
// Unlike a browser's offline mode it also breaks open sockets.
type Relay struct {
	listener net.Listener
	server   string
	wait     sync.WaitGroup

	mu    sync.Mutex
	cut   bool
	flows chan struct{} // closed while bytes may pass
	conns map[net.Conn]bool
}

// NewRelay listens on a free port and forwards to the server's address.
func NewRelay(t testing.TB, server string) *Relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("relay: %v", err)
	}
	r := &Relay{listener: listener, server: server, flows: make(chan struct{}), conns: map[net.Conn]bool{}}
	close(r.flows)
	r.wait.Go(r.accept)
	t.Cleanup(r.close)
	return r
}

// Addr returns the address that clients connect to instead of the server's.
func (r *Relay) Addr() string { return r.listener.Addr().String() }

// Cut resets every connection, and every new one, until Restore.
func (r *Relay) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = true
	for conn := range r.conns {
		reset(conn)
	}
}

// Restore lets clients connect again.
func (r *Relay) Restore() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = false
}

// Freeze holds all bytes back without closing a connection, as when the network is
// lost in a tunnel.
func (r *Relay) Freeze() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.flowing() {
		r.flows = make(chan struct{})
	}
}

// Thaw forwards the held bytes and ends Freeze.
func (r *Relay) Thaw() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.flowing() {
		close(r.flows)
	}
}

func (r *Relay) flowing() bool {
	select {
	case <-r.flows:
		return true
	default:
		return false
	}
}

func (r *Relay) close() {
	r.listener.Close()
	r.Thaw()
	r.Cut()
	r.wait.Wait()
}

func (r *Relay) accept() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.wait.Go(func() { r.relay(client) })
	}
}

func (r *Relay) relay(client net.Conn) {
	defer r.drop(client)
	if !r.keep(client) {
		return
	}
	server, err := net.Dial("tcp", r.server)
	if err != nil {
		return
	}
	defer r.drop(server)
	if !r.keep(server) {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { r.pass(client, server) })
	r.pass(server, client)
	back.Wait()
}

// keep records the connection. It reports false while the relay is cut.
func (r *Relay) keep(conn net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[conn] = true
	return !r.cut
}

func (r *Relay) drop(conn net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, conn)
	if r.cut {
		reset(conn)
	}
	conn.Close()
}

// pass copies until the source ends, then closes the destination for writing only,
// because the other direction may still have data.
func (r *Relay) pass(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		r.mu.Lock()
		flows := r.flows
		r.mu.Unlock()
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
