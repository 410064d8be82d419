package app_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hubbub/internal/app"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

const requestConnections = app.RequestConnections

var networks = app.Networks

// dialHTTP opens a connection and reports whether the server answers on it.
func dialHTTP(t *testing.T, address string) (conn net.Conn, answered bool) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(testkit.Timeout))
	fmt.Fprint(conn, "GET /healthz HTTP/1.1\r\nHost: hubbub\r\n\r\n") // fails if the server has closed the connection already
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	return conn, err == nil && response.StatusCode == http.StatusOK
}

func TestConnectionLimitPerAddress(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.ConnectionsPerAddress = 2 })
	sam := app.As("sam") // its HTTP connection counts, too
	live, other := sam.Connect(""), sam.Connect("")
	if got := sam.ConnectRefused(""); got != http.StatusTooManyRequests {
		t.Errorf("the third socket is answered %d", got)
	}
	var last net.Conn
	open := 0
	for answered := true; answered && open <= requestConnections; {
		var conn net.Conn
		if conn, answered = dialHTTP(t, app.Addr()); answered {
			last = conn
			open++
		}
	}
	if open < requestConnections-10 || open > requestConnections {
		t.Errorf("%d connections in addition to two sockets are open, want about %d", open, requestConnections)
	}
	metrics := httptest.NewRecorder()
	app.MetricsHandler().ServeHTTP(metrics, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if !strings.Contains(metrics.Body.String(), "hubbub_connections_refused_total 1\n") {
		t.Errorf("the refused connection is not counted:\n%s", metrics.Body)
	}
	live.Get("/api/me", nil).Want(http.StatusOK)
	last.Close()
	testkit.Eventually(t, "the HTTP connection no longer counts", testkit.Timeout, func() bool {
		_, answered := dialHTTP(t, app.Addr())
		return answered
	})
	other.Close()
	testkit.Eventually(t, "the socket no longer counts", testkit.Timeout, func() bool {
		_, answered := dialHTTP(t, app.Addr())
		return answered
	})
}

func TestConnectionLimitExemptsTrustedProxies(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) {
		c.ConnectionsPerAddress = 2
		c.TrustedProxies = networks(t, "127.0.0.1/32")
	})
	for range requestConnections + 20 {
		if _, answered := dialHTTP(t, app.Addr()); !answered {
			t.Fatal("a connection of the proxy is refused")
		}
	}
}
