package socket

import (
	"bytes"
	"encoding/json"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/wire"
)

// recorder is the http.ResponseWriter of a virtual request.
type recorder struct {
	header http.Header
	status int // 0: not written yet
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

// Header returns the headers of the answer. The reply has those listed in
// wire.ReplyHeaders.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader sets the status. Later statuses, and informational ones (1xx), are
// ignored.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
}

// Write appends to the body.
func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// Flush does nothing: a reply is sent as a whole. Templates call it.
func (w *recorder) Flush() {}

// fail replaces the recorded answer with the fault.
func (w *recorder) fail(f *fault.Fault) {
	document, _ := json.Marshal(f) // strings and numbers only
	w.header = http.Header{"Content-Type": {fault.ContentType}}
	w.status = f.Status
	w.body.Reset()
	w.body.Write(document)
}

// reply returns the recorded answer as a reply: HTML as html, JSON as data, other
// text as a JSON string.
func (w *recorder) reply(id int64, method string) wire.Reply {
	w.WriteHeader(http.StatusOK)
	r := wire.Reply{ID: id, Status: w.status, Headers: w.headers()}
	if w.status == http.StatusNoContent || w.body.Len() == 0 || method == http.MethodHead {
		return r
	}
	switch mediaType := w.mediaType(); {
	case mediaType == "text/html":
		r.HTML = w.body.Bytes()
	case strings.HasSuffix(mediaType, "json"):
		data, err := oneLine(w.body.Bytes())
		if err != nil {
			w.fail(fault.Of(err))
			return w.reply(id, method)
		}
		r.Data = data
	default:
		r.Data, _ = wire.Encode(w.body.String())
	}
	return r
}

// oneLine returns the JSON without line breaks, because a line break ends a
// frame. The output of an encoder has none and is returned as it is: compacting
// it would cost as much as encoding it did.
func oneLine(document []byte) ([]byte, error) {
	document = bytes.TrimSuffix(document, []byte{'\n'})
	if !bytes.ContainsAny(document, "\r\n") {
		return document, nil
	}
	var compact bytes.Buffer
	err := json.Compact(&compact, document)
	return compact.Bytes(), err
}

func (w *recorder) headers() map[string]string {
	kept := make(map[string]string, len(wire.ReplyHeaders))
	for _, name := range wire.ReplyHeaders {
		if values := w.header[name]; len(values) > 0 {
			kept[name] = values[0]
		}
	}
	return kept
}

func (w *recorder) mediaType() string {
	mediaType, _, _ := mime.ParseMediaType(w.header.Get("Content-Type"))
	return mediaType
}

// faultReply makes a reply of a fault, for a frame that did not reach the router.
func faultReply(id int64, f *fault.Fault) wire.Reply {
	document, _ := wire.Encode(f) // strings and numbers only
	headers := map[string]string{"Content-Type": fault.ContentType}
	if f.RetryAfter > 0 {
		headers["Retry-After"] = strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds())))
	}
	return wire.Reply{ID: id, Status: f.Status, Headers: headers, Data: document}
}
