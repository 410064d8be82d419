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

	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

type virtualKey struct{}

// IsVirtual reports whether the request is a virtual request: a frame that came
// over a socket.
func IsVirtual(r *http.Request) bool {
	virtual, _ := r.Context().Value(virtualKey{}).(bool)
	return virtual
}

// virtualContext returns the context of the connection's virtual requests. It has
// the values of base, but does not end with it.
func virtualContext(base context.Context, conn *hub.Conn) context.Context {
	return context.WithValue(hub.WithConn(context.WithoutCancel(base), conn), virtualKey{}, true)
}

// handshake holds the parts of the handshake that virtual requests inherit.
type handshake struct {
	remoteAddr string
	host       string
	header     http.Header
}

func newHandshake(r *http.Request) handshake {
	kept := http.Header{}
	for name, values := range r.Header {
		switch {
		case name == "Cookie", name == "User-Agent", name == "Accept-Language",
			name == "X-Real-Ip", strings.HasPrefix(name, "X-Forwarded-"):
			kept[name] = slices.Clone(values) // net/http keeps all values in one array
		}
	}
	return handshake{remoteAddr: r.RemoteAddr, host: r.Host, header: kept}
}

// serveFrame serves one frame: it sends a valid request through the router and
// answers every other frame itself.
func (s *session) serveFrame(frame []byte) {
	req, err := wire.DecodeRequest(frame)
	var invalid *wire.Invalid
	switch {
	case !s.rate.allow():
		s.refuseTooFast(idOf(req, err))
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

// refuse answers and logs a frame that does not reach the router. Requests that
// the router refuses are logged there.
func (s *session) refuse(id int64, f *fault.Fault) {
	s.log.Info("frame refused", "status", f.Status, "refused", f.Error())
	s.reply(faultReply(id, f))
}

// refuseTooFast answers a frame for which there was no token, if it has an id. It
// logs the first refusal of a flood, and closes the connection when there were too
// many.
func (s *session) refuseTooFast(id int64) {
	f := fault.RateLimited(s.rate.retryAfter())
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

// serve sends the request through the router, queues the reply, and releases the
// events that the action held back.
func (s *session) serve(req wire.Request) {
	r, err := s.newRequest(req)
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

// route calls the router. The router's middleware recovers from panics in
// actions; the guard here catches a panic in the middleware itself.
func (s *session) route(w *recorder, r *http.Request) {
	err := s.guard.Do("socket-request", func() { s.h.config.Router.ServeHTTP(w, r) })
	if err != nil {
		s.log.Error("a virtual request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		w.fail(fault.Of(err))
	}
}

func (s *session) reply(r wire.Reply) { s.conn.QueueReply(wire.AppendReply(nil, r)) }

// newRequest makes an HTTP request of a frame.
func (s *session) newRequest(req wire.Request) (*http.Request, error) {
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
		Host: s.handshake.host, RemoteAddr: s.handshake.remoteAddr,
		ContentLength: int64(len(body)), Body: http.NoBody,
	}
	if body != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return r.WithContext(s.ctx), nil
}

// headers returns the handshake's headers, overridden by the frame's own.
func (s *session) headers(own map[string]string) http.Header {
	header := make(http.Header, len(s.handshake.header)+len(own)+2)
	for name, values := range s.handshake.header {
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

// mergeQuery overrides the query's fields with those of data: a list is joined
// with commas, an object is written as JSON, and null removes the field.
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
		json.Unmarshal(value, &text) // cannot fail: data was valid JSON
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
