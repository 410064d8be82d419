package yjs

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

func TestAwarenessIsDecodedStrictly(t *testing.T) {
	mine := Awareness{5, 3, []byte(`{"cursor":{"anchor":1}}`)}
	other := Awareness{6, 1, []byte(`{}`)}
	tests := map[string]struct {
		in   []byte
		want error
	}{
		"one state":                 {EncodeAwareness(mine), nil},
		"two states":                {EncodeAwareness(mine, other), nil},
		"no state":                  {EncodeAwareness(), nil},
		"invalid JSON":              {EncodeAwareness(Awareness{5, 3, []byte("{")}), ErrJSON},
		"too long":                  {EncodeAwareness(Awareness{5, 3, bytes.Repeat([]byte(" "), 5000)}), ErrLong},
		"trailing bytes":            {append(EncodeAwareness(mine), 0), ErrTrailing},
		"a truncated input":         {EncodeAwareness(mine)[:9], ErrShort},
		"a count that is too large": {[]byte("\xff\x7f\x05\x00\x04null"), ErrShort},
	}
	for name, test := range tests {
		if _, err := DecodeAwareness(test.in); !errors.Is(err, test.want) {
			t.Errorf("%s: the error is %v, want %v", name, err, test.want)
		}
	}
	if states, _ := DecodeAwareness(EncodeAwareness(mine, other)); !reflect.DeepEqual(states, []Awareness{mine, other}) {
		t.Errorf("the states are %+v", states)
	}
}

func TestAwarenessRemovalIsAcceptedByYjs(t *testing.T) {
	here := EncodeAwareness(Awareness{5, 3, []byte(`{"name":"Ada"}`)}, Awareness{6, 1, []byte(`{}`)})
	var answer struct{ States map[string]any }
	askYjs(t).ask("awareness", map[string]any{"updates": [][]byte{here, AwarenessRemoval(5, 3)}}, &answer)
	if want := map[string]any{"6": map[string]any{}}; !reflect.DeepEqual(answer.States, want) {
		t.Errorf("the states in yjs are %v", answer.States)
	}
}
