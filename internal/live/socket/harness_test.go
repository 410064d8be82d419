package socket_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
)

// testTimeout is how long a test waits for an expected event.
const testTimeout = 10 * time.Second

// testServer is a server with a hub, a small router, and the socket at /socket.
type testServer struct {
	t      testing.TB
	hub    *hub.Hub
	url    string // http://…
	router *http.ServeMux
}

// newTestServer starts a server. A client passes its identity in the query:
// ?user=7.
func newTestServer(t testing.TB, c socket.Config, hc hub.Config) *testServer {
	p := &testServer{t: t, hub: hub.New(hc), router: routes()}
	c.Hub, c.Router = p.hub, p.router
	handler := socket.New(c)
	p.router.HandleFunc("GET /join", p.join)
	p.router.HandleFunc("GET /socket", func(w http.ResponseWriter, r *http.Request) {
		who := identity(r)
		if err := handler.Accept(w, r, who, context.WithValue(r.Context(), caller{}, who.UserID)); err != nil {
			f := fault.Of(err)
			w.Header().Set("Content-Type", fault.ContentType)
			w.WriteHeader(f.Status)
			json.NewEncoder(w).Encode(f)
		}
	})
	server := httptest.NewServer(p.router)
	p.url = server.URL
	t.Cleanup(func() { p.close(server) })
	return p
}

func (p *testServer) close(server *httptest.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	if err := p.hub.Shutdown(ctx); err != nil {
		p.t.Error("shutdown:", err)
	}
	server.Close()
}

type caller struct{}

func identity(r *http.Request) hub.Identity {
	q := r.URL.Query()
	who := hub.Identity{Session: q.Get("session"), HTML: q.Get("view") == "html"}
	fmt.Sscan(q.Get("user"), &who.UserID)
	if ms, err := time.ParseDuration(q.Get("expires")); err == nil {
		who.Expires = time.Now().Add(ms)
	}
	return who
}

func routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<p>hello</p>")
	})
	mux.HandleFunc("POST /ok", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"ok":true}`)
	})
	mux.HandleFunc("DELETE /thing", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("at the disco") })
	return mux
}

// echo answers a description of the request.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Set-Cookie", "session=secret")
	w.Header().Set("X-Seq", "7")
	json.NewEncoder(w).Encode(map[string]any{
		"method": r.Method, "path": r.URL.Path, "query": r.URL.Query(), "body": string(body),
		"accept": r.Header.Get("Accept"), "type": r.Header.Get("Content-Type"), "own": r.Header.Get("X-Own"), "cookie": r.Header.Get("Cookie"),
		"user": r.Context().Value(caller{}), "virtual": socket.IsVirtual(r), "live": hub.ConnFromContext(r.Context()) != nil,
	})
}

func (p *testServer) join(w http.ResponseWriter, r *http.Request) {
	if _, err := p.hub.Join(hub.ConnFromContext(r.Context()), r.URL.Query().Get("room"), nil); err != nil {
		w.WriteHeader(fault.Of(err).Status)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (p *testServer) eventually(what string, cond func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(testTimeout); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("timed out waiting until %s", what)
		}
	}
}

// client is a WebSocket client.
type client struct {
	t       testing.TB
	ws      *websocket.Conn
	pending []string // unread frames of the last message
}

// frame is a reply or an event from the server.
type frame struct {
	ID      *int64
	Status  int
	Headers map[string]string
	Event   string
	Room    string
	Data    json.RawMessage
	HTML    string
}

func (p *testServer) dial(query string, header http.Header) (*client, *http.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	ws, resp, err := websocket.Dial(ctx, p.url+"/socket?"+query, &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		return nil, resp, err
	}
	ws.SetReadLimit(-1)
	p.t.Cleanup(func() { ws.CloseNow() })
	return &client{t: p.t, ws: ws}, resp, nil
}

// connect dials and reads the connected event.
func (p *testServer) connect(query string) *client {
	p.t.Helper()
	c, _, err := p.dial(query, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if f := c.next(); f.Event != "connected" {
		p.t.Fatalf("the first frame is %+v", f)
	}
	return c
}

func (c *client) send(message string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	if err := c.ws.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
		c.t.Fatal("sending:", err)
	}
}

// read returns the next frame, or the error that ended the connection.
func (c *client) read() (string, error) {
	if len(c.pending) == 0 {
		ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
		defer cancel()
		_, message, err := c.ws.Read(ctx)
		if err != nil {
			return "", err
		}
		c.pending = strings.Split(string(message), "\n")
	}
	text := c.pending[0]
	c.pending = c.pending[1:]
	return text, nil
}

func (c *client) next() frame {
	c.t.Helper()
	text, err := c.read()
	if err != nil {
		c.t.Fatal("reading:", err)
	}
	var f frame
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		c.t.Fatalf("frame %q: %v", text, err)
	}
	return f
}

// ask sends a frame with the id 1 and returns its reply.
func (c *client) ask(request string) frame {
	c.t.Helper()
	c.send(`{"id":1,` + request + `}`)
	f := c.next()
	if f.ID == nil || *f.ID != 1 {
		c.t.Fatalf("the next frame is not the reply: %+v", f)
	}
	return f
}

func (c *client) join(room string) *client {
	c.t.Helper()
	if f := c.ask(`"url":"/join","data":{"room":"` + room + `"}`); f.Status != 204 {
		c.t.Fatalf("joining %s: %+v", room, f)
	}
	return c
}

// wantClose reads until the connection is closed and compares the code.
func (c *client) wantClose(want websocket.StatusCode) {
	c.t.Helper()
	for {
		if _, err := c.read(); err != nil {
			if got := websocket.CloseStatus(err); got != want {
				c.t.Errorf("closed with %d (%v), want %d", got, err, want)
			}
			return
		}
	}
}
