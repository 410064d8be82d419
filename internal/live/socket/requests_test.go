package socket_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
)

func echoOf(t *testing.T, f frame) map[string]any {
	t.Helper()
	if f.Status != 200 {
		t.Fatalf("reply %+v", f)
	}
	var got map[string]any
	if err := json.Unmarshal(f.Data, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestConnectedEventIsTheFirstFrame(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	for query, user := range map[string]string{"user=7": "7", "": "null"} {
		c, _, err := p.dial(query, nil)
		if err != nil {
			t.Fatal(err)
		}
		f := c.next()
		var data struct {
			ConnectionID string          `json:"connectionId"`
			UserID       json.RawMessage `json:"userId"`
			HeartbeatMs  int             `json:"heartbeatMs"`
			Protocol     int             `json:"protocol"`
		}
		if err := json.Unmarshal(f.Data, &data); err != nil {
			t.Fatal(err)
		}
		if f.Event != "connected" || !strings.HasPrefix(data.ConnectionID, "c_") || string(data.UserID) != user || data.HeartbeatMs != 25000 || data.Protocol != 1 {
			t.Errorf("%s: %s %s", query, f.Event, f.Data)
		}
	}
}

func TestRequestReachesTheRouterAsHTTP(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	c, _, err := p.dial("user=7", http.Header{"Cookie": {"tz=Europe/Paris"}})
	if err != nil {
		t.Fatal(err)
	}
	c.next()
	f := c.ask(`"method":"post","url":"/echo?a=1","headers":{"x-own":"b"},"data":{"text":"hé"}`)
	got := echoOf(t, f)
	for name, want := range map[string]any{
		"method": "POST", "path": "/echo", "body": `{"text":"hé"}`, "accept": "application/json", "type": "application/json",
		"own": "b", "cookie": "tz=Europe/Paris", "user": 7.0, "virtual": true, "live": true,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	if len(f.Headers) != 2 || f.Headers["X-Seq"] != "7" || f.Headers["Content-Type"] != "application/json" {
		t.Errorf("headers %v", f.Headers)
	}
	if got := echoOf(t, c.ask(`"url":"/echo","headers":{"Accept":"text/html"}`)); got["accept"] != "text/html" {
		t.Errorf("accept %v", got["accept"])
	}
}

func TestRequestDataOfGetAndDeleteIsTheQuery(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	c := p.connect("")
	for _, method := range []string{"GET", "DELETE"} {
		got := echoOf(t, c.ask(`"method":"`+method+`","url":"/echo?limit=1&room=3&after=9","data":{"limit":20,"ids":[1,"b",3],"where":{"a":[1]},"q":"x & y","on":true,"after":null}`))
		query := fmt.Sprint(got["query"])
		if want := `map[ids:[1,b,3] limit:[20] on:[true] q:[x & y] room:[3] where:[{"a":[1]}]]`; query != want || got["body"] != "" {
			t.Errorf("%s: query %s, want %s; body %q", method, query, want, got["body"])
		}
	}
	if f := c.ask(`"url":"/echo","data":[1]`); f.Status != 400 {
		t.Errorf("a list as query: %+v", f)
	}
}

func TestReplyCarriesHTMLDataOrNeither(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	c := p.connect("")
	if f := c.ask(`"url":"/page"`); f.HTML != "<p>hello</p>" || f.Data != nil {
		t.Errorf("page: %+v", f)
	}
	if f := c.ask(`"method":"DELETE","url":"/thing"`); f.Status != 204 || f.HTML != "" || f.Data != nil {
		t.Errorf("204: %+v", f)
	}
	if f := c.ask(`"url":"/nowhere"`); f.Status != 404 {
		t.Errorf("unknown path: %+v", f)
	}
	if f := c.ask(`"method":"PUT","url":"/thing"`); f.Status != 405 {
		t.Errorf("unknown method: %+v", f)
	}
	if f := c.ask(`"url":"/socket","headers":{"Connection":"Upgrade","Upgrade":"websocket"}`); f.Status != 400 {
		t.Errorf("a socket through a socket: %+v", f)
	}
}

func TestReplyPutsJSONOnOneLine(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	for path, body := range map[string]string{"/lines": "{\n  \"a\": 1\r\n}\n", "/broken": "{\n  \"a\"\n}\n"} {
		p.router.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(body))
		})
	}
	c := p.connect("")
	if f := c.ask(`"url":"/lines"`); f.Status != 200 || string(f.Data) != `{"a":1}` {
		t.Errorf("reply %+v", f)
	}
	if f := c.ask(`"url":"/broken"`); f.Status != 500 || f.Headers["Content-Type"] != fault.ContentType {
		t.Errorf("reply %+v", f)
	}
}

func TestRequestThatPanicsIsAnswered500(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	c := p.connect("")
	f := c.ask(`"url":"/panic"`)
	if f.Status != 500 || f.Headers["Content-Type"] != fault.ContentType || strings.Contains(string(f.Data), "disco") {
		t.Errorf("reply %+v", f)
	}
	echoOf(t, c.ask(`"url":"/echo"`))
}

func TestRequestThatIsInvalidIsAnswered400(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	c := p.connect("")
	for message, id := range map[string]int64{
		`{`: 0, ``: 0, `[]`: 0, `{"id":-1,"url":"/echo"}`: 0, `{"id":7,"url":"echo"}`: 7, `{"id":7,"url":`: 7, `{"id":7,"url":"/%zz"}`: 7,
		`{"id":7,"url":"/echo","headers":{"cookie":"a"}}`: 7, `{"id":7,"url":"/echo","headers":{"X-Forwarded-For":"a"}}`: 7,
	} {
		c.send(message)
		f := c.next()
		if f.Status != 400 || f.Headers["Content-Type"] != fault.ContentType || !strings.Contains(string(f.Data), `"title":"Bad Request"`) {
			t.Errorf("%s: %+v", message, f)
		}
		if (f.ID == nil) != (id == 0) || f.ID != nil && *f.ID != id {
			t.Errorf("%s: id %v, want %d", message, f.ID, id)
		}
	}
	echoOf(t, c.ask(`"url":"/echo"`))
}

func TestRepliesFollowTheOrderOfRequests(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	c := p.connect("")
	var message strings.Builder
	for id := 1; id <= 300; id++ {
		fmt.Fprintf(&message, "{\"id\":%d,\"url\":\"/echo\"}\n", id)
	}
	c.send(message.String())
	for id := int64(1); id <= 300; id++ {
		if f := c.next(); f.ID == nil || *f.ID != id {
			t.Fatalf("reply %+v, want the reply to %d", f, id)
		}
	}
}

func TestRequestWithoutIDGetsNoReply(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	c := p.connect("")
	c.send(`{"url":"/echo"}`)
	echoOf(t, c.ask(`"url":"/echo"`))
}
