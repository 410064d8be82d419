package search

import (
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	snippetLength = 160 // characters, about two lines
	snippetLead   = 40  // characters before the first hit
	previewLength = 1_500
)

// snippet is the part of a text where the query's words are, as HTML: escaped,
// with the words in <mark>. Without any it is the beginning.
func (q query) snippet(text string) string {
	hits := q.hits(text)
	from, to := window(text, hits)
	return excerpt(text, hits, from, to)
}

// beginning is the same of as much as is read beside a list.
func (q query) beginning(text string) string {
	return excerpt(text, q.hits(text), 0, forward(text, 0, previewLength))
}

// hits are the words of a text that the query looks for.
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

// heading is a result's title as HTML, with the words that it was found by. Of
// a message it is who wrote it, by which nothing is found.
func (q query) heading(r Result) string {
	if r.Kind == Message {
		return html.EscapeString(r.Title)
	}
	return q.snippet(r.Title)
}

// Plain is the snippet as plain text.
func (r Result) Plain() string { return html.UnescapeString(marks.Replace(r.Snippet)) }

// marks are the only tags of a snippet: what the text itself has is escaped.
var marks = strings.NewReplacer("<mark>", "", "</mark>", "")

// window is which bytes of the text to show: whole words around the first hit.
func window(text string, hits []word) (from, to int) {
	if len(hits) > 0 {
		from = back(text, hits[0].start, snippetLead)
	}
	return from, forward(text, from, snippetLength)
}

// back goes so many characters back from a place, and on to a word's beginning.
func back(text string, at, most int) int {
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

// forward goes so many characters on from a place, and back to a word's end.
func forward(text string, at, most int) int {
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

// wanted are the words that a query looks for.
type wanted struct {
	whole    map[string]bool
	prefixes []string
}

func (q query) wanted() wanted {
	w := wanted{whole: map[string]bool{}}
	for _, way := range q.ways {
		for _, n := range way.words() {
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
