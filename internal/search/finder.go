package search

import (
	"slices"
	"strings"
	"unicode"

	"hubbub/internal/base/index"
)

// finder indexes queries by their words, so that of ten thousand queries only the few that a
// changed entry may concern are evaluated. It may return queries that do not find the entry;
// it never leaves out one that the store's condition would match.
type finder[T comparable] struct {
	queries  map[T]indexedQuery
	whole    postings[T] // by a word that the entry must have
	prefixes postings[T] // by a prefix of such a word
	trigrams postings[T] // by the trigrams of a name, for queries that tolerate typos
}

// indexedQuery is a query with the number of trigrams that it is indexed under.
type indexedQuery struct {
	parsedRequest
	trigrams int
}

// postings are the queries that are indexed under a word.
type postings[T comparable] map[string]map[T]struct{}

func newFinder[T comparable]() finder[T] {
	return finder[T]{queries: map[T]indexedQuery{}, whole: postings[T]{}, prefixes: postings[T]{}, trigrams: postings[T]{}}
}

func (f finder[T]) add(t T, p parsedRequest) {
	f.queries[t] = indexedQuery{p, len(trigrams(p.name()))}
	f.list(t, p, put)
}

func (f finder[T]) remove(t T) {
	p := f.queries[t]
	delete(f.queries, t)
	f.list(t, p.parsedRequest, drop)
}

func (f finder[T]) list(t T, p parsedRequest, do func(map[string]map[T]struct{}, string, T)) {
	for _, n := range p.query.requiredTerms() {
		if n.prefix {
			do(f.prefixes, n.word, t)
		} else {
			do(f.whole, n.word, t)
		}
	}
	for _, triple := range trigrams(p.name()) {
		do(f.trigrams, triple, t)
	}
}

// indexedEntry is an entry's key with its words and name as the index has them.
type indexedEntry struct {
	key
	words []string
	name  string
}

// find adds to the set the queries that may concern the entry.
func (f finder[T]) find(e indexedEntry, to map[T]struct{}) {
	add := func(found map[T]struct{}) {
		for t := range found {
			if f.queries[t].wants(e.kind) {
				to[t] = struct{}{}
			}
		}
	}
	for _, word := range e.words {
		add(f.whole[word])
		if len(f.prefixes) > 0 {
			for at := range word {
				add(f.prefixes[word[:at]])
			}
			add(f.prefixes[word])
		}
	}
	add(f.similar(e.name))
}

// similar returns the queries that share enough trigrams with the name. The threshold is a
// little lower than the condition's, because a database may count trigrams a little
// differently.
func (f finder[T]) similar(name string) map[T]struct{} {
	shared := map[T]int{}
	for _, triple := range trigrams(name) {
		for t := range f.trigrams[triple] {
			shared[t]++
		}
	}
	found := map[T]struct{}{}
	for t, n := range shared {
		if 2*n >= f.queries[t].trigrams {
			found[t] = struct{}{}
		}
	}
	return found
}

func (p parsedRequest) wants(kind index.Kind) bool {
	return len(p.Kinds) == 0 || slices.Contains(p.Kinds, kind)
}

// trigrams returns the distinct runs of three letters in a text's words. Like pg_trgm, it pads
// each word with two spaces before and one after.
func trigrams(text string) []string {
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
