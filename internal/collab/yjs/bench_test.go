package yjs

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// edits is the length of the editing trace of a scientific article that is a common
// benchmark of CRDTs. As in that trace, 30 % of the bursts are deletions.
const edits = 259_778

// trace types a long text letter by letter: in bursts, with corrections, mostly near the
// last place. Each edit is one update. The result is always the same.
func trace(n int) [][]byte {
	w := typist{random: rand.New(rand.NewPCG(8, 9)), writer: writer{client: 1_234_567}}
	updates := make([][]byte, 0, n)
	for len(updates) < n {
		w.jump()
		burst := 1 + w.random.IntN(60)
		removing := w.random.IntN(10) < 3
		for range min(burst, n-len(updates)) {
			updates = append(updates, w.edit(removing))
		}
	}
	return updates
}

// typist has the letters to the left and right of the caret, including deleted ones.
type typist struct {
	writer
	random      *rand.Rand
	left, right []letter // right is in reverse
}

type letter struct {
	id      ID
	deleted bool
}

func (t *typist) jump() {
	distance := t.random.IntN(200)
	if t.random.IntN(20) == 0 {
		distance = t.random.IntN(1 + len(t.left) + len(t.right))
	}
	from, to := &t.left, &t.right
	if t.random.IntN(2) == 0 {
		from, to = to, from
	}
	for ; distance > 0 && len(*from) > 0; distance-- {
		*to = append(*to, (*from)[len(*from)-1])
		*from = (*from)[:len(*from)-1]
	}
}

func (t *typist) edit(removing bool) []byte {
	if removing {
		for len(t.left) > 0 {
			last := t.left[len(t.left)-1]
			t.left = t.left[:len(t.left)-1]
			t.right = append(t.right, letter{last.id, true})
			if !last.deleted {
				return (&Update{Deletes: DeleteSet{last.id.Client: {{last.id.Clock, 1}}}}).Encode()
			}
		}
	}
	at := spot{parent: Parent{IsRoot: true, Root: "t"}}
	if n := len(t.left); n > 0 {
		at.left = &t.left[n-1].id
	}
	if n := len(t.right); n > 0 {
		at.right = &t.right[n-1].id
	}
	t.structs = nil
	id := t.text(at, string(rune('a'+t.random.IntN(26))))
	t.left = append(t.left, letter{id, false})
	return t.update(nil).Encode()
}

// BenchmarkKeystroke measures the work of a server for one letter before it is stored.
func BenchmarkKeystroke(b *testing.B) {
	updates := trace(10_000)
	whole := must(Merge(updates[:9_000]...))
	sv, deleted := whole.StateVector(), whole.Deletes
	update := updates[slices.IndexFunc(updates[9_000:], func(u []byte) bool { return u[0] == 1 })+9_000]
	b.ReportAllocs()
	for b.Loop() {
		u := must(Decode(update))
		u.Trim(sv)
		u.Deletes = u.Deletes.Without(deleted)
		if _, gap := u.Gap(sv); gap || u.Empty() {
			b.Fatal("a letter is refused")
		}
	}
}

func BenchmarkMergeThousand(b *testing.B) {
	updates := trace(1_000)
	size := 0
	for b.Loop() {
		size = len(must(Merge(updates...)).Encode())
	}
	b.ReportMetric(float64(size), "bytes")
	compareWithYjs(b, "merge", updates)
}

// BenchmarkReplay measures compacting a quarter of a million edits.
func BenchmarkReplay(b *testing.B) {
	updates := trace(edits)
	var compacted []byte
	for b.Loop() {
		compacted = must(Compact(updates...))
	}
	b.ReportMetric(float64(len(compacted)), "bytes")
	compareWithYjs(b, "replay", updates)
}

// BenchmarkBuild measures reading the text of that document.
func BenchmarkBuild(b *testing.B) {
	compacted := must(Compact(trace(edits)...))
	for b.Loop() {
		must(must(Build(compacted, DefaultBudget)).Text("t"))
	}
}

// compareWithYjs reports the time and size of yjs on Node for the same updates.
func compareWithYjs(b *testing.B, command string, updates [][]byte) {
	b.StopTimer()
	var answer struct {
		Milliseconds float64
		Size         float64
	}
	o := askYjs(b)
	o.ask(command, map[string]any{"updates": updates}, &answer)
	b.ReportMetric(answer.Milliseconds, "yjs-ms")
	b.ReportMetric(answer.Size, "yjs-bytes")
}
