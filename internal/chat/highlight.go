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

	"hubbub/internal/base/budget"
)

// languages are the lexers that chat uses, by the names that users give them. Of Chroma's 300 lexers two never end on
// a character that they do not know, and some take seconds. Each of these here is tested with hostile code; code in any
// other language is shown without colours.
var languages = newLanguages(
	"Bash", "Bash Session", "C", "C#", "C++", "Clojure", "CMake", "CSS", "CSV", "Dart", "Diff", "Docker", "Elixir",
	"Erlang", "FSharp", "Go", "GraphQL", "Groovy", "Haskell", "HTML", "INI", "Java", "JavaScript", "JSON",
	"Kotlin", "Lua", "Makefile", "Nginx configuration file", "Nix", "Objective-C", "OCaml", "Perl", "PHP",
	"PostgreSQL SQL dialect", "PowerShell", "Protocol Buffer", "Python", "R", "react", "Ruby", "Rust", "Scala", "SCSS",
	"SQL", "Swift", "Terraform", "TOML", "TypeScript", "XML", "YAML", "Zig",
)

// newLanguages returns the lexers by name, alias and file extension, in lower case. Chroma's own search takes a second
// for a long name.
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
			if extension, ok := strings.CutPrefix(pattern, "*."); ok && found[extension] == nil {
				found[extension] = lexer
			}
		}
	}
	return found
}

// newRegistry returns a registry of timed lexers. Lexers look up in it the lexers that they run inside, as HTML does
// for JavaScript, so these are timed, too.
func newRegistry(names []string) *chroma.LexerRegistry {
	registry := chroma.NewLexerRegistry()
	for _, name := range names {
		registry.Register(newTimedLexer(lexers.Get(name).(*chroma.RegexLexer)))
	}
	return registry
}

// newTimedLexer returns a lexer with the same rules that panics with errSlowLexer after budget.ChatCode.Time. It looks
// at the clock whenever a rule matches, so it ends even if the lexer matches the empty string endlessly and never
// returns to its caller.
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

// goRawString is the pattern of the only rule of these languages that runs a lexer outside of the registry: it lexes
// Go's raw strings as templates.
const goRawString = "(`)([^`]*)(`)"

// timedEmitter is a rule's emitter that checks the deadline of the lexer's run. Each run has its own deadline, also one
// inside another.
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

// highlighting limits how many code blocks are highlighted at the same time, so that slow code cannot take all cores.
var highlighting = budget.HalfTheCores()

// codeBlock returns the HTML of a code block. It has no colours if the language is unknown or highlighting is not done
// before the deadline of ctx.
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

// lex runs the lexer and returns a panic in it as an error: lexers are third-party tables of regular expressions, and
// without their tokens the code can still be shown.
func lex(ctx context.Context, lexer chroma.Lexer, code string) (tokens []chroma.Token, err error) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("lex %s: %w", lexer.Config().Name, cause)
		default:
			err = fmt.Errorf("lex %s: %v", lexer.Config().Name, cause)
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

// colour returns the class in web/static/chat/chat.css for a type of token, or "" for plain text.
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
