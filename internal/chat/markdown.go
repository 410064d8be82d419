package chat

import (
	"bytes"
	"context"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"hubbub/internal/account"
	"hubbub/internal/budget"
)

// Chat's Markdown: emphasis, code, code blocks, links, lists, quotes, and
// mentions. There is no HTML in it, so "<b>" is three characters; no headings
// and images, which shout; and a line break is a line break.
var (
	markdownParser = budget.NewMarkdown(budget.ChatMarkdown, parser.NewParser(
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
	))
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

// parseMarkdown parses a message's text and highlights its code. A text that
// costs too much to parse is a fault; code that does is shown without colours.
func parseMarkdown(ctx context.Context, source string) (markdown, error) {
	raw := []byte(source)
	tree, err := markdownParser.Parse(ctx, "text", raw)
	if err != nil {
		return markdown{}, err
	}
	highlight(ctx, raw, tree)
	return markdown{source: raw, tree: tree}, nil
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
	reg.Register(kindCode, renderCode)
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

// code is a code block that was highlighted already.
type code struct {
	ast.BaseBlock
	html string
}

var kindCode = ast.NewNodeKind("Code")

func (*code) Kind() ast.NodeKind              { return kindCode }
func (*code) IsRaw() bool                     { return true }
func (c *code) Dump(source []byte, level int) { ast.DumpHelper(c, source, level, nil, nil) }

// highlight replaces the code blocks of a tree. All blocks of a message share one
// budget of time.
func highlight(ctx context.Context, source []byte, tree ast.Node) {
	ctx, cancel := context.WithTimeout(ctx, budget.ChatCode.Time)
	defer cancel()
	for _, block := range codeBlocks(tree) {
		highlighted := codeBlock(ctx, string(block.Language(source)), string(block.Lines().Value(source)))
		block.Parent().ReplaceChild(block.Parent(), block, &code{html: highlighted})
	}
}

func codeBlocks(tree ast.Node) (blocks []*ast.FencedCodeBlock) {
	_ = ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if block, ok := n.(*ast.FencedCodeBlock); ok && entering {
			blocks = append(blocks, block)
		}
		return ast.WalkContinue, nil
	})
	return blocks
}

func renderCode(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(n.(*code).html)
	}
	return ast.WalkSkipChildren, nil
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
