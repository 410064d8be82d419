package yjs

import (
	"bytes"
	"testing"
)

// seeds adds updates of each kind of content, some of them split.
func seeds(f *testing.F) {
	for _, in := range []string{
		"\x00\x00", string(Seed()), one(under(String) + "\x06a\xf0\x9f\x98\x80b"), one(under(Any) + "\x02\x7e\x76\x01\x01k\x7d\x41"),
		one(under(JSON) + "\x02\x011\x09undefined"), one(under(Embed) + "\x02{}"), one(under(Format) + "\x01b\x04true"),
		one(under(SubDoc) + "\x01g\x76\x00"), one(under(Binary) + "\x01\xff"), one(under(Deleted) + "\x05"), one("\x00\x05"), one("\x0a\x05"),
		"\x01\x02\x01\x00\x04\x01\x01t\x02ab\x84\x01\x01\x02cd\x01\x01\x01\x01\x02",
		"\x02\x01\x02\x00\x84\x01\x00\x01a\x01\x01\x00\x04\x01\x01t\x01a\x00",
	} {
		f.Add([]byte(in), []byte(string(Seed())), uint64(1))
	}
}

func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in, _ []byte, _ uint64) {
		u, err := Decode(in)
		if err != nil {
			return
		}
		again := u.Encode()
		if twice := must(Decode(again)).Encode(); !bytes.Equal(again, twice) {
			t.Errorf("% x becomes % x when it is decoded and encoded", again, twice)
		}
		if len(again) > 2*len(in)+16 {
			t.Errorf("%d bytes grew to %d", len(in), len(again))
		}
	})
}

func FuzzMerge(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, a, b []byte, _ uint64) {
		merged, err := Merge(a, b)
		if err != nil {
			return
		}
		whole := merged.Encode()
		if again := must(Merge(whole, a, b, whole)); !sameVector(again.StateVector(), must(Decode(whole)).StateVector().Encode()) {
			t.Error("merging the same updates again changes the state vector")
		}
	})
}

func FuzzCompact(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, a, b []byte, _ uint64) {
		merged, err := Merge(a, b)
		if err != nil {
			return
		}
		if _, gap := merged.Gap(nil); gap {
			return
		}
		if err := Verify(merged.Encode(), must(Compact(a, b)), DefaultBudget, "t", Page); err != nil {
			t.Error(err)
		}
	})
}

func FuzzDiff(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in, _ []byte, clock uint64) {
		diff, err := Diff(in, StateVector{1: clock})
		if err != nil {
			return
		}
		for _, block := range must(Decode(diff)).Clients {
			if block.Client == 1 && block.Structs[0].Clock < clock {
				t.Error("a diff has units that the state vector has")
			}
		}
	})
}

func FuzzAwareness(f *testing.F) {
	f.Add(EncodeAwareness(Awareness{1, 2, []byte(`{"cursor":null}`)}))
	f.Fuzz(func(t *testing.T, in []byte) {
		states, err := DecodeAwareness(in)
		if err != nil {
			return
		}
		if _, err := DecodeAwareness(EncodeAwareness(states...)); err != nil {
			t.Error(err)
		}
	})
}
