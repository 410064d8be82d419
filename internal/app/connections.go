package app

import (
	"log/slog"
	"net"
	"net/http"
	"sync"

	"hubbub/internal/account"
)

// requestConnections is the number of HTTP connections that an address may have in
// addition to its sockets: 256 in all with the default of 200 sockets.
const requestConnections = 56

// limitedListener accepts and at once closes the connections of an address beyond its
// limit. A connection counts until it is closed, also after it became a WebSocket.
type limitedListener struct {
	*net.TCPListener
	limit   int
	exempt  func(net.IP) bool
	refused func() // counts a refused connection
	log     *slog.Logger

	mu   sync.Mutex
	open map[string]int // by network
}

// limitConnections limits the connections of each address. Trusted proxies have no
// limit: their connections are those of many clients.
func (a *App) limitConnections(listener *net.TCPListener) net.Listener {
	if a.config.ConnectionsPerAddress == 0 {
		return listener
	}
	return &limitedListener{
		TCPListener: listener, limit: a.config.ConnectionsPerAddress + requestConnections,
		exempt: a.config.trusts, refused: a.metrics.refused.Inc, log: a.config.Log, open: map[string]int{},
	}
}

// Accept waits for the next connection that is within its address's limit.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.AcceptTCP()
		if err != nil {
			return nil, err
		}
		peer := conn.RemoteAddr().(*net.TCPAddr)
		if l.exempt(peer.IP) {
			return conn, nil
		}
		network := account.Network(peer.IP.String())
		if l.take(network) {
			return &limitedConn{TCPConn: conn, release: sync.OnceFunc(func() { l.release(network) })}, nil
		}
		conn.Close()
		l.refused()
		l.log.Info("connection refused", "status", http.StatusTooManyRequests, "address", network)
	}
}

func (l *limitedListener) take(network string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[network] >= l.limit {
		return false
	}
	l.open[network]++
	return true
}

func (l *limitedListener) release(network string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[network]--; l.open[network] == 0 {
		delete(l.open, network)
	}
}

// limitedConn embeds *net.TCPConn instead of net.Conn, so that the server finds its
// CloseWrite, and net.Buffers its vectored write.
type limitedConn struct {
	*net.TCPConn
	release func()
}

// Close closes the connection and stops counting it.
func (c *limitedConn) Close() error {
	c.release()
	return c.TCPConn.Close()
}
