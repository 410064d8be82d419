package socket_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
	"hubbub/internal/live/wire"
	"hubbub/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestTextOverTheLimitClosesWith1009(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	c := p.connect("")
	most := `{"id":1,"method":"POST","url":"/echo","data":"` + strings.Repeat("x", wire.MaxText-48) + `"}`
	if len(most) != wire.MaxText {
		t.Fatal("the test's message has", len(most), "bytes")
	}
	c.send(most)
	if f := c.next(); f.Status != 200 {
		t.Errorf("64 KiB: %+v", f)
	}
	c.send(strings.Repeat("x", 70<<10))
	c.wantClose(1009)
}

func TestBinaryWithoutReceiverClosesWith1003(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	c := p.connect("")
	if err := c.ws.Write(t.Context(), websocket.MessageBinary, []byte{1}); err != nil {
		t.Fatal(err)
	}
	c.wantClose(1003)
}

func TestRateLimitRefusesThenCloses(t *testing.T) {
	p := newTestServer(t, socket.Config{Rate: wire.Rate}, hub.Config{})
	c := p.connect("")
	c.send(strings.Repeat(`{"id":1,"url":"/echo"}`+"\n", 2500))
	var served, refused int
	for {
		text, err := c.read()
		if err != nil {
			if code := websocket.CloseStatus(err); code != 4429 {
				t.Errorf("closed with %d, want 4429", code)
			}
			break
		}
		switch {
		case strings.Contains(text, `"status":200`):
			served++
		case strings.Contains(text, `"status":429`) && strings.Contains(text, `"Retry-After":"1"`):
			refused++
		default:
			t.Fatal("neither served nor refused:", text)
		}
	}
	if served < wire.Burst || refused != wire.MaxRefusals {
		t.Errorf("served %d and refused %d", served, refused)
	}
}

func TestRateLimitCountsInvalidFrames(t *testing.T) {
	p := newTestServer(t, socket.Config{Rate: 1, Burst: 3}, hub.Config{})
	c := p.connect("")
	c.send("{\n{\n{")
	for range 3 {
		if f := c.next(); f.Status != 400 {
			t.Errorf("%+v", f)
		}
	}
	if f := c.ask(`"url":"/echo"`); f.Status != 429 {
		t.Errorf("the tokens were not taken: %+v", f)
	}
}

func TestRoomLimitIsAnswered429(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{MaxRooms: 1})
	c := p.connect("user=7").join("a")
	if f := c.ask(`"url":"/join?room=b"`); f.Status != 429 {
		t.Errorf("%+v", f)
	}
}

func TestAddressLimitRefusesConnections(t *testing.T) {
	p := newTestServer(t, socket.Config{PerAddress: 2}, hub.Config{})
	one := p.connect("")
	p.connect("")
	if _, resp, err := p.dial("", nil); err == nil || resp.StatusCode != 429 || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("the third: %v %v", resp, err)
	}
	one.ws.CloseNow()
	p.eventually("the address may connect again", func() bool {
		_, _, err := p.dial("", nil)
		return err == nil
	})
}

func TestOriginCheck(t *testing.T) {
	p := newTestServer(t, socket.Config{BaseURL: "https://hubbub.example/base", AllowedOrigins: []string{"https://App.Example:8443"}}, hub.Config{})
	own := strings.TrimPrefix(p.url, "http://")
	for origin, allowed := range map[string]bool{
		"":                         true,
		"http://" + own:            true,
		"https://" + own:           true, // behind a proxy that ends TLS
		"https://hubbub.example":   true,
		"https://app.example:8443": true,
		"http://app.example:8443":  false,
		"https://app.example":      false,
		"https://evil.example":     false,
		"null":                     false,
		"://":                      false,
		"http://" + own + ".evil":  false,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		c, resp, err := p.dial("", header)
		if allowed != (err == nil) {
			t.Errorf("%q: %v", origin, err)
		}
		if err != nil && resp.StatusCode != 403 {
			t.Errorf("%q is refused with %d", origin, resp.StatusCode)
		}
		if c != nil {
			c.ws.CloseNow()
		}
	}
}

func TestHandshakeRequiresAnUpgrade(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	resp, err := http.Get(p.url + "/socket")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	if resp.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestHandshakeNegotiatesTheSubprotocol(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	ws, _, err := websocket.Dial(t.Context(), p.url+"/socket", &websocket.DialOptions{Subprotocols: []string{"other", wire.Subprotocol}})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	if ws.Subprotocol() != wire.Subprotocol {
		t.Errorf("negotiated %q", ws.Subprotocol())
	}
}

// A client may send frames together with its handshake.
func TestHandshakeKeepsFramesSentWithIt(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	conn := rawHandshake(t, p, maskedTextFrame(`{"id":1,"url":"/echo"}`))
	conn.SetReadDeadline(time.Now().Add(testTimeout))
	if text := readUntil(t, conn, `"id":1,"status":200`); !strings.Contains(text, "connected") {
		t.Errorf("got %q", text)
	}
}

// rawHandshake opens a socket without a WebSocket library, so nothing answers
// pings.
func rawHandshake(t *testing.T, p *testServer, early string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n%s", early)
	return conn
}

// maskedTextFrame returns a client's text message, masked with zeros.
func maskedTextFrame(text string) string {
	return string([]byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}) + text
}

func readUntil(t *testing.T, r io.Reader, want string) string {
	t.Helper()
	var text strings.Builder
	for buf := make([]byte, 4096); !strings.Contains(text.String(), want); {
		n, err := r.Read(buf)
		text.Write(buf[:n])
		if err != nil {
			t.Fatalf("after %q: %v", text.String(), err)
		}
	}
	return text.String()
}

func TestPingWithoutPongDropsThePeer(t *testing.T) {
	p := newTestServer(t, socket.Config{Heartbeat: 20 * time.Millisecond, PongWait: 50 * time.Millisecond}, hub.Config{})
	conn := rawHandshake(t, p, "")
	conn.SetReadDeadline(time.Now().Add(testTimeout))
	if _, err := io.Copy(io.Discard, conn); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Error("still open:", err)
	}
	p.eventually("the connection is removed", func() bool { return p.hub.Stats().Connections == 0 })
}

func TestHeartbeatIsSentWhenNothingElseIs(t *testing.T) {
	p := newTestServer(t, socket.Config{Heartbeat: 20 * time.Millisecond}, hub.Config{})
	c := p.connect("")
	for range 3 {
		if f := c.next(); f.Event != "heartbeat" || f.Data != nil {
			t.Errorf("%+v", f)
		}
	}
}

func TestRequestContextEndsWithTheConnection(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	started, ended := make(chan struct{}), make(chan struct{})
	p.router.HandleFunc("GET /wait", func(_ http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
		close(ended)
	})
	c := p.connect("user=7&session=session:1")
	c.send(`{"id":1,"url":"/wait"}`)
	<-started
	p.hub.CloseSession("session:1", wire.CloseSignedOut)
	<-ended
	c.wantClose(4401)
}

func TestRequestContextOutlivesTheHandshake(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	p.router.HandleFunc("GET /err", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Context().Err())
	})
	if f := p.connect("").ask(`"url":"/err"`); string(f.Data) != `"<nil>"` {
		t.Errorf("the context of a live connection: %s", f.Data)
	}
}
