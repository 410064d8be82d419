package socket

import (
	"reflect"
	"testing"

	"hubbub/internal/hub"
)

func TestADialectKeepsWhatItHasAWordFor(t *testing.T) {
	d := &Dialect{Out: func(message []byte) []byte {
		if string(message) == "unspeakable" {
			return nil
		}
		return append([]byte("their "), message...)
	}}
	frames := []*hub.Frame{
		{Bytes: []byte(`{"event":"userOnline"}`)},
		{Bytes: []byte("word"), Binary: true},
		{Bytes: []byte("unspeakable"), Binary: true},
		{Bytes: []byte("other word"), Binary: true},
	}
	spoken := [][]byte{}
	for _, f := range d.translate(frames) {
		if spoken = append(spoken, f.Bytes); !f.Binary {
			t.Errorf("%s is text", f.Bytes)
		}
	}
	if want := [][]byte{[]byte("their word"), []byte("their other word")}; !reflect.DeepEqual(spoken, want) {
		t.Errorf("spoken are %q", spoken)
	}
}
