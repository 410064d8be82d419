package chat

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"

	"hubbub/internal/budget"
)

const (
	renderingAtMost = 5 * time.Second // on a busy machine; an idle one takes 100 ms
	cutOff          = 20 * time.Millisecond
	memoryAtMost    = 256 << 20 // bytes that one rendering allocates
)

// hostileCode is code of 2,000 code points that makes lexers backtrack, nest, or
// not go on.
func hostileCode() []string {
	var bodies []string
	for _, unit := range []string{
		"é", "\n", " ", "0", "a", `"`, "'", "`", "(", ")", "[", "]", "{", "}",
		"<", "/", "*", "\\", "#", "$", "%", "&", ";", ":",
		",", ".", "-", "=", "!", "?", "@", "|",
		"~", "😀", "\u200b", "/*", "<!--", "${", "{{", "\\\"", "a=", "f(", "<script>",
		"<?php ", "<<EOF\n", "- a: ", "r#\"", "begin ", "template<", "\t@a\n", "\r\n",
	} {
		bodies = append(bodies, strings.Repeat(unit, 2000/len([]rune(unit))))
	}
	nested := strings.Repeat("({[<", 250) + strings.Repeat(">]})", 250)
	return append(bodies, nested, "\né\n", `"`+strings.Repeat("\\é", 900))
}

// Most of the code is cut off, so that the test takes half a minute: what matters
// is that the lexers end then.
func TestHighlightingEndsForHostileCodeOfEachLanguage(t *testing.T) {
	for _, lexer := range distinct(languages) {
		t.Run(lexer.Config().Name, func(t *testing.T) {
			t.Parallel()
			for _, body := range hostileCode() {
				ctx, cancel := context.WithTimeout(t.Context(), cutOff)
				defer cancel()
				began := time.Now()
				_, err := lex(ctx, lexer, body)
				if took := time.Since(began); took > renderingAtMost {
					t.Errorf("%.40q took %v", body, took)
				}
				if err != nil && ctx.Err() == nil && !errors.Is(err, errSlowLexer) {
					t.Errorf("%.40q: %v", body, err)
				}
			}
		})
	}
}

// distinct are the lexers, each once.
func distinct(languages map[string]chroma.Lexer) map[string]chroma.Lexer {
	lexers := map[string]chroma.Lexer{}
	for _, lexer := range languages {
		lexers[lexer.Config().Name] = lexer
	}
	return lexers
}

func TestHighlightingFindsLanguagesAsPeopleCallThem(t *testing.T) {
	for name, want := range map[string]string{
		"go": "Go", "Golang": "Go", "js": "JavaScript", "TS": "TypeScript", "py": "Python",
		"rs": "Rust", "rb": "Ruby", "kt": "Kotlin",
		"c++": "C++", "cs": "C#", "sh": "Bash", "zsh": "Bash",
		"yml": "YAML", "jsx": "react", "tf": "Terraform", "dockerfile": "Docker",
		"sql": "SQL", "postgres": "PostgreSQL SQL dialect", "jsonc": "JSON", "make": "Makefile", "h": "C",
	} {
		if lexer := languages[strings.ToLower(name)]; lexer == nil || lexer.Config().Name != want {
			t.Errorf("%s is not %s", name, want)
		}
	}
}

func TestHighlightingEndsALexerThatNeverEnds(t *testing.T) {
	for _, name := range []string{"jsonata", "jungle"} {
		lexer := newTimedLexer(lexers.Get(name).(*chroma.RegexLexer))
		began := time.Now()
		if _, err := lex(t.Context(), lexer, "\né\n"); err == nil {
			t.Errorf("%s ended by itself: the test needs another lexer", name)
		}
		if took := time.Since(began); took > renderingAtMost {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func TestHighlightingShowsOtherLanguagesPlain(t *testing.T) {
	long := strings.Repeat("x", 1900)
	for _, name := range []string{"jsonata", "jungle", "cfengine3", "desktop", "nonsense", "", long} {
		const want = "<pre tabindex=\"0\" aria-label=\"Code\"><code>é = 1\n</code></pre>"
		if got := rendered(t, "```"+name+"\né = 1\n```"); got != want {
			t.Errorf("%.20q: %s", name, got)
		}
	}
}

func TestHighlightingShowsCodePlainWhenTheTimeIsUp(t *testing.T) {
	release, err := highlighting.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for len(highlighting) < cap(highlighting) {
		more, err := highlighting.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer more()
	}
	defer release()
	const want = `<pre tabindex="0" aria-label="Go code"><code>var x` + "\n</code></pre>"
	if got := rendered(t, "```go\nvar x\n```"); got != want {
		t.Errorf("without a slot the code is %s", got)
	}
}

func TestHighlightingKeepsTheCodeWhole(t *testing.T) {
	for _, lexer := range distinct(languages) {
		for _, body := range []string{"a = `b` \"c\" // é\n", "<p>\n\t{x}\n</p>", "\r\n\r\n"} {
			tokens, err := lex(t.Context(), lexer, body)
			if err != nil {
				t.Errorf("%s: %v", lexer.Config().Name, err)
			}
			want := strings.TrimSuffix(strings.ReplaceAll(body, "\r\n", "\n"), "\n")
			if got := strings.TrimSuffix(chroma.Stringify(tokens...), "\n"); got != want {
				t.Errorf("%s: %q became %q", lexer.Config().Name, want, got)
			}
		}
	}
}

// hostileMessages are messages of 2,000 code points that are costly to parse.
func hostileMessages() []string {
	var messages []string
	for _, unit := range []string{
		"[", "]", "[a](", "![", "*", "_", "**a", "~~", "`", "` ", "<", "<a@b", "> ", "- ", "1. ",
		">", "- \n", "*a_", "[a]: <", "[a][",
		"@sam ", "@a", "http://a ", "www.a.b ", "a@b.c ", "\n", " \n", "> \n",
		"```\n", "~~~go\n", "\\", "\\*", "&amp;", "(", "((", "<!--",
		"|a", "|a\n", "|-", "|a|a\n|-|-\n|b\n", "_a*b~c`d[", "a\n- ", "😀", "é",
	} {
		messages = append(messages, strings.Repeat(unit, 2000/len([]rune(unit))))
	}
	for _, body := range hostileCode() {
		for _, language := range []string{"jsonata", "jungle", "c"} {
			message := []rune("```" + language + "\n" + body)
			messages = append(messages, string(message[:min(len(message), 1996)])+"\n```")
		}
	}
	many := strings.Repeat("```c\n\n\n\n```\n", 2000/13)
	links := strings.Repeat("[", 1000) + strings.Repeat("](a)", 250)
	return append(messages, many, links, strings.Repeat("> ", 500)+strings.Repeat("*a", 500))
}

func TestMarkdownEndsForHostileMessages(t *testing.T) {
	for _, message := range hostileMessages() {
		if err := checkText(message); err != nil {
			continue // it is refused before it is parsed
		}
		took, memory := measured(func() { rendered(t, message) })
		if took > renderingAtMost || memory > memoryAtMost {
			t.Errorf("%.40q took %v and %d MB", message, took, memory>>20)
		}
	}
}

// measured returns what the call cost.
func measured(call func()) (took time.Duration, allocated uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	call()
	took = time.Since(began)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

func TestMarkdownPastItsBudgetIsAFault(t *testing.T) {
	if _, err := parseMarkdown(t.Context(), strings.Repeat("a", budget.ChatMarkdown.Bytes+1)); err == nil {
		t.Error("a text of too many bytes is parsed")
	}
}
