package search

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hubbub/internal/budget"
)

// maxWord is in characters; longer words are the same if they begin the same.
const maxWord = 64

// word is a word of a text: as it is compared, and where it stands.
type word struct {
	folded     string
	start, end int // bytes in the text
}

// split finds the words of a text, the first of them if they are more than
// budget.SearchText allows. Entries, queries, candidates and highlights
// all use it, so that what one of them takes for a word every other does.
//
// A word is a run of letters, marks and digits. Scripts that put no spaces
// between words have one a character, which queries then ask for as phrases. So
// do emoji.
func split(text string) []word {
	var words []word
	start, left := -1, budget.SearchText.Bytes
	end := func(at int) {
		if start >= 0 {
			if folded := fold(text[start:min(at, start+maxFolded)]); folded != "" {
				words = append(words, word{folded, start, at})
				left -= len(folded)
			}
		}
		start = -1
	}
	for at, r := range text {
		if len(words) >= budget.SearchText.Nodes || left <= 0 {
			return words
		}
		switch {
		case unicode.Is(unicode.M, r): // belongs to what is before it
		case unicode.In(r, spaceless...) || unicode.Is(unicode.So, r):
			end(at)
			start = at
		case unicode.In(r, unicode.L, unicode.N):
			if start >= 0 && alone(text[start:at]) {
				end(at)
			}
			if start < 0 {
				start = at
			}
		default:
			end(at)
		}
	}
	end(len(text))
	return words
}

// maxFolded are the bytes of a word that are looked at: with accents and all,
// they hold more than maxWord characters.
const maxFolded = 16 * maxWord

// spaceless are scripts whose texts have no spaces between words.
var spaceless = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

func alone(begun string) bool {
	r, _ := utf8.DecodeRuneInString(begun)
	return unicode.In(r, spaceless...) || unicode.Is(unicode.So, r)
}

// fold makes words equal that people take for the same: without case, accents
// and the width or style of letters. It is empty when nothing is left.
func fold(s string) string {
	s = spelledOut.Replace(norm.NFKD.String(strings.ToLower(strings.ToValidUTF8(s, ""))))
	kept := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.N, unicode.So) || unicode.Is(unicode.M, r) && !accent(r) {
			return r
		}
		return -1
	}, s)
	return cut(kept, maxWord)
}

// accent says whether a mark only modifies a letter: é, й, and the vowel points
// that Hebrew and Arabic mostly leave out. In other scripts marks are letters.
func accent(r rune) bool {
	return unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Inherited, unicode.Hebrew, unicode.Arabic)
}

var spelledOut = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// joined are the words of a text with a space between.
func joined(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.folded)
	}
	return b.String()
}

// vector writes the entry's words as a tsvector: the title's weigh more (A) than
// the body's (B), and between them is a gap that no phrase spans. The title of a
// message is its writer's name, which is no part of what was said.
func (e Entry) vector() string {
	var b strings.Builder
	b.WriteString(e.Kind.lexeme())
	at := 1
	write := func(text, weight string) {
		for _, w := range split(text) {
			b.WriteString(" '" + w.folded + "':" + strconv.Itoa(at) + weight)
			at++
		}
		at++
	}
	if e.named() {
		write(e.Title, "A")
	}
	write(e.body(), "B")
	return b.String()
}

// body is as much of the entry's text as is kept: nothing after it is found.
func (e Entry) body() string {
	if len(e.Body) <= budget.SearchText.Bytes {
		return e.Body
	}
	return strings.ToValidUTF8(e.Body[:budget.SearchText.Bytes], "")
}

// named says whether the title is what the entry is called.
func (e Entry) named() bool { return e.Kind != Message }

// lexeme stands in an entry's words for its kind. No word has a "#".
func (k Kind) lexeme() string { return "'#" + string(k) + "'" }

// name is what typos are forgiven in; nil: nothing.
func (e Entry) name() *string {
	if !e.named() {
		return nil
	}
	if name := joined(split(e.Title)); name != "" {
		return &name
	}
	return nil
}
