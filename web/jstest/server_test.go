package jstest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/coder/websocket"

	"hubbub/web"
)

// server serves one page, the scripts, and a socket that the test controls.
type server struct {
	*httptest.Server
	t       *testing.T
	html    string // the page's body
	head    string // the tags of the scripts
	frame   bool   // html is shown in the frame of the product's pages
	accepts chan *conn
	refuse  atomic.Bool // /socket answers 503
	heart   int         // heartbeatMs
	tickets chan *http.Request
	user    atomic.Value // userId of the connected event
}

// fastClock makes the page's clock ten times as fast, so that a backoff of
// seconds takes tenths of seconds.
const fastClock = `<script src="/testdata/fastclock.js"></script>`

var assets = sync.OnceValue(web.Handler)

func newServer(t *testing.T) *server {
	t.Parallel()
	s := &server{t: t, accepts: make(chan *conn, 16), tickets: make(chan *http.Request, 16), heart: 600_000}
	s.head = fastClock + `<script src="/js/socket.js"></script>`
	s.user.Store("7")
	mux := http.NewServeMux()
	mux.Handle("GET /js/", assets())
	mux.Handle("GET /static/", http.StripPrefix("/static", http.FileServer(http.Dir("../static"))))
	mux.Handle("GET /assets/", assets())
	mux.Handle("GET /testdata/", http.FileServer(http.Dir(".")))
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /signin", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "sign in") })
	mux.HandleFunc("GET /socket", s.socket)
	mux.HandleFunc("POST /api/tickets", s.ticket)
	mux.HandleFunc("POST /api/login", s.login)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *server) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if s.frame {
		s.framed(w, r)
		return
	}
	fmt.Fprintf(w, "<!doctype html><head>%s</head><body>%s</body>", s.head, s.html)
}

// framed serves html in the frame of the product's pages, with the fast clock.
func (s *server) framed(w http.ResponseWriter, r *http.Request) {
	page := web.Page{
		Title:  "Test",
		Path:   "/rooms/3",
		Viewer: &web.Viewer{ID: 7, FullName: "Sam Rivera", Handle: "sam", Hue: 6},
		Nav:    []web.NavLink{{Href: "/dashboard", Label: "Dashboard", Icon: "layout-dashboard"}, {Href: "/search", Label: "Search", Icon: "search"}},
	}
	var document strings.Builder
	if err := page.Framed(templ.Raw("<h1>Test</h1>"+s.html)).Render(r.Context(), &document); err != nil {
		s.t.Error(err)
	}
	fmt.Fprint(w, strings.Replace(document.String(), "<head>", "<head>"+fastClock, 1))
}

func (s *server) ticket(w http.ResponseWriter, r *http.Request) {
	s.tickets <- r
	if r.Header.Get("Authorization") != "Bearer good" {
		http.Error(w, "{}", http.StatusUnauthorized)
		return
	}
	fmt.Fprint(w, `{"ticket":"t1"}`)
}

// login accepts one password: "good".
func (s *server) login(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("password") != "good" {
		http.Error(w, "{}", http.StatusUnauthorized)
		return
	}
	s.user.Store("7")
	fmt.Fprint(w, "{}")
}

func (s *server) socket(w http.ResponseWriter, r *http.Request) {
	if s.refuse.Load() {
		http.Error(w, "no", http.StatusServiceUnavailable)
		return
	}
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	ws.SetReadLimit(64 << 10)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := &conn{t: s.t, ws: ws, ctx: ctx, cancel: cancel, query: r.URL.Query(), frames: make(chan frame, 1000)}
	greeting := fmt.Sprintf(`{"event":"connected","data":{"connectionId":"c_1","userId":%s,"heartbeatMs":%d,"protocol":1}}`, s.user.Load(), s.heart)
	if ws.Write(ctx, websocket.MessageText, []byte(greeting)) != nil {
		return // the page's handshake timeout, with its fast clock, was over; it will retry
	}
	s.accepts <- c
	c.read()
}

// accept waits for the page's next connection.
func (s *server) accept() *conn {
	s.t.Helper()
	select {
	case c := <-s.accepts:
		s.t.Cleanup(c.cut)
		return c
	case <-time.After(patience):
		s.t.Fatal("the page did not connect")
		return nil
	}
}

// conn is the server's end of one connection.
type conn struct {
	t      *testing.T
	ws     *websocket.Conn
	ctx    context.Context
	cancel context.CancelFunc
	query  url.Values
	frames chan frame
}

type frame struct {
	ID      int64
	Method  string
	URL     string
	Headers map[string]string
	Data    map[string]any
}

// String returns a request as the tests write it: "GET /api/x a=1".
func (f frame) String() string {
	text := f.Method + " " + f.URL
	for _, key := range slices.Sorted(maps.Keys(f.Data)) {
		text += fmt.Sprintf(" %s=%v", key, f.Data[key])
	}
	return text
}

func (c *conn) read() {
	defer close(c.frames)
	for {
		_, message, err := c.ws.Read(c.ctx)
		if err != nil {
			return
		}
		for line := range strings.SplitSeq(string(message), "\n") {
			var f frame
			if err := json.Unmarshal([]byte(line), &f); err != nil {
				c.t.Errorf("the page sent %q: %v", line, err)
				return
			}
			c.frames <- f
		}
	}
}

// wants waits for the next request and checks it.
func (c *conn) wants(request string) frame {
	c.t.Helper()
	select {
	case f, open := <-c.frames:
		if !open {
			c.t.Fatalf("the page closed the connection, want %q", request)
		}
		if f.String() != request {
			c.t.Fatalf("the page sent %q, want %q", f, request)
		}
		return f
	case <-time.After(patience):
		c.t.Fatalf("the page did not send %q", request)
		return frame{}
	}
}

// waitForClose waits until the page has closed the connection.
func (c *conn) waitForClose() {
	c.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case _, open := <-c.frames:
			if !open {
				return
			}
		case <-deadline:
			c.t.Fatal("the page did not close the connection")
		}
	}
}

func (c *conn) send(text string) {
	c.t.Helper()
	if err := c.ws.Write(c.ctx, websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatalf("send %s: %v", text, err)
	}
}

// reply answers a request; headers are "Name: value".
func (c *conn) reply(f frame, status int, data string, headers ...string) {
	c.t.Helper()
	all := map[string]string{}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		all[name] = value
	}
	encoded, _ := json.Marshal(all)
	c.send(fmt.Sprintf(`{"id":%d,"status":%d,"headers":%s,"data":%s}`, f.ID, status, encoded, data))
}

func (c *conn) event(name, data, html string) {
	c.t.Helper()
	encoded, _ := json.Marshal(html)
	c.send(fmt.Sprintf(`{"event":%q,"data":%s,"html":%s}`, name, data, encoded))
}

// cut ends the connection as a lost network does, without a close frame.
func (c *conn) cut() { _ = c.ws.CloseNow() }

// close ends the connection with a close code.
func (c *conn) close(code int) { _ = c.ws.Close(websocket.StatusCode(code), "") }
