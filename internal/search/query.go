package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"hubbub/internal/base/budget"
	"hubbub/internal/base/index"
)

// minTypo is the number of letters from which on typos in a query are tolerated. Shorter words
// are too similar to each other.
const minTypo = 4

// query is the text of a search, parsed.
//
//	red shoe         both words, in any order; the last one may be a prefix
//	"red shoe"       one after the other
//	red or blue      either
//	shoe -red        the first without the second
//
// This is what the search boxes of the web have in common. Any text is a valid query.
type query struct {
	clauses []clause // an entry must match one of them; empty if the query is blank
}

// clause matches an entry that has all phrases of with and none of without.
type clause struct {
	with, without []phrase
}

// phrase is one or more words in sequence.
type phrase struct {
	words  []string
	prefix bool // the last word may be the prefix of a word
	quoted bool // it was in quotes, so it must match exactly
}

// parse accepts any text. A clause that has only excluded words is dropped: it would match
// nearly everything.
func parse(text string) query {
	var q query
	var now clause
	terms := 0
	end := func() {
		if len(now.with) > 0 {
			q.clauses = append(q.clauses, now)
		}
		now = clause{}
	}
	tokens := lex(text)
	for i, t := range tokens {
		words := foldedWords(split(t.text))
		switch {
		case t.isOr() && i > 0 && i < len(tokens)-1:
			end()
		case len(words) == 0 || terms == budget.SearchQuery.Nodes:
		case t.not:
			now.without = append(now.without, phrase{words: words})
			terms++
		default:
			now.with = append(now.with, phrase{words, i == len(tokens)-1 && !t.quoted, t.quoted})
			terms++
		}
	}
	end()
	return q
}

// token is a part of a query between spaces, or in quotes.
type token struct {
	text        string
	quoted, not bool
}

func (t token) isOr() bool { return !t.quoted && !t.not && strings.EqualFold(t.text, "or") }

// lex splits a query into tokens. A quote that is not closed ends with the text.
func lex(text string) []token {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(cut(text, maxQuery), " ")), " ")
	var tokens []token
	for text = strings.TrimLeft(text, " "); text != ""; text = strings.TrimLeft(text, " ") {
		t := token{}
		if len(text) > 1 && text[0] == '-' && text[1] != ' ' && text[1] != '-' {
			t.not, text = true, text[1:]
		}
		if rest, ok := strings.CutPrefix(text, `"`); ok {
			t.quoted = true
			t.text, text, _ = strings.Cut(rest, `"`)
		} else {
			end := strings.IndexAny(text, ` "`)
			if end < 0 {
				end = len(text)
			}
			t.text, text = text[:end], text[end:]
		}
		if t.text != "" {
			tokens = append(tokens, t)
		}
	}
	return tokens
}

func foldedWords(words []word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.folded
	}
	return list
}

// blank reports whether there is nothing to search for.
func (q query) blank() bool { return len(q.clauses) == 0 }

// tsquery returns the query as a Postgres tsquery, or "" if it is blank.
func (q query) tsquery() string {
	ways := make([]string, len(q.clauses))
	for i, w := range q.clauses {
		ways[i] = w.tsquery()
	}
	return strings.Join(ways, " | ")
}

func (c clause) tsquery() string {
	var parts []string
	for _, p := range c.with {
		parts = append(parts, p.tsquery())
	}
	for _, p := range c.without {
		parts = append(parts, "!"+p.tsquery())
	}
	return "(" + strings.Join(parts, " & ") + ")"
}

func (p phrase) tsquery() string {
	quoted := make([]string, len(p.words))
	for i, w := range p.words {
		quoted[i] = "'" + w + "'" // letters, marks, digits and symbols only
	}
	if p.prefix {
		quoted[len(quoted)-1] += ":*"
	}
	return "(" + strings.Join(quoted, " <-> ") + ")"
}

// wholeWords returns the tsquery without prefixes: entries that have the very words rank
// higher.
func (q query) wholeWords() string { return strings.ReplaceAll(q.tsquery(), ":*", "") }

// withKinds restricts a tsquery to entries of some kinds; no kinds means all.
func withKinds(tsquery string, kinds []index.Kind) string {
	if len(kinds) == 0 {
		return tsquery
	}
	lexemes := make([]string, len(kinds))
	for i, k := range kinds {
		lexemes[i] = lexemeOf(k)
	}
	return "(" + strings.Join(lexemes, " | ") + ") & (" + tsquery + ")"
}

// spaceSeparated joins kinds with spaces; no kinds means all.
func spaceSeparated(kinds []index.Kind) string {
	if len(kinds) == 0 {
		kinds = index.Kinds
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names, " ")
}

// name returns the text that is compared with names to find them despite typos, or "" if typos
// in the query are not tolerated: it is short, or it has quotes, an "or" or excluded words.
func (q query) name() string {
	if len(q.clauses) != 1 || len(q.clauses[0].without) > 0 {
		return ""
	}
	var words []string
	for _, p := range q.clauses[0].with {
		if len(p.words) > 1 || p.quoted {
			return ""
		}
		words = append(words, p.words...)
	}
	if name := strings.Join(words, " "); utf8.RuneCountInString(name) >= minTypo {
		return name
	}
	return ""
}

// requiredTerms returns words of which an entry must have at least one to match exactly: the
// longest word of each clause, which the fewest entries have.
func (q query) requiredTerms() []term {
	var all []term
	for _, w := range q.clauses {
		all = append(all, slices.MaxFunc(w.terms(), func(a, b term) int { return a.weight() - b.weight() }))
	}
	return all
}

// term is a word, or the prefix of one.
type term struct {
	word   string
	prefix bool
}

func (n term) weight() int {
	weight := 2 * utf8.RuneCountInString(n.word)
	if n.prefix {
		weight-- // a whole word is more selective
	}
	return weight
}

// terms returns all words that an entry must have to match the clause.
func (c clause) terms() []term {
	var all []term
	for _, p := range c.with {
		for i, word := range p.words {
			all = append(all, term{word, p.prefix && i == len(p.words)-1})
		}
	}
	return all
}
