package yjs

import (
	"encoding/binary"
	"math"
)

// maxDepth bounds the nesting of values, and so the recursion here and in browsers.
const maxDepth = 64

// The tags of lib0's "any", which has the values of JSON and a few more.
const (
	anyUndefined = 127
	anyNull      = 126
	anyInteger   = 125
	anyFloat32   = 124
	anyFloat64   = 123
	anyBigInt    = 122
	anyFalse     = 121
	anyTrue      = 120
	anyString    = 119
	anyObject    = 118
	anyArray     = 117
	anyBytes     = 116
)

// skipAny checks a value without decoding it.
func (r *reader) skipAny(depth int) error {
	if depth > maxDepth {
		return ErrDepth
	}
	tag, err := r.byte()
	if err != nil {
		return err
	}
	switch tag {
	case anyUndefined, anyNull, anyFalse, anyTrue:
	case anyInteger:
		_, err = r.integer()
	case anyFloat32:
		_, err = r.take(4)
	case anyFloat64, anyBigInt:
		_, err = r.take(8)
	case anyString:
		_, err = r.text()
	case anyObject:
		return r.members(func([]byte) error { return r.skipAny(depth + 1) })
	case anyArray:
		return r.elements(func() error { return r.skipAny(depth + 1) })
	case anyBytes:
		_, err = r.bytes()
	default:
		return ErrTag
	}
	return err
}

func (r *reader) members(value func(key []byte) error) error {
	n, err := r.count(2)
	if err != nil {
		return err
	}
	for range n {
		key, err := r.text()
		if err != nil {
			return err
		}
		if err := value(key); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) elements(value func() error) error {
	n, err := r.count(1)
	if err != nil {
		return err
	}
	for range n {
		if err := value(); err != nil {
			return err
		}
	}
	return nil
}

// integer reads lib0's varint: 0x40 of the first byte is the sign, six bits
// follow there and seven in each further byte.
func (r *reader) integer() (int64, error) {
	first, err := r.byte()
	if err != nil {
		return 0, err
	}
	value, shift := uint64(first&0x3f), uint(6)
	for b := first; b >= 0x80; shift += 7 {
		if b, err = r.byte(); err != nil {
			return 0, err
		}
		if shift > 48 {
			return 0, ErrRange
		}
		value |= uint64(b&0x7f) << shift
	}
	if value > maxInt {
		return 0, ErrRange
	}
	if first&0x40 != 0 {
		return -int64(value), nil
	}
	return int64(value), nil
}

// any decodes a value: nil (for undefined, too), bool, float64, int64 (a BigInt),
// string, []byte, []any or map[string]any. skipAny has checked the bytes.
func (r *reader) any() any {
	tag, _ := r.byte()
	switch tag {
	case anyFalse, anyTrue:
		return tag == anyTrue
	case anyInteger:
		n, _ := r.integer()
		return float64(n)
	case anyFloat32:
		b, _ := r.take(4)
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case anyFloat64:
		b, _ := r.take(8)
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	case anyBigInt:
		b, _ := r.take(8)
		return int64(binary.BigEndian.Uint64(b))
	case anyString:
		b, _ := r.bytes()
		return string(b)
	case anyObject:
		object := map[string]any{}
		_ = r.members(func(key []byte) error { object[string(key)] = r.any(); return nil })
		return object
	case anyArray:
		array := []any{}
		_ = r.elements(func() error { array = append(array, r.any()); return nil })
		return array
	case anyBytes:
		b, _ := r.bytes()
		return b
	}
	return nil
}

// appendAny writes the value of an attribute: nil, a bool, a number or a string.
func appendAny(b []byte, value any) []byte {
	switch v := value.(type) {
	case bool:
		if v {
			return append(b, anyTrue)
		}
		return append(b, anyFalse)
	case string:
		return appendText(append(b, anyString), v)
	case int:
		return appendAny(b, float64(v))
	case float64:
		if v == math.Trunc(v) && v >= 0 && v < 64 {
			return append(b, anyInteger, byte(v))
		}
		return binary.BigEndian.AppendUint64(append(b, anyFloat64), math.Float64bits(v))
	}
	return append(b, anyNull)
}
