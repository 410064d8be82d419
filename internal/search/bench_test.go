package search

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// These benchmarks measure the index on a Postgres without durability;
// docs/performance.md has the results. Word frequencies follow Zipf's law, as in a
// natural language.

const vocabulary = 20_000

type textSource struct {
	dice  *rand.Rand
	words *rand.Zipf
}

func newWriter(seed uint64) *textSource {
	dice := rand.New(rand.NewPCG(seed, 1))
	return &textSource{dice, rand.NewZipf(dice, 1.3, 8, vocabulary-1)}
}

// wordNo returns the n-th most frequent word. Neighbours differ in all letters.
func wordNo(n uint64) string {
	const consonants, vowels = "bcdfghjklmnprstvwz", "aeiou"
	var b strings.Builder
	for n = n*2_654_435_761%1_000_003 + 100_000; n > 0; n /= 90 {
		b.WriteByte(consonants[n%18])
		b.WriteByte(vowels[n/18%5])
	}
	return b.String()
}

func (w *textSource) word() string { return wordNo(w.words.Uint64()) }

// sought returns a word to search for: one that is not in every text.
func (w *textSource) sought() string { return wordNo(20 + w.dice.Uint64N(5000)) }

func (w *textSource) text(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = w.word()
	}
	return strings.Join(words, " ")
}

// fill indexes products and messages. Every fifth message is in a private room of
// the first user.
func (x *testIndex) fill(products, messages int) {
	x.t.Helper()
	w := newWriter(42)
	var entries []index.Entry
	for id := range products {
		entries = append(entries, product(int64(id+1), w.text(3), w.text(30)))
	}
	for id := range messages {
		scope := index.Public
		if id%5 == 0 {
			scope = fmt.Sprint("room:", id%50)
		}
		entries = append(entries, message(int64(id+1), scope, w.text(5+w.dice.IntN(25))))
	}
	for page := range slices.Chunk(entries, 5000) {
		x.inTx(func(tx postgres.Tx) error { return x.Put(x.t.Context(), tx, page...) })
	}
	for room := range 10 {
		x.grant(fmt.Sprint("room:", room*5), 1)
	}
	if _, err := x.db.Exec(x.t.Context(), `vacuum analyze search.entries`); err != nil {
		x.t.Fatal(err)
	}
}

// BenchmarkSearch searches 10,000 products and 100,000 messages.
func BenchmarkSearch(b *testing.B) {
	x := newIndex(b, 1, nil)
	x.fill(10_000, 100_000)
	w := newWriter(7)
	for _, c := range []struct {
		name  string
		kinds []index.Kind
		text  func() string
	}{
		{"one word", nil, w.sought},
		{"two words", nil, func() string { return w.sought() + " " + w.word() }},
		{"three letters", nil, func() string { return w.sought()[:3] }},
		{"a typo in a name", nil, func() string { return "q" + w.sought()[1:] }},
		{"products by a word", []index.Kind{index.Product}, w.sought},
		{"the most frequent word", nil, func() string { return wordNo(0) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				text := c.text()
				begin := time.Now()
				if _, err := x.Search(b.Context(), Request{1, text, c.kinds}, pageSize, 0); err != nil {
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

// addStanding adds a connection with a standing query that is due, so that refresh runs it
// together with others.
func (x *testIndex) addStanding(req Request) {
	x.t.Helper()
	p, err := parseRequest(req)
	if err != nil {
		x.t.Fatal(err)
	}
	st := &standingQuery{parsedRequest: p, conn: x.hub.Open(hub.Identity{UserID: req.Viewer})}
	x.t.Cleanup(func() { x.hub.Remove(st.conn) })
	x.standing.add(st)
	if _, err := x.hub.Join(st.conn, roomOf(st.conn), nil); err != nil {
		x.t.Fatal(err)
	}
	x.standing.recordAnswer(st, nil)
	x.standing.markDue([]*standingQuery{st})
}

// BenchmarkChange stores a product while many connections have standing queries, and
// waits until the one that finds it has the event.
func BenchmarkChange(b *testing.B) {
	for _, queries := range []int{10, 1_000, 10_000} {
		b.Run(fmt.Sprint("standing=", queries), func(b *testing.B) {
			x := newIndex(b, 1, nil)
			x.fill(10_000, 0)
			w := newWriter(9)
			for range queries {
				x.addStanding(Request{1, w.sought() + " " + w.sought(), []index.Kind{index.Product}})
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
				testkit.Eventually(b, "the change is in the list", testkit.Timeout, func() bool { return witness.has(index.Product, id) })
				x.drop(index.Product, id)
			}
		})
	}
}
