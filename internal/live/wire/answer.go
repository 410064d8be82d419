package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Reply answers the request with the same id.
type Reply struct {
	ID      int64 // 0: null, for a frame whose id could not be read
	Status  int
	Headers map[string]string // canonical names; only ReplyHeaders are written
	Data    json.RawMessage   // without line breaks; nil: no data
	HTML    []byte            // nil: no HTML
}

// Event is a frame that the server sends without a request.
type Event struct {
	Name string
	Room string          // "": the frame names no room
	Data json.RawMessage // without line breaks; nil: no data
	HTML []byte          // nil: no HTML
}

// ReplyHeaders are the headers that a reply may have, in the order in which they
// are written. No other header is passed on, Set-Cookie in particular.
var ReplyHeaders = [...]string{"Content-Type", "X-Seq", "X-Reset", "X-Query", "Retry-After", "Location"}

// AppendReply appends the reply's frame.
func AppendReply(dst []byte, r Reply) []byte {
	dst = append(dst, `{"id":`...)
	if r.ID == 0 {
		dst = append(dst, "null"...)
	} else {
		dst = strconv.AppendInt(dst, r.ID, 10)
	}
	dst = append(dst, `,"status":`...)
	dst = strconv.AppendInt(dst, int64(r.Status), 10)
	dst = appendHeaders(dst, r.Headers)
	return appendBody(dst, r.Data, r.HTML)
}

// AppendEvent appends the event's frame.
func AppendEvent(dst []byte, e Event) []byte {
	dst = appendString(append(dst, `{"event":`...), e.Name)
	if e.Room != "" {
		dst = appendString(append(dst, `,"room":`...), e.Room)
	}
	return appendBody(dst, e.Data, e.HTML)
}

// Encode returns v as JSON without white space between tokens. Unlike
// json.Marshal it does not escape <, > and &, because frames are not HTML.
func Encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

func appendHeaders(dst []byte, headers map[string]string) []byte {
	before := byte('{')
	dst = append(dst, `,"headers":`...)
	for _, name := range ReplyHeaders {
		value, ok := headers[name]
		if !ok {
			continue
		}
		dst = appendString(append(dst, before), name)
		dst = appendString(append(dst, ':'), value)
		before = ','
	}
	if before == '{' {
		dst = append(dst, '{')
	}
	return append(dst, '}')
}

func appendBody(dst []byte, data json.RawMessage, html []byte) []byte {
	if data != nil {
		dst = append(append(dst, `,"data":`...), data...)
	}
	if html != nil {
		dst = appendString(append(dst, `,"html":`...), string(html))
	}
	return append(dst, '}')
}

func appendString(dst []byte, s string) []byte {
	if plain(s) {
		dst = append(dst, '"')
		dst = append(dst, s...)
		return append(dst, '"')
	}
	quoted, _ := Encode(s) // a string always has an encoding
	return append(dst, quoted...)
}

// plain reports whether the string needs no escapes, as nearly all names and
// header values do not.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\' {
			return false
		}
	}
	return true
}
