package socket_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"hubbub/internal/base/loop"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
)

// panics collects the panics that a server's guard has caught.
type panics struct {
	mu    sync.Mutex
	log   bytes.Buffer
	where []string
}

func (p *panics) guard() loop.Guard {
	return loop.Guard{Log: slog.New(slog.NewTextHandler(&p.log, nil)), OnPanic: func(where string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.where = append(p.where, where)
	}}
}

func (p *panics) caught() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.where)
}

func (c *client) sendBinary(message string) {
	c.t.Helper()
	if err := c.ws.Write(c.t.Context(), websocket.MessageBinary, []byte(message)); err != nil {
		c.t.Fatal("sending:", err)
	}
}

func TestPanicOnABinaryMessageClosesOnlyItsConnection(t *testing.T) {
	var p panics
	got := make(chan string, 1)
	server := newTestServer(t, socket.Config{Guard: p.guard(), Binary: func(_ *hub.Conn, message []byte) {
		if string(message) == "poison" {
			panic(string(message))
		}
		got <- string(message)
	}}, hub.Config{})
	alice, bob := server.connect("user=1"), server.connect("user=2")

	alice.sendBinary("poison")

	alice.wantClose(websocket.StatusInternalError)
	echoOf(t, bob.ask(`"url":"/echo"`))
	bob.sendBinary("edit")
	if message := <-got; message != "edit" {
		t.Errorf("the other connection's message is %q", message)
	}
	server.connect("user=1").sendBinary("again")
	if message := <-got; message != "again" {
		t.Errorf("the message after the reconnect is %q", message)
	}
	if where := p.caught(); !slices.Equal(where, []string{"socket-message"}) {
		t.Errorf("counted the panics of %v", where)
	}
	for _, part := range []string{"error=poison", "panics_test.go", "connection=c_", "user=1"} {
		if !strings.Contains(p.log.String(), part) {
			t.Errorf("the log lacks %q:\n%s", part, p.log.String())
		}
	}
	server.eventually("two connections remain", func() bool { return server.hub.Stats().Connections == 2 })
}

func TestPanicInOnLeaveDoesNotKeepTheConnection(t *testing.T) {
	var p panics
	server := newTestServer(t, socket.Config{PerAddress: 1}, hub.Config{Guard: p.guard()})
	server.hub.OnLeave("a", func(hub.Left) { panic("observer") })
	server.connect("").join("a").ws.CloseNow()
	server.eventually("the observer was called", func() bool { return slices.Equal(p.caught(), []string{"hub-left"}) })
	server.eventually("the address may connect again", func() bool {
		c, _, err := server.dial("", nil)
		if err == nil {
			c.ws.CloseNow()
		}
		return err == nil
	})
}

func TestPanicInADialectClosesOnlyItsConnection(t *testing.T) {
	greet := func(*hub.Conn) error { return nil }
	speak := func(c *hub.Conn) error {
		c.ReplyBinary([]byte("hello"))
		return nil
	}
	same := func(message []byte) []byte { return message }
	var conn *hub.Conn
	const noCloseFrame = websocket.StatusCode(-1)
	for name, test := range map[string]struct {
		dialect socket.Dialect
		code    websocket.StatusCode
		panics  []string
	}{
		"greeting": {
			socket.Dialect{Opened: func(*hub.Conn) error { panic("greeting") }, Out: same},
			websocket.StatusInternalError,
			[]string{"socket-greeting"},
		},
		"incoming": {
			socket.Dialect{Opened: greet, In: func(*hub.Conn, []byte) { panic("in") }, Out: same},
			websocket.StatusInternalError,
			[]string{"socket-message"},
		},
		"outgoing": {
			socket.Dialect{Opened: speak, In: func(*hub.Conn, []byte) {}, Out: func([]byte) []byte { panic("out") }},
			websocket.StatusInternalError,
			[]string{"socket-writer"},
		},
		"outgoing, twice": {
			socket.Dialect{Opened: func(c *hub.Conn) error { conn = c; return speak(c) }, In: func(*hub.Conn, []byte) {}, Out: func([]byte) []byte {
				conn.ReplyBinary([]byte("more"))
				panic("out")
			}},
			noCloseFrame,
			[]string{"socket-writer", "socket-writer"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var p panics
			server := newTestServer(t, socket.Config{}, hub.Config{})
			handler := socket.New(socket.Config{Hub: server.hub, Router: server.router, Guard: p.guard()})
			server.router.HandleFunc("GET /dialect/socket", func(w http.ResponseWriter, r *http.Request) {
				if err := handler.AcceptAs(test.dialect, w, r, hub.Identity{}); err != nil {
					t.Error("accept:", err)
				}
			})
			other := server.connect("")
			c := server.dialDialect()
			c.ws.Write(t.Context(), websocket.MessageBinary, []byte("hello")) // it may be closing
			c.wantClose(test.code)
			echoOf(t, other.ask(`"url":"/echo"`))
			server.eventually("the connection is removed", func() bool { return server.hub.Stats().Connections == 1 })
			if caught := p.caught(); !slices.Equal(caught, test.panics) {
				t.Errorf("counted the panics of %v, want %v", caught, test.panics)
			}
		})
	}
}

func (p *testServer) dialDialect() *client {
	p.t.Helper()
	ws, _, err := websocket.Dial(p.t.Context(), p.url+"/dialect/socket", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { ws.CloseNow() })
	return &client{t: p.t, ws: ws}
}
