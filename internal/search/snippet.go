package search

import (
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"hubbub/internal/base/index"
)

const (
	snippetLength = 160 // characters, about two lines
	snippetLead   = 40  // characters before the first match
	previewLength = 1_500
)

// snippet returns the part of a text around the query's first match as HTML: escaped, with the
// matching words in <mark>. Without a match it is the beginning of the text.
func (q query) snippet(text string) string {
	hits := q.hits(text)
	from, to := window(text, hits)
	return excerpt(text, hits, from, to)
}

// preview returns the beginning of a text in the same form, at the length of a preview.
func (q query) preview(text string) string {
	return excerpt(text, q.hits(text), 0, forwardToWord(text, 0, previewLength))
}

// hits returns the words of a text that the query searches for.
func (q query) hits(text string) []word {
	wanted := q.wanted()
	return slices.DeleteFunc(split(text), func(w word) bool { return !wanted.has(w.folded) })
}

func excerpt(text string, hits []word, from, to int) string {
	var b strings.Builder
	if from > 0 {
		b.WriteString("… ")
	}
	at := from
	for _, h := range hits {
		if h.start < from || h.end > to {
			continue
		}
		b.WriteString(html.EscapeString(text[at:h.start]))
		b.WriteString("<mark>" + html.EscapeString(text[h.start:h.end]) + "</mark>")
		at = h.end
	}
	b.WriteString(html.EscapeString(text[at:to]))
	if to < len(text) {
		b.WriteString(" …")
	}
	return b.String()
}

// heading returns a result's title as HTML, with the matching words marked. The title of a
// message is its author's name, which is not searched.
func (q query) heading(r Result) string {
	if r.Kind == index.Message {
		return html.EscapeString(r.Title)
	}
	return q.snippet(r.Title)
}

// Plain returns the snippet as plain text.
func (r Result) Plain() string { return html.UnescapeString(stripMarks.Replace(r.Snippet)) }

// stripMarks removes the only tags of a snippet; those of the text itself are escaped.
var stripMarks = strings.NewReplacer("<mark>", "", "</mark>", "")

// window returns the range of bytes to show: whole words around the first match.
func window(text string, hits []word) (from, to int) {
	if len(hits) > 0 {
		from = backToWord(text, hits[0].start, snippetLead)
	}
	return from, forwardToWord(text, from, snippetLength)
}

// backToWord goes back up to most characters from a position, then forward to the beginning of
// a word.
func backToWord(text string, at, most int) int {
	from := at
	for range most {
		if from == 0 {
			return 0
		}
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	if space := strings.IndexByte(text[from:at], ' '); space >= 0 {
		return from + space + 1
	}
	return from
}

// forwardToWord goes forward up to most characters from a position, then back to the end of a
// word.
func forwardToWord(text string, at, most int) int {
	to := at
	for range most {
		if to == len(text) {
			return to
		}
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	if space := strings.LastIndexByte(text[at:to], ' '); space > 0 && to < len(text) {
		return at + space
	}
	return to
}

// wanted is the set of words and prefixes that a query searches for.
type wanted struct {
	whole    map[string]bool
	prefixes []string
}

func (q query) wanted() wanted {
	w := wanted{whole: map[string]bool{}}
	for _, way := range q.clauses {
		for _, n := range way.terms() {
			if n.prefix {
				w.prefixes = append(w.prefixes, n.word)
			} else {
				w.whole[n.word] = true
			}
		}
	}
	return w
}

func (w wanted) has(word string) bool {
	return w.whole[word] || slices.ContainsFunc(w.prefixes, func(p string) bool { return strings.HasPrefix(word, p) })
}
