package collab

import (
	"reflect"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/fault"
)

// The names are those of the editor's nodes and marks (https://tiptap.dev).

// imported are the nodes that a new document begins with: of Markdown, or of a
// text, a line a paragraph. Of neither: none.
func imported(markdown, plain string) ([]yjs.Node, error) {
	if err := checkContent("markdown", markdown); err != nil {
		return nil, err
	}
	if err := checkContent("text", plain); err != nil {
		return nil, err
	}
	if strings.TrimSpace(markdown) != "" {
		if intricate(markdown) {
			return nil, fault.Invalid("markdown", "has too many marks in one paragraph or before one line")
		}
		return shallow(fromMarkdown(markdown))
	}
	if plain == "" {
		return nil, nil
	}
	var nodes []yjs.Node
	for line := range strings.SplitSeq(strings.ReplaceAll(plain, "\r\n", "\n"), "\n") {
		nodes = append(nodes, paragraph(textNode(line, nil)...))
	}
	return nodes, nil
}

const (
	maxMarks   = 2000 // in a paragraph: the parser takes 15 ms for them
	maxLeading = 400  // bytes before a line: two hundred quotes and lists in each other
)

// intricate tells whether the parser would take long: its time grows with the
// square of a paragraph's marks, and of the quotes and lists around a line.
func intricate(markdown string) bool {
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

// shallow refuses nodes that nobody would read.
func shallow(nodes []yjs.Node) ([]yjs.Node, error) {
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

// textNode is nothing for no text.
func textNode(text string, marks map[string]any) []yjs.Node {
	if text = strings.ToValidUTF8(text, "\uFFFD"); text == "" {
		return nil
	}
	return []yjs.Node{{Text: text, Marks: marks}}
}

var markdownReader = goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()

func fromMarkdown(markdown string) []yjs.Node {
	source := []byte(strings.ToValidUTF8(markdown, "\uFFFD"))
	i := importer{source}
	return i.blocks(markdownReader.Parse(text.NewReader(source)))
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
		return one("blockquote", nil, i.filled(n))
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

// filled are blocks, at least one: what must not be empty.
func (i importer) filled(n ast.Node) []yjs.Node {
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
		child := yjs.Node{Type: "listItem", Children: i.filled(item)}
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
		for _, node := range i.inline(n, marks) {
			nodes = joined(nodes, node)
		}
	}
	return nodes
}

// joined appends a node; a text goes on in the one before it if their marks are
// the same. The parser cuts them wherever something might have begun.
func joined(nodes []yjs.Node, next yjs.Node) []yjs.Node {
	if last := len(nodes) - 1; last >= 0 && next.IsText() && nodes[last].IsText() && reflect.DeepEqual(nodes[last].Marks, next.Marks) {
		nodes[last].Text += next.Text
		return nodes
	}
	return append(nodes, next)
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
		return i.inlines(n, with(marks, "code", map[string]any{}))
	case *ast.Emphasis:
		mark := "italic"
		if n.Level > 1 {
			mark = "bold"
		}
		return i.inlines(n, with(marks, mark, map[string]any{}))
	case *east.Strikethrough:
		return i.inlines(n, with(marks, "strike", map[string]any{}))
	case *ast.Link:
		return i.inlines(n, linked(marks, string(n.Destination)))
	case *ast.AutoLink:
		return textNode(string(n.Label(i.source)), linked(marks, string(n.URL(i.source))))
	case *ast.Image:
		return i.inlines(n, linked(marks, string(n.Destination)))
	case *ast.RawHTML:
		return textNode(string(n.Segments.Value(i.source)), marks)
	}
	return i.inlines(n, marks)
}

// literal is a text as it is meant: without escapes, but in code.
func (i importer) literal(n *ast.Text, marks map[string]any) string {
	raw := n.Segment.Value(i.source)
	if _, code := marks["code"]; code || n.IsRaw() {
		return string(raw)
	}
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(raw))))
}

// linked marks a link, unless it leads where none may.
func linked(marks map[string]any, href string) map[string]any {
	if !safeLink(href) {
		return marks
	}
	return with(marks, "link", map[string]any{"href": href})
}

func with(marks map[string]any, name string, value any) map[string]any {
	more := map[string]any{name: value}
	for name, value := range marks {
		more[name] = value
	}
	return more
}
