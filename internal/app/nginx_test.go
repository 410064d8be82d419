package app_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// proxyConfig is a common configuration of nginx as a reverse proxy. nginx connects from
// 127.0.0.2, by which it differs from clients on this machine. The second server sets the
// headers of clients that use https.
const proxyConfig = `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events {}
http {
	access_log off;
	client_body_temp_path body;
	proxy_temp_path proxy;
	fastcgi_temp_path fastcgi;
	uwsgi_temp_path uwsgi;
	scgi_temp_path scgi;
	proxy_bind 127.0.0.2;
	proxy_http_version 1.1;
	server {
		listen %[2]s;
		location / {
			proxy_pass http://%[1]s;
		}
		proxy_set_header Host $http_host;
		proxy_set_header Upgrade $http_upgrade;
		proxy_set_header Connection $http_connection;
		proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
		proxy_set_header X-Forwarded-Proto http;
	}
	server {
		listen %[3]s;
		location / {
			proxy_pass http://%[1]s;
		}
		proxy_set_header Host $http_host;
		proxy_set_header Upgrade $http_upgrade;
		proxy_set_header Connection $http_connection;
		proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
		proxy_set_header X-Forwarded-Proto https;
	}
}
`

// startProxy runs nginx in front of the app and returns its two URLs: plain for clients
// that use http, secure for those that use https.
func startProxy(t *testing.T, app *apptest.App) (plain, secure string) {
	t.Helper()
	path := findNginx(t)
	dir, addresses := t.TempDir(), []string{freeAddress(t), freeAddress(t)}
	config := fmt.Sprintf(proxyConfig, app.Addr(), addresses[0], addresses[1])
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	log := &testkit.Log{}
	cmd := exec.Command(path, "-p", dir, "-c", "nginx.conf")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("nginx: %s", log)
		}
	})
	testkit.Eventually(t, "nginx listens", testkit.Timeout, func() bool {
		conn, err := net.Dial("tcp", addresses[1])
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return "http://" + addresses[0], "http://" + addresses[1]
}

// findNginx skips the test if nginx is not installed; with CI set it fails the test.
func findNginx(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} { // sbin is often not in the PATH
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("nginx is not installed")
	}
	t.Skip("NOT TESTED BEHIND A REVERSE PROXY: nginx is not installed (Debian: nginx-light)")
	return ""
}

// from returns an HTTP client that connects from another address of this machine.
func from(t *testing.T, address string) *http.Client {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	transport := &http.Transport{DialContext: dialer.DialContext}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// trustNginx makes the app trust the address from which nginx connects.
func trustNginx(t *testing.T) func(*apptest.Config) {
	return func(c *apptest.Config) { c.TrustedProxies = networks(t, "127.0.0.2/32") }
}

var forgedHeaders = []string{"X-Forwarded-For", "203.0.113.7", "X-Forwarded-Host", "evil.example", "Forwarded", "for=203.0.113.7;host=evil.example"}

func TestReverseProxyForwardsTheClientsAddress(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, trustNginx(t))
	plain, secure := startProxy(t, app)
	for name, url := range map[string]string{"through nginx": plain, "directly": app.BaseURL()} {
		sam := testkit.NewClient(t, url)
		sam.Do(http.MethodPost, "/signin/demo", in{"as": "sam"}, forgedHeaders...).Want(http.StatusSeeOther)
		sessions := testkit.As[[]struct{ Address string }](sam.Get("/api/sessions").Want(http.StatusOK))
		if slices.ContainsFunc(sessions, func(s struct{ Address string }) bool { return s.Address != "127.0.0.1" }) {
			t.Errorf("%s: the sessions are from %v", name, sessions)
		}
		sam.Do(http.MethodGet, "/api/nowhere", nil, forgedHeaders...).Want(http.StatusNotFound)
		sam.Do(http.MethodPost, "/api/tokens", in{"name": "x"}, append(forgedHeaders, "Origin", "http://evil.example")...).Want(http.StatusForbidden)
		live := sam.Connect("")
		live.Get("/api/me", nil).Want(http.StatusOK).WantBody(`"handle":"sam"`)
		if got := sam.ConnectRefused("", append(forgedHeaders, "Origin", "http://evil.example")...); got != http.StatusForbidden {
			t.Errorf("%s: a socket of another origin is answered %d", name, got)
		}
	}
	if log := app.Log.String(); !strings.Contains(log, "address=127.0.0.1") || strings.Contains(log, "203.0.113.7") || strings.Contains(log, "127.0.0.2") {
		t.Errorf("the log contains other addresses:\n%s", log)
	}
	overHTTPS := testkit.NewClient(t, secure).Do(http.MethodPost, "/signin/demo", in{"as": "sam"}).Want(http.StatusSeeOther)
	if cookie := overHTTPS.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-") || !strings.Contains(cookie, "; Secure") {
		t.Errorf("over https the cookie is %s", cookie)
	}
	for name, url := range map[string]string{"through nginx": plain, "directly": app.BaseURL()} {
		answer := testkit.NewClient(t, url).Do(http.MethodPost, "/signin/demo", in{"as": "sam"}, "X-Forwarded-Proto", "https").Want(http.StatusSeeOther)
		if cookie := answer.Header.Get("Set-Cookie"); strings.Contains(cookie, "Secure") {
			t.Errorf("%s over http the cookie is %s", name, cookie)
		}
	}
}

func TestReverseProxyLimitsEachClient(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, trustNginx(t), func(c *apptest.Config) { c.RequestRate, c.ConnectionsPerAddress = 5, 2 })
	plain, _ := startProxy(t, app)
	get := func(client *http.Client, forgedAddress string) int {
		r, _ := http.NewRequest(http.MethodGet, plain+"/api/me", nil)
		r.Header.Set("X-Forwarded-For", forgedAddress)
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	flooding := from(t, "127.0.0.3")
	refused := 0
	for i := range 200 {
		if get(flooding, fmt.Sprint("203.0.113.", i)) == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("a client that forges addresses is not limited")
	}
	if got := get(from(t, "127.0.0.4"), "127.0.0.3"); got != http.StatusUnauthorized {
		t.Errorf("another client is answered %d", got)
	}

	connect := func(address string) error {
		ctx, cancel := context.WithTimeout(t.Context(), testkit.Timeout)
		defer cancel()
		socket, _, err := websocket.Dial(ctx, plain+"/socket", &websocket.DialOptions{HTTPClient: from(t, address)})
		if err == nil {
			t.Cleanup(func() { socket.CloseNow() })
		}
		return err
	}
	for i, want := range []bool{true, true, false} {
		if err := connect("127.0.0.5"); (err == nil) != want {
			t.Errorf("socket %d of a client: %v", i+1, err)
		}
	}
	if err := connect("127.0.0.6"); err != nil {
		t.Errorf("the socket of another client: %v", err)
	}
}
