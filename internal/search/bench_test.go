package search

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/internal/hub"
	"hubbub/internal/postgres"
	"hubbub/internal/testkit"
)

// These measure the index on a Postgres that keeps nothing: docs/performance.md
// has the figures. Words are as frequent as in a language, by Zipf's law.

const vocabulary = 20_000

type writer struct {
	dice  *rand.Rand
	words *rand.Zipf
}

func newWriter(seed uint64) *writer {
	dice := rand.New(rand.NewPCG(seed, 1))
	return &writer{dice, rand.NewZipf(dice, 1.3, 8, vocabulary-1)}
}

// word is the n-th most frequent one, in letters that differ from its neighbours'.
func wordNo(n uint64) string {
	const consonants, vowels = "bcdfghjklmnprstvwz", "aeiou"
	var b strings.Builder
	for n = n*2_654_435_761%1_000_003 + 100_000; n > 0; n /= 90 {
		b.WriteByte(consonants[n%18])
		b.WriteByte(vowels[n/18%5])
	}
	return b.String()
}

func (w *writer) word() string { return wordNo(w.words.Uint64()) }

// sought is a word that somebody looks for: not one that is in every text.
func (w *writer) sought() string { return wordNo(20 + w.dice.Uint64N(5000)) }

func (w *writer) text(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = w.word()
	}
	return strings.Join(words, " ")
}

// fill indexes products and messages, of which every fifth is in a private room
// that the first person is in.
func (x *index) fill(products, messages int) {
	x.t.Helper()
	w := newWriter(42)
	var entries []Entry
	for id := range products {
		entries = append(entries, product(int64(id+1), w.text(3), w.text(30)))
	}
	for id := range messages {
		scope := Public
		if id%5 == 0 {
			scope = fmt.Sprint("room:", id%50)
		}
		entries = append(entries, message(int64(id+1), scope, w.text(5+w.dice.IntN(25))))
	}
	for page := range slices.Chunk(entries, 5000) {
		x.in(func(tx postgres.Tx) error { return x.Put(x.t.Context(), tx, page...) })
	}
	for room := range 10 {
		x.grant(fmt.Sprint("room:", room*5), 1)
	}
	if _, err := x.db.Exec(x.t.Context(), `vacuum analyze search.entries`); err != nil {
		x.t.Fatal(err)
	}
}

// BenchmarkSearch asks 10,000 products and 100,000 messages.
func BenchmarkSearch(b *testing.B) {
	x := newIndex(b, 1, nil)
	x.fill(10_000, 100_000)
	w := newWriter(7)
	for _, c := range []struct {
		name  string
		kinds []Kind
		text  func() string
	}{
		{"one word", nil, w.sought},
		{"two words", nil, func() string { return w.sought() + " " + w.word() }},
		{"three letters", nil, func() string { return w.sought()[:3] }},
		{"a typo in a name", nil, func() string { return "q" + w.sought()[1:] }},
		{"products by a word", []Kind{Product}, w.sought},
		{"the most frequent word", nil, func() string { return wordNo(0) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				text := c.text()
				begin := time.Now()
				if _, err := x.Search(b.Context(), Ask{1, text, c.kinds}, shown, 0); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}

// stand lets a connection stand on a query that is about to be asked, together
// with others.
func (x *index) stand(ask Ask) {
	x.t.Helper()
	p, err := understand(ask)
	if err != nil {
		x.t.Fatal(err)
	}
	st := &standing{parsed: p, conn: x.hub.Open(hub.Identity{UserID: ask.Viewer})}
	x.t.Cleanup(func() { x.hub.Remove(st.conn) })
	x.standing.add(st)
	if _, err := x.hub.Join(st.conn, roomOf(st.conn), nil); err != nil {
		x.t.Fatal(err)
	}
	x.standing.answer(st, nil)
	x.standing.mark([]*standing{st})
}

// BenchmarkChange writes a product while connections stand on queries of their
// own, and waits until those that find it were told.
func BenchmarkChange(b *testing.B) {
	for _, standing := range []int{10, 1_000, 10_000} {
		b.Run(fmt.Sprint("standing=", standing), func(b *testing.B) {
			x := newIndex(b, 1, nil)
			x.fill(10_000, 0)
			w := newWriter(9)
			for range standing {
				x.stand(Ask{1, w.sought() + " " + w.sought(), []Kind{Product}})
			}
			if err := x.refresh(b.Context()); err != nil {
				b.Fatal(err)
			}
			witness := x.connect(1)
			witness.subscribe(b, "witness", 1)
			id := int64(1_000_000)
			for b.Loop() {
				id++
				x.put(product(id, "witness "+w.text(2), w.text(30)))
				testkit.Eventually(b, "the change was told", testkit.Patience, func() bool { return witness.has(Product, id) })
				x.drop(Product, id)
			}
		})
	}
}
