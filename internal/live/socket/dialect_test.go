package socket

import (
	"reflect"
	"testing"

	"hubbub/internal/live/hub"
)

func TestDialectTranslatesAndDrops(t *testing.T) {
	d := &Dialect{Out: func(message []byte) []byte {
		if string(message) == "unknown" {
			return nil
		}
		return append([]byte("their "), message...)
	}}
	frames := []*hub.Frame{
		{Bytes: []byte(`{"event":"userOnline"}`)},
		{Bytes: []byte("word"), Binary: true},
		{Bytes: []byte("unknown"), Binary: true},
		{Bytes: []byte("other word"), Binary: true},
	}
	translated := [][]byte{}
	for _, f := range d.translate(frames) {
		if translated = append(translated, f.Bytes); !f.Binary {
			t.Errorf("%s is text", f.Bytes)
		}
	}
	if want := [][]byte{[]byte("their word"), []byte("their other word")}; !reflect.DeepEqual(translated, want) {
		t.Errorf("translated to %q, want %q", translated, want)
	}
}
