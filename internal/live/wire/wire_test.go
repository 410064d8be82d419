package wire_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"

	"hubbub/internal/live/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSplitYieldsFrames(t *testing.T) {
	var frames []string
	for frame := range wire.Split([]byte("{\"id\":1}\n\n \r\n{\"id\":2}\n")) {
		frames = append(frames, string(frame))
	}
	if want := []string{`{"id":1}`, `{"id":2}`}; !slices.Equal(frames, want) {
		t.Errorf("frames %q, want %q", frames, want)
	}
}

func TestRequestIsDecoded(t *testing.T) {
	got, err := wire.DecodeRequest([]byte(`{"id":9007199254740991,"method":"post","url":"/api/chat/send?x=1","headers":{"Accept":"text/html"},"data":{"a":1}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != wire.MaxID || got.Method != "POST" || got.URL != "/api/chat/send?x=1" ||
		got.Headers["Accept"] != "text/html" || string(got.Data) != `{"a":1}` {
		t.Errorf("got %+v", got)
	}
}

func TestRequestDefaults(t *testing.T) {
	got, err := wire.DecodeRequest([]byte(`{"url":"/","data":null}`))
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != 0 || got.Method != "GET" || got.Data != nil {
		t.Errorf("got %+v", got)
	}
}

func TestRequestIgnoresHeadersOfTheTransport(t *testing.T) {
	got, err := wire.DecodeRequest([]byte(`{"url":"/","headers":{
		"accept-encoding":"gzip","Content-Encoding":"gzip","Content-Length":"9","Transfer-Encoding":"chunked","TE":"trailers",
		"Trailer":"X","Connection":"close","Keep-Alive":"1","Upgrade":"h2c","Expect":"100-continue","Range":"bytes=0-1",
		"If-None-Match":"*","If-Modified-Since":"x","Proxy-Connection":"x","Sec-Fetch-Site":"x"," RANGE ":"x","X-Own":"kept"}}`))
	if err != nil || len(got.Headers) != 1 || got.Headers["X-Own"] != "kept" {
		t.Errorf("headers %v, %v", got.Headers, err)
	}
}

func TestRequestThatIsInvalidKeepsItsID(t *testing.T) {
	for frame, id := range map[string]int64{
		``:                                      0,
		`null`:                                  0,
		`[]`:                                    0,
		`"/api/me"`:                             0,
		`{`:                                     0,
		`{"id":1}`:                              1,
		`{"id":1,"url":""}`:                     1,
		`{"id":1,"url":"api/me"}`:               1,
		`{"id":1,"url":"//evil.example/"}`:      1,
		`{"id":1,"url":"http://evil/"}`:         1,
		`{"id":1,"url":5}`:                      1,
		`{"id":1,"url":"/","method":5}`:         1,
		`{"id":1,"url":"/","headers":[]}`:       1,
		`{"id":1,"url":"/","headers":{"A":1}}`:  1,
		`{"id":7,"url":`:                        7,
		`{"data":{"id":3},"id":7,"url"`:         7,
		`{"data":{"id":3},`:                     0,
		"{\"id\":1,\"url\":\"/\xff\"}":          1,
		`{"id":0,"url":"/"}`:                    0,
		`{"id":-1,"url":"/"}`:                   0,
		`{"id":1.5,"url":"/"}`:                  0,
		`{"id":1e3,"url":"/"}`:                  0,
		`{"id":"1","url":"/"}`:                  0,
		`{"id":null,"url":"/"}`:                 0,
		`{"id":9007199254740992,"url":"/"}`:     0,
		`{"id":99999999999999999999,"url":"/"}`: 0,
		`{"id":1,"url":"/","headers":{"cookie":"a"}}`:         1,
		`{"id":1,"url":"/","headers":{"AUTHORIZATION":"a"}}`:  1,
		`{"id":1,"url":"/","headers":{"Host":"a"}}`:           1,
		`{"id":1,"url":"/","headers":{"origin":"a"}}`:         1,
		`{"id":1,"url":"/","headers":{"x-forwarded-for":""}}`: 1,
		`{"id":1,"url":"/","headers":{" Cookie ":"a"}}`:       1,
	} {
		_, err := wire.DecodeRequest([]byte(frame))
		var invalid *wire.Invalid
		if !errors.As(err, &invalid) {
			t.Errorf("%s: error %v, want an *Invalid", frame, err)
			continue
		}
		if invalid.ID != id || invalid.Reason == "" {
			t.Errorf("%s: id %d and reason %q, want id %d and a reason", frame, invalid.ID, invalid.Reason, id)
		}
	}
}

func TestReplyHasOnlyTheListedHeaders(t *testing.T) {
	for _, c := range []struct {
		reply wire.Reply
		want  string
	}{
		{
			wire.Reply{ID: 1, Status: 200, Headers: map[string]string{"Set-Cookie": "s=1", "X-Seq": "7", "Content-Type": "application/json"}, Data: json.RawMessage(`[1]`)},
			`{"id":1,"status":200,"headers":{"Content-Type":"application/json","X-Seq":"7"},"data":[1]}`,
		},
		{
			wire.Reply{ID: 2, Status: 200, HTML: []byte("<p class=\"a\">\n&amp;</p>")},
			`{"id":2,"status":200,"headers":{},"html":"<p class=\"a\">\n&amp;</p>"}`,
		},
		{wire.Reply{Status: 400, Data: json.RawMessage(`{}`)}, `{"id":null,"status":400,"headers":{},"data":{}}`},
		{wire.Reply{ID: 3, Status: 204}, `{"id":3,"status":204,"headers":{}}`},
	} {
		if got := string(wire.AppendReply(nil, c.reply)); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestEventNamesItsRoom(t *testing.T) {
	got := string(wire.AppendEvent([]byte("x\n"), wire.Event{Name: "newMessage", Room: "chat-3", Data: json.RawMessage(`{"id":1}`), HTML: []byte("<li>")}))
	if want := "x\n" + `{"event":"newMessage","room":"chat-3","data":{"id":1},"html":"<li>"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := string(wire.AppendEvent(nil, wire.Event{Name: "heartbeat"})); got != `{"event":"heartbeat"}` {
		t.Errorf("got %s", got)
	}
}

func TestCloseReasonsFitIntoACloseFrame(t *testing.T) {
	for _, code := range []wire.CloseCode{1002, 1003, 1009, 1011, 1012, 4401, 4408, 4429} {
		if reason := code.Reason(); reason == "" || len(reason) > 123 {
			t.Errorf("%d: reason %q", code, reason)
		}
	}
}

// For any input the decoder neither panics nor accepts an invalid request, and the
// reply is one valid line of JSON.
func FuzzDecodeRequest(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"method":"POST","url":"/api/chat/send","headers":{"X-A":"b"},"data":{"a":[1,"é"]}}`,
		`{"id":1,"url":`, `{"url":"/"}`, `null`, `{"id":1,"url":"/","headers":{"Cookie":"a"}}`, "{\"url\":\"/\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		reply := wire.Reply{Status: 200}
		req, err := wire.DecodeRequest(frame)
		var invalid *wire.Invalid
		switch {
		case errors.As(err, &invalid):
			reply.ID, reply.HTML = invalid.ID, []byte(invalid.Reason)
		case err != nil:
			t.Fatalf("error %v is not an *Invalid", err)
		default:
			checkRequest(t, req)
			reply.ID, reply.HTML = req.ID, []byte(req.URL)
		}
		checkLine(t, wire.AppendReply(nil, reply))
	})
}

func checkRequest(t *testing.T, req wire.Request) {
	if req.ID < 0 || req.ID > wire.MaxID || !strings.HasPrefix(req.URL, "/") || strings.HasPrefix(req.URL, "//") || req.Method == "" {
		t.Fatalf("accepted %+v", req)
	}
	if req.Data != nil && !json.Valid(req.Data) {
		t.Fatalf("data is not JSON: %q", req.Data)
	}
	for name := range req.Headers {
		if strings.EqualFold(name, "Cookie") {
			t.Fatal("accepted a cookie")
		}
	}
}

func checkLine(t *testing.T, frame []byte) {
	if !json.Valid(frame) || !utf8.Valid(frame) || slices.Contains(frame, '\n') {
		t.Fatalf("not a line of JSON: %q", frame)
	}
}
