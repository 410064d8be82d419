package chat

import (
	"bytes"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"hubbub/internal/account"
)

// Chat's Markdown: emphasis, code, code blocks, links, lists, quotes, and
// mentions. There is no HTML in it, so "<b>" is three characters; no headings
// and images, which shout; and a line break is a line break.
var (
	markdownParser = parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(mentionParser{}, 400),
			util.Prioritized(parser.NewEmphasisParser(), 500),
			util.Prioritized(extension.NewStrikethroughParser(), 500),
			util.Prioritized(extension.NewLinkifyParser(), 999),
		),
	)
	markdownRenderer = renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(chatRenderer{}, 100),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(goldhtml.NewRenderer(goldhtml.WithHardWraps()), 1000),
	))
	sanitiser = newSanitiser()
)

// markdown is a text that was parsed and not rendered yet: in between, somebody
// finds out who its mentions name.
type markdown struct {
	source []byte
	tree   ast.Node
}

func parseMarkdown(source string) markdown {
	raw := []byte(source)
	return markdown{source: raw, tree: markdownParser.Parse(text.NewReader(raw))}
}

// Handles returns whom the text mentions, each once, in lower case.
func (md markdown) Handles() []string {
	var handles []string
	seen := map[string]bool{}
	md.mentions(func(m *mention) {
		if !seen[m.handle] {
			seen[m.handle] = true
			handles = append(handles, m.handle)
		}
	})
	return handles
}

// Render returns sanitised HTML. Mentions of the people in known, by handle,
// carry their ids; others are plain text.
func (md markdown) Render(known map[string]int64) string {
	md.mentions(func(m *mention) { m.userID = known[m.handle] })
	var out bytes.Buffer
	err := markdownRenderer.Render(&out, md.source, md.tree)
	clean := strings.TrimSpace(sanitiser.Sanitize(out.String()))
	if err != nil || !showsText.MatchString(tag.ReplaceAllString(clean, "")) {
		return "<p>" + html.EscapeString(string(md.source)) + "</p>"
	}
	return clean
}

var (
	tag       = regexp.MustCompile(`<[^>]*>`)
	showsText = regexp.MustCompile(`\S`) // a text of markup alone, "- ", is shown as it was written
)

func (md markdown) mentions(visit func(*mention)) {
	_ = ast.Walk(md.tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if m, ok := n.(*mention); ok && entering {
			visit(m)
		}
		return ast.WalkContinue, nil
	})
}

// mention is "@sam" in a text.
type mention struct {
	ast.BaseInline
	handle string // lower case
	as     string // as it was written
	userID int64  // 0: nobody has the handle
}

var kindMention = ast.NewNodeKind("Mention")

func (*mention) Kind() ast.NodeKind              { return kindMention }
func (m *mention) Dump(source []byte, level int) { ast.DumpHelper(m, source, level, nil, nil) }

// mentionParser finds @handle where it does not continue a word, as in an address.
type mentionParser struct{}

var handlePattern = regexp.MustCompile(`^@(` + account.HandlePattern + `)`)

func (mentionParser) Trigger() []byte { return []byte{'@'} }

func (mentionParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	if before := block.PrecendingCharacter(); isWord(before) {
		return nil
	}
	line, _ := block.PeekLine()
	found := handlePattern.FindSubmatch(line)
	if found == nil {
		return nil
	}
	block.Advance(len(found[0]))
	return &mention{handle: strings.ToLower(string(found[1])), as: string(found[1])}
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

// chatRenderer renders what chat shows in its own way.
type chatRenderer struct{}

func (r chatRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindMention, renderMention)
	reg.Register(ast.KindFencedCodeBlock, renderCode)
	reg.Register(ast.KindImage, renderImage)
}

func renderMention(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	m := n.(*mention)
	switch {
	case !entering:
	case m.userID == 0:
		_, _ = w.WriteString("@" + m.as)
	default:
		_, _ = w.WriteString(`<span class="mention" data-user="` + strconv.FormatInt(m.userID, 10) + `">@` + m.as + `</span>`)
	}
	return ast.WalkContinue, nil
}

// renderImage shows what an image's Markdown says, and loads nothing.
func renderImage(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	image := n.(*ast.Image)
	if entering {
		_, _ = w.WriteString(`<a href="` + html.EscapeString(string(util.URLEscape(image.Destination, true))) + `">`)
	} else {
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

// renderCode highlights a code block in the few colours that chat has.
func renderCode(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	block := n.(*ast.FencedCodeBlock)
	var code strings.Builder
	for i := range block.Lines().Len() {
		line := block.Lines().At(i)
		code.Write(line.Value(source))
	}
	lexer, label := lexers.Get(string(block.Language(source))), "Code"
	if lexer != nil {
		label = lexer.Config().Name + " code"
	}
	_, _ = w.WriteString(`<pre tabindex="0" aria-label="` + html.EscapeString(label) + `"><code>`)
	highlight(w, lexer, code.String())
	_, _ = w.WriteString("</code></pre>\n")
	return ast.WalkSkipChildren, nil
}

func highlight(w util.BufWriter, lexer chroma.Lexer, code string) {
	tokens := chroma.Literator(chroma.Token{Type: chroma.Text, Value: code})
	if lexer != nil {
		if lexed, err := lexer.Tokenise(nil, code); err == nil {
			tokens = lexed
		}
	}
	for t := tokens(); t != chroma.EOF; t = tokens() {
		if class := colour(t.Type); class != "" {
			_, _ = w.WriteString(`<span class="` + class + `">` + html.EscapeString(t.Value) + `</span>`)
		} else {
			_, _ = w.WriteString(html.EscapeString(t.Value))
		}
	}
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

// newSanitiser allows what the renderer writes and nothing else: the second
// wall, should the first have a hole.
func newSanitiser() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "em", "strong", "del", "code", "pre", "ul", "ol", "li", "blockquote", "span")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(mention|[kcsnf])$`)).OnElements("span")
	p.AllowAttrs("data-user").Matching(bluemonday.Integer).OnElements("span")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("pre")
	p.AllowAttrs("aria-label").OnElements("pre")
	p.AllowAttrs("href").OnElements("a")
	p.AllowStandardURLs()
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}
