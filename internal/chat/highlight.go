package chat

import (
	"context"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"

	"hubbub/internal/budget"
)

// languages are the lexers that chat runs. Chroma has 300: two of them never end
// on a character that they do not know, and some take seconds. Each of these is
// tested with hostile code; the code of any other language is shown plain.
var languages = newLanguages(
	"Bash", "Bash Session", "C", "C#", "C++", "Clojure", "CMake", "CSS", "CSV", "Dart", "Diff", "Docker", "Elixir",
	"Erlang", "FSharp", "Go", "GraphQL", "Groovy", "Haskell", "HTML", "INI", "Java", "JavaScript", "JSON",
	"Kotlin", "Lua", "Makefile", "Nginx configuration file", "Nix", "Objective-C", "OCaml", "Perl", "PHP",
	"PostgreSQL SQL dialect", "PowerShell", "Protocol Buffer", "Python", "R", "react", "Ruby", "Rust", "Scala", "SCSS",
	"SQL", "Swift", "Terraform", "TOML", "TypeScript", "XML", "YAML", "Zig",
)

// newLanguages finds lexers as people call them: by name, alias, or the ending of
// a file, in lower case. Chroma's own search takes a second for a long name.
func newLanguages(names ...string) map[string]chroma.Lexer {
	registry := newRegistry(names)
	found := map[string]chroma.Lexer{}
	for _, lexer := range registry.Lexers {
		config := lexer.Config()
		for _, name := range slices.Concat(config.Aliases, []string{config.Name}) {
			found[strings.ToLower(name)] = lexer
		}
	}
	for _, lexer := range registry.Lexers {
		for _, pattern := range lexer.Config().Filenames {
			if ending, simple := strings.CutPrefix(pattern, "*."); simple && found[ending] == nil {
				found[ending] = lexer
			}
		}
	}
	return found
}

// newRegistry has a registry of its own, so that a lexer that runs another one
// inside, as HTML does with JavaScript, gets a timed one, too.
func newRegistry(names []string) *chroma.LexerRegistry {
	registry := chroma.NewLexerRegistry()
	for _, name := range names {
		registry.Register(newTimedLexer(lexers.Get(name).(*chroma.RegexLexer)))
	}
	return registry
}

// newTimedLexer returns a lexer of the same rules that panics when it takes too
// long: it looks at the clock whenever a rule matches. So it ends also where it
// would match an empty string for ever and never return to its caller.
func newTimedLexer(lexer *chroma.RegexLexer) chroma.Lexer {
	return chroma.MustNewLexer(lexer.Config(), func() chroma.Rules {
		rules := lexer.MustRules().Clone()
		for _, state := range rules {
			for i, rule := range state {
				if rule.Pattern == goRawString {
					rule.Type = chroma.LiteralString
				}
				state[i].Type = timedEmitter{rule.Type}
			}
		}
		return rules
	})
}

// goRawString is the one rule of these languages that runs a lexer outside of the
// registry: Go's raw strings as templates.
const goRawString = "(`)([^`]*)(`)"

// timed is a rule's emitter with a clock. Each run of a lexer, also one inside
// another, has its own.
type timedEmitter struct {
	emitter chroma.Emitter // nil: the rule emits nothing
}

type deadlineKey struct{}

var errSlowLexer = errors.New("the lexer takes too long")

func (t timedEmitter) Emit(groups []string, state *chroma.LexerState) chroma.Iterator {
	deadline, started := state.Get(deadlineKey{}).(time.Time)
	if !started {
		deadline = time.Now().Add(budget.ChatCode.Time)
		state.Set(deadlineKey{}, deadline)
	}
	if time.Now().After(deadline) {
		panic(errSlowLexer)
	}
	if t.emitter == nil {
		return chroma.Literator()
	}
	return t.emitter.Emit(groups, state)
}

// highlighting keeps a flood of slow code from taking all cores.
var highlighting = budget.HalfTheCores()

// codeBlock returns the HTML of a block of code, with the few colours that chat
// has, or without when its language is unknown or takes longer than ctx lasts.
func codeBlock(ctx context.Context, language, code string) string {
	label, lexer := "Code", languages[strings.ToLower(language)]
	if lexer != nil {
		label = lexer.Config().Name + " code"
	}
	var out strings.Builder
	out.WriteString(`<pre tabindex="0" aria-label="` + html.EscapeString(label) + `"><code>`)
	for _, t := range tokensOf(ctx, lexer, code) {
		if class := colour(t.Type); class != "" {
			out.WriteString(`<span class="` + class + `">` + html.EscapeString(t.Value) + `</span>`)
		} else {
			out.WriteString(html.EscapeString(t.Value))
		}
	}
	out.WriteString("</code></pre>\n")
	return out.String()
}

func tokensOf(ctx context.Context, lexer chroma.Lexer, code string) []chroma.Token {
	plain := []chroma.Token{{Type: chroma.Text, Value: code}}
	if lexer == nil {
		return plain
	}
	release, err := highlighting.Take(ctx)
	if err != nil {
		return plain
	}
	defer release()
	if tokens, err := lex(ctx, lexer, code); err == nil {
		return tokens
	}
	return plain
}

// lex runs the lexer. Lexers are tables of regular expressions that others wrote:
// whatever one of them panics with, the code can still be shown.
func lex(ctx context.Context, lexer chroma.Lexer, code string) (tokens []chroma.Token, err error) {
	defer func() {
		switch why := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("lex %s: %w", lexer.Config().Name, why)
		default:
			err = fmt.Errorf("lex %s: %v", lexer.Config().Name, why)
		}
	}()
	next, err := lexer.Tokenise(nil, code)
	if err != nil {
		return nil, err
	}
	for t := next(); t != chroma.EOF; t = next() {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		tokens = append(tokens, t)
	}
	return tokens, nil
}

// colour is the class of 05-chat.css for a kind of token; empty: plain.
func colour(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Keyword):
		return "k"
	case t.InCategory(chroma.Comment):
		return "c"
	case t.InSubCategory(chroma.LiteralString):
		return "s"
	case t.InSubCategory(chroma.LiteralNumber):
		return "n"
	case t == chroma.NameFunction || t == chroma.NameBuiltin || t == chroma.NameClass:
		return "f"
	}
	return ""
}
