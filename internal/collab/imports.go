package collab

import (
	"context"
	"reflect"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"hubbub/internal/base/budget"
	"hubbub/internal/base/fault"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
)

// The names of nodes and marks are those of the editor (https://tiptap.dev).

// Import makes a document of Markdown, or of plain text with one paragraph for each line,
// or an empty one if both are empty. A user can run one import at a time; the error of
// a second one is 409.
func (s *Service) Import(
	ctx context.Context, from *hub.Conn, userID int64, d Draft, markdown, plain string,
) (Document, error) {
	if markdown == "" && plain == "" {
		return s.Create(ctx, from, userID, d, nil)
	}
	if _, running := s.importing.LoadOrStore(userID, true); running {
		return Document{}, fault.Conflict("Your last import is still running. Try again when it’s done.")
	}
	defer s.importing.Delete(userID)
	nodes, err := parseImport(ctx, markdown, plain)
	if err != nil {
		return Document{}, err
	}
	return s.Create(ctx, from, userID, d, nodes)
}

// parseImport returns the nodes of Markdown or of plain text, or nil if both are empty. The
// error is a fault if the text costs too much to parse.
func parseImport(ctx context.Context, markdown, plain string) ([]yjs.Node, error) {
	if err := checkContent("markdown", markdown); err != nil {
		return nil, err
	}
	if err := checkContent("text", plain); err != nil {
		return nil, err
	}
	switch {
	case strings.TrimSpace(markdown) != "":
		return fromMarkdown(ctx, markdown)
	case plain != "":
		return fromPlain(ctx, plain)
	}
	return nil, nil
}

func fromPlain(ctx context.Context, plain string) (nodes []yjs.Node, err error) {
	lines := strings.Split(strings.ReplaceAll(plain, "\r\n", "\n"), "\n")
	err = budget.DocumentMarkdown.Run(ctx, "text", len(plain), func(m *budget.Meter) {
		m.Add(len(lines))
		for _, line := range lines {
			nodes = append(nodes, paragraph(textNode(line, nil)...))
		}
	})
	return nodes, err
}

const (
	maxMarks   = 2000 // mark characters in a paragraph: the parser takes 15 ms for them
	maxLeading = 400  // bytes of markers before a line: 200 nested quotes and lists
	maxEscapes = 2000 // escaped "|" in table cells: the parser takes 20 ms for them
)

// tooCostly reports whether one step of the parser would take too long without checking
// its budget. Its time is quadratic in the marks of a paragraph, in the quotes and
// lists around a line, and in the escapes of all tables.
func tooCostly(markdown string) bool {
	if strings.Count(markdown, `\|`) > maxEscapes {
		return true
	}
	for block := range strings.SplitSeq(markdown, "\n\n") {
		if strings.Count(block, "*")+strings.Count(block, "_")+strings.Count(block, "~")+strings.Count(block, "[")+strings.Count(block, "`") > maxMarks {
			return true
		}
	}
	for line := range strings.SplitSeq(markdown, "\n") {
		if len(line)-len(strings.TrimLeft(line, " \t>-*+.)0123456789")) > maxLeading && strings.ContainsAny(line[:maxLeading], ">-*+.)") {
			return true
		}
	}
	return false
}

// checkNesting returns an error if the nodes are nested too deeply to be read.
func checkNesting(nodes []yjs.Node) ([]yjs.Node, error) {
	if !fits(nodes, yjs.MaxNesting-1) { // the text in an element is a type, too
		return nil, fault.Invalid("markdown", "is nested too deeply")
	}
	return nodes, nil
}

func fits(nodes []yjs.Node, levels int) bool {
	for _, n := range nodes {
		if levels == 0 && !n.IsText() || levels > 0 && !fits(n.Children, levels-1) {
			return false
		}
	}
	return true
}

func paragraph(children ...yjs.Node) yjs.Node {
	return yjs.Node{Type: "paragraph", Children: children}
}

// textNode returns a run of text, or nil if the text is empty.
func textNode(text string, marks map[string]any) []yjs.Node {
	if text = strings.ToValidUTF8(text, "\uFFFD"); text == "" {
		return nil
	}
	return []yjs.Node{{Text: text, Marks: marks}}
}

var markdownReader = budget.NewMarkdown(
	budget.DocumentMarkdown, goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser(),
)

func fromMarkdown(ctx context.Context, markdown string) ([]yjs.Node, error) {
	if tooCostly(markdown) {
		return nil, fault.Invalid("markdown", "has too much formatting in one paragraph, table or line")
	}
	source := []byte(strings.ToValidUTF8(markdown, "\uFFFD"))
	tree, err := markdownReader.Parse(ctx, "markdown", source)
	if err != nil {
		return nil, err
	}
	return checkNesting(importer{source}.blocks(tree))
}

type importer struct{ source []byte }

func (i importer) blocks(parent ast.Node) (nodes []yjs.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		nodes = append(nodes, i.block(n)...)
	}
	return nodes
}

func (i importer) block(n ast.Node) []yjs.Node {
	one := func(kind string, attrs map[string]any, children []yjs.Node) []yjs.Node {
		return []yjs.Node{{Type: kind, Attrs: attrs, Children: children}}
	}
	switch n := n.(type) {
	case *ast.Heading:
		return one("heading", map[string]any{"level": float64(min(n.Level, 6))}, i.inlines(n, nil))
	case *ast.Blockquote:
		return one("blockquote", nil, i.nonEmptyBlocks(n))
	case *ast.FencedCodeBlock:
		return one("codeBlock", map[string]any{"language": string(n.Language(i.source))}, textNode(i.lines(n), nil))
	case *ast.CodeBlock:
		return one("codeBlock", nil, textNode(i.lines(n), nil))
	case *ast.ThematicBreak:
		return one("horizontalRule", nil, nil)
	case *ast.List:
		return i.list(n)
	case *east.Table:
		return one("table", nil, i.rows(n))
	case *ast.HTMLBlock:
		return []yjs.Node{paragraph(textNode(i.lines(n), nil)...)}
	case *ast.Paragraph, *ast.TextBlock:
		return []yjs.Node{paragraph(i.inlines(n, nil)...)}
	}
	return i.blocks(n)
}

// nonEmptyBlocks returns the blocks in n, or an empty paragraph if there are none.
func (i importer) nonEmptyBlocks(n ast.Node) []yjs.Node {
	if blocks := i.blocks(n); len(blocks) > 0 {
		return blocks
	}
	return []yjs.Node{paragraph()}
}

func (i importer) lines(n ast.Node) string {
	return strings.TrimSuffix(string(n.Lines().Value(i.source)), "\n")
}

func (i importer) list(n *ast.List) []yjs.Node {
	list := yjs.Node{Type: "bulletList"}
	if n.IsOrdered() {
		list.Type, list.Attrs = "orderedList", map[string]any{"start": float64(n.Start)}
	}
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		child := yjs.Node{Type: "listItem", Children: i.nonEmptyBlocks(item)}
		if box := checkbox(item); box != nil {
			list.Type, list.Attrs = "taskList", nil
			child = yjs.Node{Type: "taskItem", Attrs: map[string]any{"checked": box.IsChecked}, Children: child.Children}
		}
		list.Children = append(list.Children, child)
	}
	if list.Type == "taskList" {
		for j := range list.Children {
			list.Children[j].Type = "taskItem"
		}
	}
	return []yjs.Node{list}
}

func checkbox(item ast.Node) *east.TaskCheckBox {
	if block := item.FirstChild(); block != nil {
		box, _ := block.FirstChild().(*east.TaskCheckBox)
		return box
	}
	return nil
}

func (i importer) rows(table ast.Node) (rows []yjs.Node) {
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		kind := "tableCell"
		if _, header := row.(*east.TableHeader); header {
			kind = "tableHeader"
		}
		r := yjs.Node{Type: "tableRow"}
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			r.Children = append(r.Children, yjs.Node{Type: kind, Children: []yjs.Node{paragraph(i.inlines(cell, nil)...)}})
		}
		rows = append(rows, r)
	}
	return rows
}

func (i importer) inlines(parent ast.Node, marks map[string]any) (nodes []yjs.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		nodes = append(nodes, i.inline(n, marks)...)
	}
	return mergeText(nodes)
}

// mergeText merges adjacent runs with the same marks: the parser splits text wherever
// a mark could begin.
func mergeText(nodes []yjs.Node) (runs []yjs.Node) {
	for len(nodes) > 0 {
		n := 1
		for n < len(nodes) && sameRun(nodes[0], nodes[n]) {
			n++
		}
		run := nodes[0]
		if n > 1 {
			run.Text = plainText(nodes[:n])
		}
		runs, nodes = append(runs, run), nodes[n:]
	}
	return runs
}

func sameRun(a, b yjs.Node) bool {
	return a.IsText() && b.IsText() && reflect.DeepEqual(a.Marks, b.Marks)
}

func (i importer) inline(n ast.Node, marks map[string]any) []yjs.Node {
	switch n := n.(type) {
	case *ast.Text:
		nodes := textNode(i.literal(n, marks), marks)
		switch {
		case n.HardLineBreak():
			nodes = append(nodes, yjs.Node{Type: "hardBreak"})
		case n.SoftLineBreak():
			nodes = append(nodes, textNode(" ", marks)...)
		}
		return nodes
	case *ast.String:
		return textNode(string(n.Value), marks)
	case *ast.CodeSpan:
		return i.inlines(n, withMark(marks, "code", map[string]any{}))
	case *ast.Emphasis:
		mark := "italic"
		if n.Level > 1 {
			mark = "bold"
		}
		return i.inlines(n, withMark(marks, mark, map[string]any{}))
	case *east.Strikethrough:
		return i.inlines(n, withMark(marks, "strike", map[string]any{}))
	case *ast.Link:
		return i.inlines(n, withLink(marks, string(n.Destination)))
	case *ast.AutoLink:
		return textNode(string(n.Label(i.source)), withLink(marks, string(n.URL(i.source))))
	case *ast.Image:
		return i.inlines(n, withLink(marks, string(n.Destination)))
	case *ast.RawHTML:
		return textNode(string(n.Segments.Value(i.source)), marks)
	}
	return i.inlines(n, marks)
}

// literal returns a text with its escapes and entities resolved, except in code.
func (i importer) literal(n *ast.Text, marks map[string]any) string {
	raw := n.Segment.Value(i.source)
	if _, code := marks["code"]; code || n.IsRaw() {
		return string(raw)
	}
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(raw))))
}

// withLink adds a link to the marks if safeLink accepts it.
func withLink(marks map[string]any, href string) map[string]any {
	if !safeLink(href) {
		return marks
	}
	return withMark(marks, "link", map[string]any{"href": href})
}

func withMark(marks map[string]any, name string, value any) map[string]any {
	more := map[string]any{name: value}
	for name, value := range marks {
		more[name] = value
	}
	return more
}
