package yjs

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// one returns an update of client 1 with one struct and no deletions.
func one(s string) string { return "\x01\x01\x01\x00" + s + "\x00" }

// under returns the beginning of a struct: its kind, and the root "t" as its parent.
func under(kind Kind) string { return string(rune(kind)) + "\x01\x01t" }

func TestDecodeRefusesWhatYjsThrowsOn(t *testing.T) {
	nested := strings.Repeat("\x75\x01", 65) + "\x7e"
	deep := strings.Repeat("[", 65) + strings.Repeat("]", 65)
	tests := map[string]struct {
		in   string
		want error
	}{
		"nothing":                       {"", ErrShort},
		"an end too early":              {"\x01\x01\x01\x00\x04\x01\x01t\x05ab", ErrShort},
		"no delete set":                 {"\x00", ErrShort},
		"bytes after the end":           {"\x00\x00\x00", ErrTrailing},
		"more structs than bytes":       {"\x01\xff\xff\xff\x7f\x01\x00\x00\x01\x00", ErrShort},
		"more clients than bytes":       {"\xff\xff\xff\xff\x7f\x00", ErrShort},
		"more ranges than bytes":        {"\x00\x01\x01\xff\xff\x7f\x00", ErrShort},
		"a number past 2^53":            {"\x80\x80\x80\x80\x80\x80\x80\x10\x00", ErrRange},
		"a number without end":          {strings.Repeat("\x80", 20) + "\x00", ErrRange},
		"a clock past 2^53":             {"\x01\x01\x01\xff\xff\xff\xff\xff\xff\xff\x0f\x00\x01\x00", ErrRange},
		"a range past 2^53":             {"\x00\x01\x01\x01\xff\xff\xff\xff\xff\xff\xff\x0f\x01", ErrRange},
		"a block of nothing":            {"\x01\x00\x01\x00\x00", ErrEmpty},
		"an empty struct":               {one("\x00\x00"), ErrEmpty},
		"an empty skip":                 {one("\x0a\x00"), ErrEmpty},
		"an empty string":               {one(under(String) + "\x00"), ErrEmpty},
		"an empty deletion":             {one(under(Deleted) + "\x00"), ErrEmpty},
		"an empty list":                 {one(under(Any) + "\x00"), ErrEmpty},
		"an empty range":                {"\x00\x01\x01\x01\x00\x00", ErrEmpty},
		"a client twice":                {"\x02\x01\x01\x00\x00\x01\x01\x01\x01\x00\x01\x00", ErrTwice},
		"a kind 11":                     {one(under(11)), ErrTag},
		"a parent that is 2":            {one("\x04\x02\x01t\x01a"), ErrTag},
		"a type 7":                      {one(under(Type) + "\x07"), ErrTag},
		"an any that is 115":            {one(under(Any) + "\x01\x73"), ErrTag},
		"a value nested too deeply":     {one(under(Any) + "\x01" + nested), ErrDepth},
		"JSON nested too deeply":        {one(under(Embed) + "\x82\x01" + deep), ErrJSON},
		"an embed that is no JSON":      {one(under(Embed) + "\x01{"), ErrJSON},
		"an embed that is undefined":    {one(under(Embed) + "\x09undefined"), ErrJSON},
		"an embed of nothing":           {one(under(Embed) + "\x00"), ErrJSON},
		"a format that is no JSON":      {one(under(Format) + "\x01b\x02tr"), ErrJSON},
		"legacy JSON that is none":      {one(under(JSON) + "\x01\x03und"), ErrJSON},
		"text that is no UTF-8":         {one(under(String) + "\x01\xff"), ErrText},
		"text with a surrogate":         {one(under(String) + "\x03\xed\xa0\x80"), ErrText},
		"text in an overlong form":      {one(under(String) + "\x02\xc0\x80"), ErrText},
		"a root that is no UTF-8":       {one("\x04\x01\x01\xff\x01a"), ErrText},
		"a key that is no UTF-8":        {one("\x28\x01\x01t\x01\xff\x01\x7e"), ErrText},
		"a name that is no UTF-8":       {one(under(Type) + "\x03\x01\xff"), ErrText},
		"a member that is no UTF-8":     {one(under(Any) + "\x01\x76\x01\x01\xff\x7e"), ErrText},
		"an integer of a value past it": {one(under(Any) + "\x01\x7d\xbf\xff\xff\xff\xff\xff\xff\xff\x01"), ErrRange},
		"options that are no object":    {one(under(SubDoc) + "\x01g\x7e"), ErrTag},
	}
	for name, test := range tests {
		if _, err := Decode([]byte(test.in)); !errors.Is(err, test.want) {
			t.Errorf("%s: the error is %v, want %v", name, err, test.want)
		}
	}
}

func TestDecodeAcceptsWhatYjsAccepts(t *testing.T) {
	for name, in := range map[string]string{
		"a parent written as 81 00":   one("\x04\x81\x00\x01t\x01a"),
		"legacy JSON, undefined":      one(under(JSON) + "\x02\x09undefined\x011"),
		"a skip and nothing":          one("\x0a\x05"),
		"a byte order mark":           one(under(String) + "\x03\xef\xbb\xbf"),
		"options that are empty":      one(under(SubDoc) + "\x01g\x76\x00"),
		"a client with no deletions":  "\x00\x01\x05\x00",
		"ranges in any order, joined": "\x00\x01\x05\x02\x05\x02\x01\x04",
	} {
		if _, err := Decode([]byte(in)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGapFindsMissingUnits(t *testing.T) {
	tests := map[string]string{
		"its own unit to the left":  one("\x84\x01\x00\x01a"),
		"a later one to the right":  one("\x44\x01\x05\x01a"),
		"itself as parent":          one("\x04\x00\x01\x00\x01a"),
		"an unknown client":         one("\x84\x09\x00\x01a"),
		"a start past 0":            "\x01\x01\x01\x03\x04\x01\x01t\x01a\x00",
		"a hole":                    "\x01\x03\x01\x00\x04\x01\x01t\x01a\x0a\x02\x04\x01\x01t\x01a\x00",
		"a circle of two":           "\x02\x01\x02\x00\x84\x01\x00\x01a\x01\x01\x00\x84\x02\x00\x01a\x00",
		"a deletion of the unknown": "\x00\x01\x01\x01\x00\x01",
		"a deletion past the end":   "\x01\x01\x01\x00\x04\x01\x01t\x01a\x01\x01\x01\x00\x02",
	}
	for name, in := range tests {
		if _, gap := must(Decode([]byte(in))).Gap(nil); !gap {
			t.Errorf("%s: Gap finds no gap", name)
		}
	}
	u := must(Decode([]byte(one("\x84\x09\x04\x01a"))))
	if id, gap := u.Gap(StateVector{9: 4}); !gap || id != (ID{9, 4}) {
		t.Error("the gap is", id, gap)
	}
	if _, gap := u.Gap(StateVector{9: 5}); gap {
		t.Error("Gap finds a gap where there is none")
	}
}

// This checks that yjs accepts every update that Go accepts for a new document, without throwing and
// without waiting. The trees are not compared: in a mutation neighbours may contradict each
// other, and then the order depends, in yjs, too, on the order of integration.
func TestDecodeAcceptsOnlyWhatYjsAccepts(t *testing.T) {
	o := askYjs(t)
	random := rand.New(rand.NewPCG(5, 6))
	tried, accepted := 0, 0
	for seed := range sessions(t, 6) {
		var s session
		o.ask("session", map[string]any{"seed": 1000 + seed}, &s)
		var ours [][]byte
		for range 600 {
			tried++
			if in := mutate(random, s.State, s.Updates[0]); acceptable(in) {
				ours = append(ours, in)
			}
		}
		accepted += len(ours)
		var answer struct {
			Answers []struct {
				Error string
			}
		}
		o.ask("accepts", map[string]any{"updates": ours}, &answer)
		for i, a := range answer.Answers {
			if a.Error != "" {
				t.Fatalf("Go accepts % x, yjs reports %s", ours[i], a.Error)
			}
			must(Build(ours[i], DefaultBudget))
		}
	}
	t.Logf("accepted %d of %d mutations", accepted, tried)
}

func acceptable(in []byte) bool {
	u, err := Decode(in)
	if err != nil {
		return false
	}
	_, gap := u.Gap(nil)
	return !gap
}

func mutate(random *rand.Rand, in, other []byte) []byte {
	out := bytes.Clone(in)
	for range 1 + random.IntN(3) {
		at := random.IntN(len(out))
		switch random.IntN(5) {
		case 0:
			out[at] = byte(random.IntN(256))
		case 1:
			out[at] ^= 1 << random.IntN(8)
		case 2:
			out[at]++
		case 3:
			out = append(out[:at], out[at+1:]...)
		default:
			from := random.IntN(len(other))
			copy(out[at:], other[from:min(len(other), from+4)])
		}
		if len(out) == 0 {
			return in
		}
	}
	return out
}

// The inputs have several hundred kilobytes. The bound is far above what any takes (about
// 0.1 s on an idle machine), and far below the time of a quadratic algorithm.
func TestHostileUpdatesAreReadInBoundedTime(t *testing.T) {
	for name, in := range worstUpdates() {
		start := time.Now()
		u := must(Decode(in))
		u.Gap(nil)
		must(Compact(in, in))
		if d, err := Build(in, DefaultBudget); err == nil {
			_, _ = d.Text("t")
			_, _ = d.Tree("t")
		}
		took := time.Since(start)
		t.Logf("%s: %d bytes in %v", name, len(in), took.Round(time.Millisecond))
		if took > time.Minute {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func worstUpdates() map[string][]byte {
	const n = 30_000
	comb := appendText([]byte("\x01\x01\x05\x00\x04\x01\x01t"), strings.Repeat("a", 2*n))
	comb = appendUint(append(comb, 1, 5), n)
	splits := append(appendUint([]byte{2}, n), 6, 0)
	splits2 := appendText([]byte("\x01\x05\x00\x04\x01\x01t"), strings.Repeat("a", n+1))
	place := appendUint(nil, n/2)
	key := appendUint(nil, n/2)
	nesting := append(appendUint([]byte{1}, n), 5, 0)
	formats := append(appendUint([]byte{1}, 2*n), 5, 0)
	zig, zag := append(appendUint([]byte{2}, n), 6, 0), append(appendUint(nil, n), 5, 0)
	for i := range uint64(n) {
		comb = append(appendUint(comb, 2*i), 1)
		splits = append(appendID(appendID(append(splits, 0xc4), ID{5, n - 1 - i}), ID{5, n - i}), 1, 'x')
		if i < n/2 {
			place = append(appendUint(append(place, 1), n-i), "\x00\x04\x01\x01t\x01x"...)
			key = append(appendUint(append(key, 1), n-i), "\x00\x28\x01\x01t\x01k\x01\x7e"...)
		}
		zig = append(appendID(append(zig, 0x84), ID{5, i}), 1, 'y')
		if i == 0 {
			nesting = append(nesting, "\x07\x01\x01t\x03\x01p"...)
			formats = append(formats, "\x06\x01\x01t\x02aa\x011"...)
			zag = append(zag, "\x04\x01\x01t\x01x"...)
		} else {
			nesting = append(appendID(append(nesting, 7, 0), ID{5, i - 1}), 3, 1, 'p')
			formats = append(appendID(append(formats, 0x86), ID{5, 2*i - 1}), 2, 'a'+byte(i%26), 'a'+byte(i/26%26), 1, '1')
			zag = append(appendID(append(zag, 0x84), ID{6, i - 1}), 1, 'x')
		}
		formats = append(appendID(append(formats, 0x84), ID{5, 2 * i}), 1, 'x')
	}
	return map[string][]byte{
		"every second letter deleted":    comb,
		"a cut for each insertion":       append(append(splits, splits2...), 0),
		"all clients at one place":       append(place, 0),
		"all clients at one key":         append(key, 0),
		"elements nested without end":    append(nesting, 0),
		"a format for each letter":       append(formats, 0),
		"two clients that wait by turns": append(append(zig, zag...), 0),
	}
}
