package bus

import (
	"encoding/json"
	"testing"
)

func TestMessageOnlyKeepsNilApartFromEmpty(t *testing.T) {
	for _, only := range [][]int64{nil, {}, {7}} {
		raw, err := json.Marshal(Message{Kind: Event, Only: only})
		if err != nil {
			t.Fatal(err)
		}
		var got Message
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		if (got.Only == nil) != (only == nil) || len(got.Only) != len(only) {
			t.Errorf("sent %#v, arrived %#v", only, got.Only)
		}
	}
}
