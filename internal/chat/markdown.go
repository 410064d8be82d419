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
	"hubbub/internal/base/budget"
)

// Chat's Markdown has emphasis, code, code blocks, links, lists, quotes and mentions. It has no HTML, so "<b>" is shown
// as these three characters, and no headings or images, which would dominate the log. A line break stays a line break.
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

// markdown is a parsed text. Between Handles and Render the caller looks up the mentioned users.
type markdown struct {
	source []byte
	tree   ast.Node
}

// parseMarkdown parses a message's text and highlights its code. It returns a fault if the text costs more to parse
// than budget.ChatMarkdown; code that costs more than budget.ChatCode is shown without colours.
func parseMarkdown(ctx context.Context, source string) (markdown, error) {
	raw := []byte(source)
	tree, err := markdownParser.Parse(ctx, "text", raw)
	if err != nil {
		return markdown{}, err
	}
	highlight(ctx, raw, tree)
	return markdown{source: raw, tree: tree}, nil
}

// Handles returns the handles that the text mentions, each once, in lower case.
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

// Render returns the text as sanitised HTML. users are the ids of mentioned users by handle; a mention of one of them
// is a span with the id, another one is plain text. Text that shows nothing when rendered is returned as it was
// written.
func (md markdown) Render(users map[string]int64) string {
	md.mentions(func(m *mention) { m.userID = users[m.handle] })
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
	showsText = regexp.MustCompile(`\S`) // false of a text of markup alone, such as "- "
)

// mentions calls visit for each mention in the text, in their order.
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
	userID int64  // 0: no user has the handle
}

var kindMention = ast.NewNodeKind("Mention")

func (*mention) Kind() ast.NodeKind              { return kindMention }
func (m *mention) Dump(source []byte, level int) { ast.DumpHelper(m, source, level, nil, nil) }

// mentionParser parses @handle, unless it continues a word, as in an email address.
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

// chatRenderer renders the nodes that chat renders differently from goldmark.
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

// renderImage renders an image as a link to it, so that a page loads nothing from elsewhere.
func renderImage(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	image := n.(*ast.Image)
	if entering {
		_, _ = w.WriteString(`<a href="` + html.EscapeString(string(util.URLEscape(image.Destination, true))) + `">`)
	} else {
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

// code is a highlighted code block.
type code struct {
	ast.BaseBlock
	html string
}

var kindCode = ast.NewNodeKind("Code")

func (*code) Kind() ast.NodeKind              { return kindCode }
func (*code) IsRaw() bool                     { return true }
func (c *code) Dump(source []byte, level int) { ast.DumpHelper(c, source, level, nil, nil) }

// highlight replaces the code blocks of the tree by highlighted ones. All blocks of a message share one time budget.
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

// newSanitiser returns a policy that allows what the renderer writes and nothing else: a second line of defence, in
// case the renderer has a bug.
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
