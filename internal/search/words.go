package search

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hubbub/internal/base/budget"
	"hubbub/internal/base/index"
)

// maxWord is in characters. Longer words are equal if they begin with the same ones.
const maxWord = 64

// word is a word of a text: in its folded form, and its position.
type word struct {
	folded     string
	start, end int // bytes in the text
}

// split returns the words of a text, up to the limits of budget.SearchText. Entries, queries,
// candidates and highlights all use it, so that they agree on what a word is.
//
// A word is a run of letters, marks and digits. In scripts without spaces between words each
// character is a word, and queries search for them as phrases. So is each emoji.
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
		case unicode.Is(unicode.M, r): // belongs to the character before it
		case unicode.In(r, spaceless...) || unicode.Is(unicode.So, r):
			end(at)
			start = at
		case unicode.In(r, unicode.L, unicode.N):
			if start >= 0 && isOneCharacterWord(text[start:at]) {
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

// maxFolded is how many bytes of a word are folded. They hold more than maxWord characters,
// even with accents.
const maxFolded = 16 * maxWord

// spaceless are the scripts that are written without spaces between words.
var spaceless = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// isOneCharacterWord reports whether the word so far is a character that is a word by itself.
func isOneCharacterWord(begun string) bool {
	r, _ := utf8.DecodeRuneInString(begun)
	return unicode.In(r, spaceless...) || unicode.Is(unicode.So, r)
}

// fold maps words that readers consider the same to one form: without case, accents, and the
// width or style of letters. It returns "" when nothing is left.
func fold(s string) string {
	s = transliterations.Replace(norm.NFKD.String(strings.ToLower(strings.ToValidUTF8(s, ""))))
	kept := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.N, unicode.So) || unicode.Is(unicode.M, r) && !isAccent(r) {
			return r
		}
		return -1
	}, s)
	return cut(kept, maxWord)
}

// isAccent reports whether a mark only modifies a letter: é, й, and the vowel points that
// Hebrew and Arabic mostly omit. In other scripts marks count as letters.
func isAccent(r rune) bool {
	return unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Inherited, unicode.Hebrew, unicode.Arabic)
}

var transliterations = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// joinWords returns the words joined with spaces.
func joinWords(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.folded)
	}
	return b.String()
}

// vectorOf returns the entry's words as a tsvector. Words of the title have the weight A, those
// of the body B, and a gap between them keeps phrases from spanning both. The title of a
// message is left out: it is the author's name.
func vectorOf(e index.Entry) string {
	var b strings.Builder
	b.WriteString(lexemeOf(e.Kind))
	at := 1
	write := func(text, weight string) {
		for _, w := range split(text) {
			b.WriteString(" '" + w.folded + "':" + strconv.Itoa(at) + weight)
			at++
		}
		at++
	}
	if hasName(e) {
		write(e.Title, "A")
	}
	write(bodyOf(e), "B")
	return b.String()
}

// bodyOf returns the part of the entry's text that is stored and searched.
func bodyOf(e index.Entry) string {
	if len(e.Body) <= budget.SearchText.Bytes {
		return e.Body
	}
	return strings.ToValidUTF8(e.Body[:budget.SearchText.Bytes], "")
}

// hasName reports whether the title is the name of the entry.
func hasName(e index.Entry) bool { return e.Kind != index.Message }

// lexemeOf returns the lexeme that stands for the kind among an entry's words. No word contains
// a "#".
func lexemeOf(k index.Kind) string { return "'#" + string(k) + "'" }

// nameOf returns the text in which typos are tolerated, or nil if there is none.
func nameOf(e index.Entry) *string {
	if !hasName(e) {
		return nil
	}
	if name := joinWords(split(e.Title)); name != "" {
		return &name
	}
	return nil
}
