package search

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"hubbub/internal/base/budget"
	"hubbub/internal/base/index"
)

func TestQueryIsParsed(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		" \t ":                   "",
		"red shoe":               "(('red') & ('shoe':*))",
		`"red shoe"`:             "(('red' <-> 'shoe'))",
		`red "big shoe" lamp`:    "(('red') & ('big' <-> 'shoe') & ('lamp':*))",
		"red or blue":            "(('red')) | (('blue':*))",
		"red OR blue green":      "(('red')) | (('blue') & ('green':*))",
		"or":                     "(('or':*))",
		"shoe -red":              "(('shoe') & !('red'))",
		`shoe -"dark red"`:       "(('shoe') & !('dark' <-> 'red'))",
		"-red":                   "",
		"-red or blue":           "(('blue':*))",
		"e-mail":                 "(('e' <-> 'mail':*))",
		`un"quoted`:              "(('un') & ('quoted'))",
		"o'neil":                 "(('o' <-> 'neil':*))",
		`'; drop table x; --`:    "(('drop') & ('table') & ('x'))",
		"東京 tower":               "(('東' <-> '京') & ('tower':*))",
		"Straße ÅNGSTRÖM":        "(('strasse') & ('angstrom':*))",
		"& | ! <-> :* ( ) \\ % ": "",
	} {
		if got := parse(text).tsquery(); got != want {
			t.Errorf("%q is parsed as %s, want %s", text, got, want)
		}
	}
}

func TestQueryTooLongIsTruncated(t *testing.T) {
	if q := parse(strings.Repeat("ab ", 4000)); len(q.clauses[0].with) != budget.SearchQuery.Nodes {
		t.Errorf("a long query has %d terms", len(q.clauses[0].with))
	}
	if q := parse(strings.Repeat("x", 10_000)); len(q.clauses[0].with[0].words[0]) != maxWord {
		t.Errorf("a long word has %d letters", len(q.clauses[0].with[0].words[0]))
	}
}

// hostileTexts returns texts of 1 MiB that might be expensive to split.
func hostileTexts() map[string]string {
	texts := map[string]string{}
	for _, unit := range []string{"a", "a ", "é", "e\u0301", "\u0301", "ﷺ", "ﷺ ", "東", "😀", "-", `"`, "\x00", " ", "\xff", "𐌰𐌱𐌲 ", "ab-"} {
		texts[unit] = strings.Repeat(unit, 1<<20/len(unit))
	}
	return texts
}

func TestWordsOfHostileTextsAreBounded(t *testing.T) {
	for name, text := range hostileTexts() {
		began := time.Now()
		vector := vectorOf(index.Entry{Kind: index.Document, ID: 1, Title: "t", Body: text})
		parse(text).tsquery()
		parse("a").snippet(text)
		if took := time.Since(began); took > time.Minute {
			t.Errorf("%q took %v", name, took)
		}
		if len(vector) > 1<<20 {
			t.Errorf("%q has a vector of %d KB; the limit of Postgres is 1 MiB", name, len(vector)>>10)
		}
	}
}

func TestWordsOfALongTextStayWithinTheLimitOfPostgres(t *testing.T) {
	var text strings.Builder
	for i := range 20_000 {
		text.WriteString(strings.Repeat("ж", 55) + strconv.Itoa(i) + " ")
	}
	size := 0
	for _, w := range split(text.String()) {
		size += len(w.folded)
	}
	if most := budget.SearchText.Bytes + 4*maxWord; size > most || size < most/2 {
		t.Errorf("the words have %d KB", size>>10)
	}
}

func TestSnippetMarksWordsAndEscapesHTML(t *testing.T) {
	for _, c := range []struct{ query, text, want string }{
		{"red", `<script>alert("red")</script>`, `&lt;script&gt;alert(&#34;<mark>red</mark>&#34;)&lt;/script&gt;`},
		{"mark", "<mark>mark</mark>", "&lt;<mark>mark</mark>&gt;<mark>mark</mark>&lt;/<mark>mark</mark>&gt;"},
		{"cafe", "Ein Café", "Ein <mark>Café</mark>"},
		{"sho", "Shoes", "<mark>Shoes</mark>"},
		{`"sho"`, "Shoes", "Shoes"},
		{"x", "", ""},
		{"end", strings.Repeat("word ", 100) + "end", "… " + strings.Repeat("word ", 8)[:34] + " <mark>end</mark>"},
		{"none", strings.Repeat("word ", 100), strings.TrimSpace(strings.Repeat("word ", 32)) + " …"},
	} {
		if got := parse(c.query).snippet(c.text); got != c.want {
			t.Errorf("the snippet of %q in %.30q is %q, want %q", c.query, c.text, got, c.want)
		}
	}
}
