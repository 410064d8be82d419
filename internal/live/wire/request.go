package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"net/textproto"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Request is a frame from a client.
type Request struct {
	ID      int64  // 0: the client wants no reply
	Method  string // upper case
	URL     string // path and query, starts with one "/"
	Headers map[string]string
	Data    json.RawMessage // nil: no data
}

// Invalid is the error for a frame that is not a valid request.
type Invalid struct {
	ID     int64 // 0: the frame has none, or it could not be read
	Reason string
}

// Error returns the sentence for the client.
func (e *Invalid) Error() string { return e.Reason }

// Split yields the frames of a message. It skips blank lines.
func Split(message []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for frame := range bytes.SplitSeq(message, []byte{'\n'}) {
			if frame = bytes.TrimSpace(frame); len(frame) > 0 && !yield(frame) {
				return
			}
		}
	}
}

// DecodeRequest decodes a client's frame. Its error is always an *Invalid. The
// request shares no memory with the frame.
func DecodeRequest(frame []byte) (Request, error) {
	var f struct {
		ID      json.RawMessage   `json:"id"`
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
		Data    json.RawMessage   `json:"data"`
	}
	if err := unmarshal(frame, &f); err != nil {
		return Request{}, &Invalid{ID: salvageID(frame), Reason: explain(err)}
	}
	id, ok := parseID(f.ID)
	if !ok {
		return Request{}, &Invalid{Reason: "The id must be an integer from 1 to 2^53-1."}
	}
	if !strings.HasPrefix(f.URL, "/") || strings.HasPrefix(f.URL, "//") {
		return Request{}, &Invalid{ID: id, Reason: "The url must be a path that starts with one slash."}
	}
	for name := range f.Headers {
		if forbidden(name) {
			return Request{}, &Invalid{ID: id, Reason: "A frame may not set the header " + strconv.Quote(name) + "."}
		}
	}
	maps.DeleteFunc(f.Headers, func(name, _ string) bool { return meaningless(name) })
	return Request{ID: id, Method: method(f.Method), URL: f.URL, Headers: f.Headers, Data: present(f.Data)}, nil
}

var errEncoding = errors.New("not UTF-8")

func unmarshal(frame []byte, into any) error {
	// encoding/json would silently replace invalid bytes.
	if !utf8.Valid(frame) {
		return errEncoding
	}
	return json.Unmarshal(frame, into)
}

func explain(err error) string {
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.Is(err, errEncoding):
		return "The frame is not valid UTF-8."
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return "The frame's " + wrongType.Field + " has the wrong type."
	}
	return "The frame is not a JSON object."
}

// parseID parses a request id. A missing id is valid and 0.
func parseID(raw json.RawMessage) (int64, bool) {
	if raw == nil {
		return 0, true
	}
	id, err := strconv.ParseInt(string(raw), 10, 64)
	return id, err == nil && id >= 1 && id <= MaxID
}

// salvageID returns the id of a frame that does not decode, or 0 if its JSON
// breaks off before the id. With the id in the reply the client does not wait for
// another answer.
func salvageID(frame []byte) int64 {
	d := json.NewDecoder(bytes.NewReader(frame))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return 0
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return 0
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return 0
		}
		if id, ok := parseID(value); key == "id" && ok {
			return id
		}
	}
	return 0
}

func method(m string) string {
	if m == "" {
		return "GET"
	}
	return strings.ToUpper(m)
}

func present(data json.RawMessage) json.RawMessage {
	if string(data) == "null" {
		return nil
	}
	return data
}

// forbidden reports whether a frame may not set the header, because it identifies
// the caller or the caller's origin. These headers are taken from the handshake,
// where a page cannot forge them.
func forbidden(name string) bool {
	name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
	switch name {
	case "Cookie", "Authorization", "Host", "Origin", "Forwarded", "X-Real-Ip":
		return true
	}
	return strings.HasPrefix(name, "X-Forwarded-")
}

// meaningless reports whether the header is ignored, because it describes an HTTP
// message or its connection. A frame is neither: its reply is complete JSON, and is
// neither compressed nor cached.
func meaningless(name string) bool {
	name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
	switch name {
	case "Accept-Encoding", "Content-Encoding", "Content-Length", "Transfer-Encoding", "Te", "Trailer",
		"Connection", "Keep-Alive", "Upgrade", "Expect", "Range":
		return true
	}
	return strings.HasPrefix(name, "If-") || strings.HasPrefix(name, "Proxy-") || strings.HasPrefix(name, "Sec-")
}
