package search

import (
	"slices"
	"strings"
	"unicode"
)

// finder keeps queries by their words, so that of ten thousand those few are
// asked that a changed entry may concern. It may name some in vain; it never
// leaves one out that the rule of the store would find.
type finder[T comparable] struct {
	queries    map[T]entered
	whole      postings[T] // by a word that the entry must have
	beginnings postings[T] // by the beginning of one
	triples    postings[T] // by three letters of a name whose typos are forgiven
}

// entered is a query with how many letter triples it is listed under.
type entered struct {
	parsed
	triples int
}

// postings are who is listed under a word.
type postings[T comparable] map[string]map[T]struct{}

func newFinder[T comparable]() finder[T] {
	return finder[T]{queries: map[T]entered{}, whole: postings[T]{}, beginnings: postings[T]{}, triples: postings[T]{}}
}

func (f finder[T]) add(t T, p parsed) {
	f.queries[t] = entered{p, len(triples(p.name()))}
	f.list(t, p, put)
}

func (f finder[T]) remove(t T) {
	p := f.queries[t]
	delete(f.queries, t)
	f.list(t, p.parsed, drop)
}

func (f finder[T]) list(t T, p parsed, do func(map[string]map[T]struct{}, string, T)) {
	for _, n := range p.query.needs() {
		if n.prefix {
			do(f.beginnings, n.word, t)
		} else {
			do(f.whole, n.word, t)
		}
	}
	for _, triple := range triples(p.name()) {
		do(f.triples, triple, t)
	}
}

// indexed is an entry as the index has it.
type indexed struct {
	key
	words []string
	name  string
}

// find adds the queries that may concern the entry.
func (f finder[T]) find(e indexed, to map[T]struct{}) {
	add := func(found map[T]struct{}) {
		for t := range found {
			if f.queries[t].wants(e.kind) {
				to[t] = struct{}{}
			}
		}
	}
	for _, word := range e.words {
		add(f.whole[word])
		if len(f.beginnings) > 0 {
			for at := range word {
				add(f.beginnings[word[:at]])
			}
			add(f.beginnings[word])
		}
	}
	add(f.like(e.name))
}

// like are the queries that share enough letter triples with the name, a little
// less than the rule wants: its database may count them a little differently.
func (f finder[T]) like(name string) map[T]struct{} {
	shared := map[T]int{}
	for _, triple := range triples(name) {
		for t := range f.triples[triple] {
			shared[t]++
		}
	}
	found := map[T]struct{}{}
	for t, n := range shared {
		if 2*n >= f.queries[t].triples {
			found[t] = struct{}{}
		}
	}
	return found
}

func (p parsed) wants(kind Kind) bool { return len(p.Kinds) == 0 || slices.Contains(p.Kinds, kind) }

// triples are the different runs of three letters of a text's words, which
// count as having two spaces before and one behind, as pg_trgm has them.
func triples(text string) []string {
	var all []string
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N) }) {
		letters := []rune("  " + word + " ")
		for i := range len(letters) - 2 {
			all = append(all, string(letters[i:i+3]))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
