package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/web"
)

// If mainVariable is set, this test binary runs Main.
const mainVariable = "HUBBUB_TEST_MAIN"

// program is the whole program in a process of its own.
type program struct {
	cmd     *exec.Cmd
	address string // of the app
	ops     string
	stdout  strings.Builder
	log     *testkit.Log // JSON
}

// startProgram runs Main with a demo and JSON logs.
func startProgram(t *testing.T) *program {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{cmd: exec.Command(binary), ops: freeAddress(t), log: &testkit.Log{}}
	p.cmd.Env = append(os.Environ(), mainVariable+"=1", "DATABASE_URL="+testkit.DatabaseURL(t), "DEMO=true",
		"ADDR=127.0.0.1:0", "OPS_ADDR="+p.ops, "REQUEST_RATE=0", "CONNECTIONS_PER_ADDRESS=0", "LOG_FORMAT=json")
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() }) // does nothing if the process has ended
	ready := regexp.MustCompile(`"msg":"Hubbub is ready","url":"[^"]+","address":"([^"]+)"`)
	testkit.Eventually(t, "the program is ready", testkit.Timeout, func() bool {
		found := ready.FindStringSubmatch(p.log.String())
		if found != nil {
			p.address = found[1]
		}
		return found != nil
	})
	return p
}

func freeAddress(t *testing.T) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer free.Close()
	return free.Addr().String()
}

// requestWithoutReading requests much more than the buffers of the connection hold, and
// reads only the first byte.
func (p *program) requestWithoutReading(t *testing.T) {
	t.Helper()
	conn := dialSmall(t, p.address)
	for range 50 {
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: hubbub\r\n\r\n", web.Asset("vendor/document.js"))
	}
	if _, err := bufio.NewReaderSize(conn, 16).ReadByte(); err != nil {
		t.Fatal(err)
	}
}

// socketWithoutReading opens a socket that requests large answers and reads nothing.
func (p *program) socketWithoutReading(t *testing.T) {
	t.Helper()
	dial := func(_ context.Context, _, address string) (net.Conn, error) { return dialSmall(t, address), nil }
	client := &http.Client{Transport: &http.Transport{DialContext: dial}}
	socket, _, err := websocket.Dial(t.Context(), "ws://"+p.address+"/socket", &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.CloseNow() })
	for id := range 100 {
		frame := fmt.Sprintf(`{"id":%d,"url":%q}`, id+1, web.Asset("vendor/document.js"))
		if err := socket.Write(t.Context(), websocket.MessageText, []byte(frame)); err != nil {
			t.Fatal(err)
		}
	}
}

// dialSmall opens a connection with a small receive buffer.
func dialSmall(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	return conn
}

// served returns the number of requests over sockets that were answered.
func (p *program) served(t *testing.T) (n int) {
	t.Helper()
	metrics := testkit.NewClient(t, "http://"+p.ops).Get("/metrics").Want(http.StatusOK).Body
	if found := servedBySocket.FindStringSubmatch(metrics); found != nil {
		n, _ = strconv.Atoi(found[1])
	}
	return n
}

var servedBySocket = regexp.MustCompile(`hubbub_request_seconds_count\{route="/assets/\*",status="200",transport="socket"\} (\d+)`)

func TestShutdownBySIGTERMDespiteBlockedPeers(t *testing.T) {
	t.Parallel()
	p := startProgram(t)
	const sockets = 5
	for range 50 {
		sendPartialRequest(t, p.address, "/api/login")
	}
	for range 10 {
		p.requestWithoutReading(t)
	}
	for range sockets {
		p.socketWithoutReading(t)
	}
	served, unchanged := 0, 0
	testkit.Eventually(t, "the sockets are full", testkit.Timeout, func() bool {
		now := p.served(t)
		if unchanged++; now != served || now < sockets {
			served, unchanged = now, 0
		}
		return unchanged == 10
	})
	if served >= sockets*100 {
		t.Fatal("all answers were written: no socket is blocked")
	}
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the process ended with %v", err)
	}
	if took := time.Since(began); took > 15*time.Second { // Config.Patience, and some time on a busy machine
		t.Errorf("the process took %v", took)
	}
	p.wantOnlyJSON(t)
}

// wantOnlyJSON checks that the output consists of log lines in JSON.
func (p *program) wantOnlyJSON(t *testing.T) {
	t.Helper()
	if p.stdout.Len() > 0 {
		t.Errorf("the program prints a greeting beside the JSON log: %s", p.stdout.String())
	}
	decoder := json.NewDecoder(strings.NewReader(p.log.String()))
	for {
		var line map[string]any
		if err := decoder.Decode(&line); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("a log line is not JSON: %v in\n%s", err, p.log)
		}
	}
}

func TestShutdownCloses500SocketsWithinTenSeconds(t *testing.T) {
	app := apptest.Start(t)
	sam := app.As("sam")
	room := app.Room(sam, "crowd")
	sockets := make([]*testkit.Socket, 500)
	for i := range sockets {
		sockets[i] = sam.Connect("")
		sockets[i].Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	began := time.Now()
	app.Stop()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the shutdown took %v", took)
	}
	for _, s := range sockets {
		s.WantClosed(1012)
	}
}

func TestShutdownIsNotReadyBeforeSocketsClose(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	relay := testkit.NewRelay(t, app.Addr())
	fast, stuck := sam.Connect(""), sam.Through(relay).Connect("")
	relay.Freeze() // so that its close takes longer
	client := app.Anonymous()
	client.Get("/readyz").Want(200)
	var stopping sync.WaitGroup
	stopping.Go(app.Stop)
	fast.WantClosed(1012)
	client.Get("/readyz").Want(503).WantBody("shutting down")
	client.Get("/healthz").Want(200)
	if got := sam.ConnectRefused(""); got != 503 {
		t.Errorf("a new client is refused with %d", got)
	}
	relay.Thaw()
	stuck.WantClosed(1012)
	stopping.Wait()
}
