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

	"hubbub/internal/base/budget"
	"hubbub/internal/testkit"
)

const (
	// maxRendering is for one message. It takes 100 ms on an idle machine; without a limit, hostile code never ends.
	maxRendering = testkit.Timeout
	lexTimeout   = 20 * time.Millisecond
	maxMemory    = 256 << 20 // bytes that one rendering allocates
)

// hostileCode returns code of about 2,000 code points that makes lexers backtrack, nest, or not advance.
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

// Most lexers reach lexTimeout, which keeps the test at half a minute. It checks that they end then.
func TestHighlightingEndsForHostileCode(t *testing.T) {
	for _, lexer := range distinct(languages) {
		t.Run(lexer.Config().Name, func(t *testing.T) {
			t.Parallel()
			for _, body := range hostileCode() {
				ctx, cancel := context.WithTimeout(t.Context(), lexTimeout)
				defer cancel()
				began := time.Now()
				_, err := lex(ctx, lexer, body)
				if took := time.Since(began); took > maxRendering {
					t.Errorf("%.40q took %v", body, took)
				}
				if err != nil && ctx.Err() == nil && !errors.Is(err, errSlowLexer) {
					t.Errorf("%.40q: %v", body, err)
				}
			}
		})
	}
}

// distinct returns the lexers by their own name, each once.
func distinct(languages map[string]chroma.Lexer) map[string]chroma.Lexer {
	lexers := map[string]chroma.Lexer{}
	for _, lexer := range languages {
		lexers[lexer.Config().Name] = lexer
	}
	return lexers
}

func TestHighlightingFindsLanguagesByCommonNames(t *testing.T) {
	for name, want := range map[string]string{
		"go": "Go", "Golang": "Go", "js": "JavaScript", "TS": "TypeScript", "py": "Python",
		"rs": "Rust", "rb": "Ruby", "kt": "Kotlin",
		"c++": "C++", "cs": "C#", "sh": "Bash", "zsh": "Bash",
		"yml": "YAML", "jsx": "react", "tf": "Terraform", "dockerfile": "Docker",
		"sql": "SQL", "postgres": "PostgreSQL SQL dialect", "jsonc": "JSON", "make": "Makefile", "h": "C",
	} {
		if lexer := languages[strings.ToLower(name)]; lexer == nil || lexer.Config().Name != want {
			t.Errorf("the lexer of %q is not %s", name, want)
		}
	}
}

func TestHighlightingStopsEndlessLexer(t *testing.T) {
	for _, name := range []string{"jsonata", "jungle"} {
		lexer := newTimedLexer(lexers.Get(name).(*chroma.RegexLexer))
		began := time.Now()
		if _, err := lex(t.Context(), lexer, "\né\n"); err == nil {
			t.Errorf("%s returned no error: the test needs another lexer", name)
		}
		if took := time.Since(began); took > maxRendering {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func TestHighlightingShowsUnknownLanguagesPlain(t *testing.T) {
	long := strings.Repeat("x", 1900)
	for _, name := range []string{"jsonata", "jungle", "cfengine3", "desktop", "nonsense", "", long} {
		const want = "<pre tabindex=\"0\" aria-label=\"Code\"><code>é = 1\n</code></pre>"
		if got := rendered(t, "```"+name+"\né = 1\n```"); got != want {
			t.Errorf("%.20q: %s", name, got)
		}
	}
}

func TestHighlightingShowsCodePlainWithoutSlot(t *testing.T) {
	release, err := highlighting.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for len(highlighting) < cap(highlighting) {
		releaseNext, err := highlighting.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer releaseNext()
	}
	defer release()
	const want = `<pre tabindex="0" aria-label="Go code"><code>var x` + "\n</code></pre>"
	if got := rendered(t, "```go\nvar x\n```"); got != want {
		t.Errorf("without a slot the code is %s, want %s", got, want)
	}
}

func TestHighlightingKeepsAllCode(t *testing.T) {
	for _, lexer := range distinct(languages) {
		for _, body := range []string{"a = `b` \"c\" // é\n", "<p>\n\t{x}\n</p>", "\r\n\r\n"} {
			var tokens []chroma.Token
			testkit.Eventually(t, lexer.Config().Name+" is fast enough", testkit.Timeout, func() (ok bool) {
				var err error
				tokens, err = lex(t.Context(), lexer, body)
				return err == nil // on a busy machine it runs out of time
			})
			want := strings.TrimSuffix(strings.ReplaceAll(body, "\r\n", "\n"), "\n")
			if got := strings.TrimSuffix(chroma.Stringify(tokens...), "\n"); got != want {
				t.Errorf("%s: %q became %q", lexer.Config().Name, want, got)
			}
		}
	}
}

// hostileMessages returns messages of about 2,000 code points that are costly to parse.
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
			continue // Send refuses it before it is parsed
		}
		took, memory := measured(func() { renderedInTime(t, message) })
		if took > maxRendering || memory > maxMemory {
			t.Errorf("%.40q took %v and %d MB", message, took, memory>>20)
		}
	}
}

// measured returns the time that the call takes and the bytes that it allocates.
func measured(call func()) (took time.Duration, allocated uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	call()
	took = time.Since(began)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

func TestMarkdownOverBudgetIsAFault(t *testing.T) {
	if _, err := parseMarkdown(t.Context(), strings.Repeat("a", budget.ChatMarkdown.Bytes+1)); err == nil {
		t.Error("a text of too many bytes is parsed, want a fault")
	}
}
