package budget

import (
	"bytes"
	"context"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Markdown is a goldmark parser that runs under a limit.
type Markdown struct {
	limit  Limit
	parser parser.Parser
}

// NewMarkdown adds the Meter's hooks to the parser. The caller must no longer use
// the parser directly: without a Meter it panics.
func NewMarkdown(limit Limit, p parser.Parser) Markdown {
	p.AddOptions(
		parser.WithBlockParsers(util.Prioritized(lineClock{}, first)),
		parser.WithInlineParsers(util.Prioritized(inlineClock{}, first)),
		parser.WithParagraphTransformers(util.Prioritized(cellCounter{}, first)),
	)
	return Markdown{limit, p}
}

const first = -1 // before goldmark's own parsers, whose priorities start at 0

// Parse returns the syntax tree of the source, or a fault that names the field.
func (md Markdown) Parse(ctx context.Context, field string, source []byte) (tree ast.Node, err error) {
	err = md.limit.Run(ctx, field, len(source), func(m *Meter) {
		pc := parser.NewContext()
		pc.Set(meterKey, m)
		parsed := md.parser.Parse(text.NewReader(source), parser.WithContext(pc))
		countNodes(m, parsed)
		tree = parsed
	})
	return tree, err
}

func countNodes(m *Meter, tree ast.Node) {
	_ = ast.Walk(tree, func(_ ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			m.Add(1)
		}
		return ast.WalkContinue, nil
	})
}

var meterKey = parser.NewContextKey()

func meterOf(pc parser.Context) *Meter { return pc.Get(meterKey).(*Meter) }

// lineClock is a block parser that opens no block and ticks the Meter. Goldmark
// calls it at each line of each container.
type lineClock struct{}

func (lineClock) Trigger() []byte { return nil } // any line

func (lineClock) Open(_ ast.Node, _ text.Reader, pc parser.Context) (ast.Node, parser.State) {
	meterOf(pc).Tick()
	return nil, parser.NoChildren
}

func (lineClock) Continue(ast.Node, text.Reader, parser.Context) parser.State { return parser.Close }
func (lineClock) Close(ast.Node, text.Reader, parser.Context)                 {}
func (lineClock) CanInterruptParagraph() bool                                 { return true }
func (lineClock) CanAcceptIndentedLine() bool                                 { return true }

// inlineClock is an inline parser that finds nothing and ticks the Meter. Goldmark
// calls it, before the others, at each byte at which one of them may begin.
type inlineClock struct{}

func (inlineClock) Trigger() []byte { return []byte("`!*_[]<~( ") }

func (inlineClock) Parse(_ ast.Node, _ text.Reader, pc parser.Context) ast.Node {
	meterOf(pc).Tick()
	return nil
}

// cellCounter counts the cells of a paragraph that may become a table. It may count
// too many, because not every such paragraph becomes one.
type cellCounter struct{}

func (cellCounter) Transform(paragraph *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines, cells := paragraph.Lines(), 0
	for i := 1; i < lines.Len(); i++ {
		delimiter := lines.At(i)
		if line := delimiter.Value(reader.Source()); delimitsTable(line) {
			columns := bytes.Count(line, []byte("|")) + 1
			rows := lines.Len() - i // includes the header, not the delimiter
			cells = max(cells, columns*rows)
		}
	}
	meterOf(pc).Add(cells)
}

// delimitsTable reports whether the line may be the one below a table's header.
func delimitsTable(line []byte) bool {
	return bytes.Contains(line, []byte("-")) && len(bytes.Trim(line, " \t\r\n\v\f|:-")) == 0
}
