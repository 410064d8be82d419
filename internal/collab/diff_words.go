package collab

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"unicode"

	"hubbub/internal/collab/yjs"
)

// fingerprint is a summary of a block by which Diff recognises the block after a change.
type fingerprint struct {
	kind  string // its type and attributes
	words map[string]int
	count int
}

func newFingerprints(nodes []yjs.Node) []fingerprint {
	gists := make([]fingerprint, len(nodes))
	for i, n := range nodes {
		attrs, _ := json.Marshal(n.Attrs)
		g := fingerprint{kind: n.Type + string(attrs), words: map[string]int{}}
		g.count = countWords(n.Children, g.words)
		gists[i] = g
	}
	return gists
}

func countWords(nodes []yjs.Node, words map[string]int) (count int) {
	for _, n := range nodes {
		for word := range strings.FieldsSeq(n.Text) {
			words[word]++
			count++
		}
		count += countWords(n.Children, words)
	}
	return count
}

// similar reports whether two blocks have the same kind and at least a third of their words
// in common.
func (g fingerprint) similar(o fingerprint) bool {
	if g.kind != o.kind || g.kind == "" {
		return false
	}
	common := 0
	for word, n := range g.words {
		common += min(n, o.words[word])
	}
	return common*3 >= max(g.count, o.count)
}

// splitWords splits runs of text into words, spaces and punctuation, each with its marks.
func splitWords(nodes []yjs.Node) (words []yjs.Node) {
	for _, n := range nodes {
		if !n.IsText() {
			words = append(words, n)
			continue
		}
		for _, text := range wordsIn(n.Text) {
			words = append(words, yjs.Node{Text: text, Marks: n.Marks})
		}
	}
	return words
}

func wordsIn(text string) (words []string) {
	start, before := 0, -1
	for i, r := range text {
		kind := kindOf(r)
		if i > 0 && (kind != before || kind == punctuation) {
			words = append(words, text[start:i])
			start = i
		}
		before = kind
	}
	return append(words, text[start:])
}

const (
	letter = iota
	space
	punctuation // each character is a word of its own
)

func kindOf(r rune) int {
	switch {
	case unicode.IsSpace(r):
		return space
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return letter
	}
	return punctuation
}

// mergeRuns merges adjacent runs with the same change and marks.
func mergeRuns(nodes []yjs.Node) (out []yjs.Node) {
	for _, n := range nodes {
		if last := len(out) - 1; last >= 0 && sameFormat(out[last], n) {
			out[last].Text += n.Text
			continue
		}
		out = append(out, n)
	}
	return out
}

func sameFormat(a, b yjs.Node) bool {
	return a.IsText() && b.IsText() && changeOf(a) == changeOf(b) && maps.EqualFunc(a.Marks, b.Marks, reflect.DeepEqual)
}
