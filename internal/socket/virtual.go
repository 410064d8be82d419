package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/wire"
)

type virtualKey struct{}

// IsVirtual reports whether the request came as a frame over a socket.
func IsVirtual(r *http.Request) bool {
	virtual, _ := r.Context().Value(virtualKey{}).(bool)
	return virtual
}

// virtualContext outlives the handshake's request, but keeps its values.
func virtualContext(base context.Context, conn *hub.Conn) context.Context {
	return context.WithValue(hub.WithConn(context.WithoutCancel(base), conn), virtualKey{}, true)
}

// handshake is what virtual requests take from the request that opened the
// socket.
type handshake struct {
	remoteAddr string
	host       string
	header     http.Header
}

func handshakeOf(r *http.Request) handshake {
	kept := http.Header{}
	for name, values := range r.Header {
		switch {
		case name == "Cookie", name == "User-Agent", name == "Accept-Language",
			name == "X-Real-Ip", strings.HasPrefix(name, "X-Forwarded-"):
			kept[name] = slices.Clone(values) // not the array that all headers share
		}
	}
	return handshake{remoteAddr: r.RemoteAddr, host: r.Host, header: kept}
}

// serveFrame answers one frame.
func (s *session) serveFrame(frame []byte) {
	req, err := wire.DecodeRequest(frame)
	var invalid *wire.Invalid
	switch {
	case !s.rate.allow():
		s.slowDown(idOf(req, err))
	case errors.As(err, &invalid):
		s.refuse(invalid.ID, fault.Malformed(invalid.Reason))
	default:
		s.serve(req)
	}
}

func idOf(req wire.Request, err error) int64 {
	var invalid *wire.Invalid
	if errors.As(err, &invalid) {
		return invalid.ID
	}
	return req.ID
}

// refuse answers and logs a frame that never gets to the router, which logs
// what it refuses by itself.
func (s *session) refuse(id int64, f *fault.Fault) {
	s.log.Info("frame refused", "status", f.Status, "refused", f.Error())
	s.reply(faultReply(id, f))
}

// slowDown answers a frame for which there was no token. Of a flood the first
// refusal is logged, and then the end.
func (s *session) slowDown(id int64) {
	f := fault.TooFast(s.rate.retryAfter())
	began, flooding := s.rate.refuse(time.Now())
	if began {
		s.log.Info("frames refused", "status", f.Status, "refused", f.Error())
	}
	if id != 0 {
		s.reply(faultReply(id, f))
	}
	if flooding {
		s.conn.Close(wire.CloseFlooding)
	}
}

// serve sends the request through the router and queues the reply.
func (s *session) serve(req wire.Request) {
	r, err := s.virtual(req)
	if err != nil {
		s.refuse(req.ID, fault.Of(err))
		return
	}
	answer := newRecorder()
	s.serving.Store(true)
	s.route(answer, r)
	s.serving.Store(false)
	if req.ID != 0 {
		s.reply(answer.reply(req.ID, r.Method))
	}
	s.conn.Release()
}

// route calls the router. Its own middleware recovers from panics; this is
// for a panic in the middleware itself, which must not end the process.
func (s *session) route(w *recorder, r *http.Request) {
	err := s.guard.Do("socket-request", func() { s.h.config.Router.ServeHTTP(w, r) })
	if err != nil {
		s.log.Error("a virtual request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		w.fail(fault.Of(err))
	}
}

func (s *session) reply(r wire.Reply) { s.conn.ReplySoon(wire.AppendReply(nil, r)) }

// virtual turns a frame into a request.
func (s *session) virtual(req wire.Request) (*http.Request, error) {
	u, err := url.ParseRequestURI(req.URL)
	if err != nil {
		return nil, fault.Malformed("The url cannot be parsed.")
	}
	header := s.headers(req.Headers)
	body := []byte(req.Data)
	if takesQuery(req.Method) {
		if u.RawQuery, err = mergeQuery(u.RawQuery, req.Data); err != nil {
			return nil, err
		}
		body = nil
	}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	r := &http.Request{
		Method: req.Method, URL: u, RequestURI: u.RequestURI(), Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Host: s.origin.host, RemoteAddr: s.origin.remoteAddr,
		ContentLength: int64(len(body)), Body: http.NoBody,
	}
	if body != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return r.WithContext(s.ctx), nil
}

// headers puts the frame's over the handshake's.
func (s *session) headers(own map[string]string) http.Header {
	header := make(http.Header, len(s.origin.header)+len(own)+2)
	for name, values := range s.origin.header {
		header[name] = values
	}
	header.Set("Accept", "application/json")
	for name, value := range own {
		header.Set(name, value)
	}
	return header
}

func takesQuery(method string) bool {
	return method == http.MethodGet || method == http.MethodDelete || method == http.MethodHead
}

// mergeQuery puts the data's fields over those of the query: lists
// comma-separated, objects as JSON. A null takes the field away.
func mergeQuery(query string, data json.RawMessage) (string, error) {
	if data == nil {
		return query, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return "", fault.Malformed("The data of a GET or DELETE must be an object.")
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", fault.Malformed("The url's query cannot be parsed.")
	}
	for name, value := range fields {
		values.Del(name)
		if string(value) != "null" {
			values.Set(name, queryValue(value))
		}
	}
	return values.Encode(), nil
}

func queryValue(value json.RawMessage) string {
	switch value[0] {
	case '"':
		var text string
		json.Unmarshal(value, &text) // it was valid a moment ago
		return text
	case '[':
		var items []json.RawMessage
		json.Unmarshal(value, &items)
		texts := make([]string, len(items))
		for i, item := range items {
			texts[i] = queryValue(item)
		}
		return strings.Join(texts, ",")
	}
	return string(value)
}
