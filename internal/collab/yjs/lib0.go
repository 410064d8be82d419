package yjs

import (
	"encoding/json"
	"unicode/utf8"
)

// maxInt is the largest integer that JavaScript, and so every Yjs client, represents exactly.
const maxInt = 1<<53 - 1

// reader decodes lib0's encoding (https://github.com/dmonad/lib0, encoding.js). What it
// returns aliases the input.
type reader struct {
	in []byte
	at int

	made int // the number of structs so far
}

func (r *reader) left() int { return len(r.in) - r.at }

func (r *reader) byte() (byte, error) {
	if r.at >= len(r.in) {
		return 0, ErrShort
	}
	r.at++
	return r.in[r.at-1], nil
}

// uint reads a varuint: seven bits a byte, the lowest first, 0x80 on all but the last.
func (r *reader) uint() (uint64, error) {
	var value uint64
	for shift := uint(0); shift < 56; shift += 7 {
		if r.at >= len(r.in) {
			return 0, ErrShort
		}
		b := r.in[r.at]
		r.at++
		value |= uint64(b&0x7f) << shift
		if b < 0x80 && value <= maxInt {
			return value, nil
		}
	}
	return 0, ErrRange
}

// count reads the number of elements that follow. Each has at least least bytes, so a number
// that is too large for the input is refused before memory is allocated for it.
func (r *reader) count(least int) (int, error) {
	n, err := r.uint()
	if err != nil {
		return 0, err
	}
	if n > uint64(r.left()/least) {
		return 0, ErrShort
	}
	return int(n), nil
}

func (r *reader) take(n int) ([]byte, error) {
	if n > r.left() {
		return nil, ErrShort
	}
	r.at += n
	return r.in[r.at-n : r.at : r.at], nil
}

func (r *reader) bytes() ([]byte, error) {
	n, err := r.count(1)
	if err != nil {
		return nil, err
	}
	return r.take(n)
}

// text reads a string of strict UTF-8, without surrogates and overlong forms: Yjs decodes
// with "fatal", so one wrong byte would throw in every client.
func (r *reader) text() ([]byte, error) {
	b, err := r.bytes()
	if err == nil && !utf8.Valid(b) {
		return nil, ErrText
	}
	return b, err
}

func (r *reader) json() ([]byte, error) {
	b, err := r.text()
	if err == nil && !validJSON(b) {
		return nil, ErrJSON
	}
	return b, err
}

func validJSON(b []byte) bool {
	return depthFits(b) && json.Valid(b)
}

// depthFits reports whether brackets are nested at most maxDepth deep. It miscounts only
// for input that json.Valid refuses.
func depthFits(b []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		}
		if depth > maxDepth {
			return false
		}
	}
	return true
}

func (r *reader) id() (ID, error) {
	client, err := r.uint()
	if err != nil {
		return ID{}, err
	}
	clock, err := r.uint()
	return ID{client, clock}, err
}

func (r *reader) end() error {
	if r.left() > 0 {
		return ErrTrailing
	}
	return nil
}

func appendUint(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

func appendText[T string | []byte](b []byte, s T) []byte {
	return append(appendUint(b, uint64(len(s))), s...)
}

func appendID(b []byte, id ID) []byte {
	return appendUint(appendUint(b, id.Client), id.Clock)
}
