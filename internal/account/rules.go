package account

import (
	"net/mail"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hubbub/internal/base/fault"
)

const (
	maxName     = 80 // characters
	maxEmail    = 254
	minPassword = 10   // characters
	maxPassword = 1000 // characters; the cost of hashing grows with the length
	maxHandle   = 24   // characters, before a number is added
	maxAgent    = 300  // characters of a User-Agent that are stored
)

// HandlePattern is the regular expression (RE2) of a handle: letters with their marks, and
// digits, of any script. Chat uses it to find mentions.
const HandlePattern = `[\p{L}\p{M}\p{N}]+`

// fieldFaults collects what is wrong with each field of an input.
type fieldFaults map[string]string

// check records the reason, unless it is empty or the field already has one.
func (f fieldFaults) check(field, reason string) {
	if _, exists := f[field]; reason != "" && !exists {
		f[field] = reason
	}
}

// err returns a 422 with the reasons, or nil if there is none.
func (f fieldFaults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &fault.Fault{Status: 422, Errors: f}
}

// normalizeName replaces white space by single spaces.
func normalizeName(name string) string { return strings.Join(strings.Fields(name), " ") }

func nameProblem(name string) string {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "is required"
	case n > maxName:
		return "must be 80 characters or fewer"
	case !isPlain(name):
		return "contains characters that cannot be shown"
	}
	return ""
}

func emailProblem(email string) string {
	if email == "" {
		return "is required"
	}
	if len(email) > maxEmail {
		return "must be 254 characters or fewer"
	}
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email || !isPlain(email) {
		return "is not a valid email address"
	}
	return ""
}

func passwordProblem(password string) string {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return "must be 10 characters or more"
	case n > maxPassword:
		return "must be 1000 characters or fewer"
	case strings.ContainsRune(password, 0):
		return "must not contain NUL"
	}
	return ""
}

// sanitizeAgent makes a User-Agent, in which a client may send anything, safe to store and
// show.
func sanitizeAgent(agent string) string {
	return truncateRunes(filterRunes(strings.ToValidUTF8(agent, ""), unicode.IsPrint), maxAgent)
}

// isPlain reports whether a text can be stored and shown on one line.
func isPlain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// handleBase returns the handle that a name suggests: its first word without accents, in lower
// case. A name in another script stays in that script.
func handleBase(fullName string) string {
	first, _, _ := strings.Cut(normalizeName(fullName), " ")
	if base := truncateRunes(filterRunes(fold(first), isASCIIWord), maxHandle); base != "" {
		return base
	}
	if base := truncateRunes(filterRunes(strings.ToLower(first), isWord), maxHandle); base != "" {
		return base
	}
	return "person"
}

// fold removes the accents of Latin letters, and transliterates letters that have no
// decomposition.
func fold(s string) string {
	return transliterations.Replace(norm.NFKD.String(strings.ToLower(s)))
}

var transliterations = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

func isASCIIWord(r rune) bool { return r < utf8.RuneSelf && isWord(r) }

func isWord(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) }

func filterRunes(s string, wanted func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if wanted(r) {
			return r
		}
		return -1
	}, s)
}

func truncateRunes(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}

// localPath returns next if it is a path of this site, otherwise "/". Browsers read "//x" and
// "/\x" as other sites.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !isPlain(next) {
		return "/"
	}
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return next
}
