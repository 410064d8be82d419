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
		"one's own":          {EncodeAwareness(mine), nil},
		"two":                {EncodeAwareness(mine, other), nil},
		"nobody's":           {EncodeAwareness(), nil},
		"what is no JSON":    {EncodeAwareness(Awareness{5, 3, []byte("{")}), ErrJSON},
		"too long":           {EncodeAwareness(Awareness{5, 3, bytes.Repeat([]byte(" "), 5000)}), ErrLong},
		"something after":    {append(EncodeAwareness(mine), 0), ErrTrailing},
		"an end too early":   {EncodeAwareness(mine)[:9], ErrShort},
		"more than there is": {[]byte("\xff\x7f\x05\x00\x04null"), ErrShort},
	}
	for name, test := range tests {
		if _, err := DecodeAwareness(test.in); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, not %v", name, err, test.want)
		}
	}
	if states, _ := DecodeAwareness(EncodeAwareness(mine, other)); !reflect.DeepEqual(states, []Awareness{mine, other}) {
		t.Errorf("read are %+v", states)
	}
}

func TestAwarenessRemovalIsAcceptedByYjs(t *testing.T) {
	here := EncodeAwareness(Awareness{5, 3, []byte(`{"name":"Ada"}`)}, Awareness{6, 1, []byte(`{}`)})
	var answer struct{ States map[string]any }
	askYjs(t).ask("awareness", map[string]any{"updates": [][]byte{here, AwarenessRemoval(5, 3)}}, &answer)
	if want := map[string]any{"6": map[string]any{}}; !reflect.DeepEqual(answer.States, want) {
		t.Errorf("yjs knows %v", answer.States)
	}
}
