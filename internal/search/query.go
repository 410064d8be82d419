package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"hubbub/internal/budget"
)

// minTypo is from how many letters on a query's typos are forgiven: shorter
// words are too much like each other.
const minTypo = 4

// query is a text that somebody looks for, understood.
//
//	red shoe         both words, in any order; the last one may be a beginning
//	"red shoe"       one after the other
//	red or blue      either
//	shoe -red        not that
//
// It is what the web's search boxes have in common, and any text is a query.
type query struct {
	ways []way // any of them; none: the query is blank
}

// way is words and phrases of which all must be there, and none of without.
type way struct {
	with, without []phrase
}

// phrase is words one after the other; a single word is one, too.
type phrase struct {
	words  []string
	prefix bool // the last word may be the beginning of one
	quoted bool // it was meant as it was typed
}

// parse understands any text. A way that only says what must not be there finds
// nothing: it would be nearly everything.
func parse(text string) query {
	var q query
	var now way
	terms := 0
	end := func() {
		if len(now.with) > 0 {
			q.ways = append(q.ways, now)
		}
		now = way{}
	}
	tokens := lex(text)
	for i, t := range tokens {
		words := folded(split(t.text))
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

// token is a part of a query between spaces or quotes.
type token struct {
	text        string
	quoted, not bool
}

func (t token) isOr() bool { return !t.quoted && !t.not && strings.EqualFold(t.text, "or") }

// lex takes a query apart. A quote that is never closed ends with the text.
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

func folded(words []word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.folded
	}
	return list
}

// blank says whether there is nothing to look for.
func (q query) blank() bool { return len(q.ways) == 0 }

// tsquery is the query for Postgres; "" of a blank one.
func (q query) tsquery() string {
	ways := make([]string, len(q.ways))
	for i, w := range q.ways {
		ways[i] = w.tsquery()
	}
	return strings.Join(ways, " | ")
}

func (w way) tsquery() string {
	var parts []string
	for _, p := range w.with {
		parts = append(parts, p.tsquery())
	}
	for _, p := range w.without {
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

// whole is the tsquery without beginnings: whoever has the very words is better.
func (q query) whole() string { return strings.ReplaceAll(q.tsquery(), ":*", "") }

// limited is a tsquery among entries of some kinds; none are all.
func limited(tsquery string, kinds []Kind) string {
	if len(kinds) == 0 {
		return tsquery
	}
	lexemes := make([]string, len(kinds))
	for i, k := range kinds {
		lexemes[i] = k.lexeme()
	}
	return "(" + strings.Join(lexemes, " | ") + ") & (" + tsquery + ")"
}

// listed are the kinds with spaces between; none are all.
func listed(kinds []Kind) string {
	if len(kinds) == 0 {
		kinds = Kinds
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names, " ")
}

// name is the query as names are compared with it, typos and all; "" when its
// typos are not forgiven: it is short, or says exactly what it wants.
func (q query) name() string {
	if len(q.ways) != 1 || len(q.ways[0].without) > 0 {
		return ""
	}
	var words []string
	for _, p := range q.ways[0].with {
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

// needs are words of which an entry must have at least one to match exactly: of
// each way its longest, which fewest entries have.
func (q query) needs() []need {
	var all []need
	for _, w := range q.ways {
		all = append(all, slices.MaxFunc(w.words(), func(a, b need) int { return a.weight() - b.weight() }))
	}
	return all
}

// need is a word, or the beginning of one.
type need struct {
	word   string
	prefix bool
}

func (n need) weight() int {
	weight := 2 * utf8.RuneCountInString(n.word)
	if n.prefix {
		weight-- // a whole word says more
	}
	return weight
}

// words are all that an entry must have to match this way.
func (w way) words() []need {
	var all []need
	for _, p := range w.with {
		for i, word := range p.words {
			all = append(all, need{word, p.prefix && i == len(p.words)-1})
		}
	}
	return all
}
