package collab

import (
	"bytes"
	"context"
	"html"
	"regexp"
	"strconv"
	"strings"

	"hubbub/internal/base/budget"
	"hubbub/internal/base/fault"
	"hubbub/internal/collab/yjs"
)

// File is a document in an export format.
type File struct {
	Name, Type string
	Bytes      []byte
}

// Export returns the document as a file: md, the default, html or text. The error is 404 if
// the user may not read it. If it is too large, md and html are 413, and text is not.
func (s *Service) Export(ctx context.Context, userID, docID int64, format string) (File, error) {
	d, err := s.Document(ctx, userID, docID)
	if err != nil {
		return File{}, err
	}
	name := fileName(d.Title)
	switch format {
	case "", "md":
		nodes, err := s.wholeTree(ctx, docID)
		return File{name + ".md", "text/markdown; charset=utf-8", []byte(toMarkdown(nodes))}, err
	case "html":
		nodes, err := s.wholeTree(ctx, docID)
		if err != nil {
			return File{}, err
		}
		page, err := toHTML(ctx, d.Title, nodes)
		return File{name + ".html", "text/html; charset=utf-8", page}, err
	case "text":
		text, err := s.text(ctx, docID)
		return File{name + ".txt", "text/plain; charset=utf-8", []byte(text + "\n")}, err
	}
	return File{}, fault.Invalid("format", "must be md, html or text")
}

func (s *Service) wholeTree(ctx context.Context, docID int64) ([]yjs.Node, error) {
	nodes, cut, err := s.currentStart(ctx, docID, budget.DocumentExport)
	if err == nil && cut {
		return nil, errTooLarge()
	}
	return nodes, err
}

var unfit = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// fileName makes a file name of a title, of characters that every system allows.
func fileName(title string) string {
	if name := strings.Trim(unfit.ReplaceAllString(title, "-"), "-."); name != "" {
		return name
	}
	return "document"
}

func toHTML(ctx context.Context, title string, nodes []yjs.Node) ([]byte, error) {
	var page bytes.Buffer
	title = html.EscapeString(title)
	page.WriteString("<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>" + title + "</title></head><body>\n")
	err := Reading(nodes).Render(ctx, &page)
	page.WriteString("\n</body></html>\n")
	return page.Bytes(), err
}

// toMarkdown writes CommonMark with GitHub's tables, task lists and strikethrough.
func toMarkdown(nodes []yjs.Node) string {
	if blocks := blocksOf(nodes); blocks != "" {
		return blocks + "\n"
	}
	return ""
}

func blocksOf(nodes []yjs.Node) string {
	var blocks []string
	for len(nodes) > 0 {
		inline := 0
		for inline < len(nodes) && isInline(nodes[inline]) {
			inline++
		}
		if inline > 0 {
			blocks = append(blocks, inlinesOf(nodes[:inline]))
		} else if block := blockOf(nodes[0]); block != "" {
			blocks = append(blocks, block)
		}
		nodes = nodes[max(inline, 1):]
	}
	return strings.Join(blocks, "\n\n")
}

func blockOf(n yjs.Node) string {
	switch n.Type {
	case "paragraph":
		return startOf(inlinesOf(n.Children))
	case "heading":
		return strings.Repeat("#", level(n)) + " " + strings.ReplaceAll(inlinesOf(n.Children), "\\\n", " ")
	case "blockquote":
		return indent(blocksOf(n.Children), "> ", "> ")
	case "codeBlock":
		return fencedCode(n)
	case "horizontalRule":
		return "---"
	case "bulletList", "orderedList", "taskList":
		return listOf(n)
	case "table":
		return tableOf(n)
	}
	return blocksOf(n.Children)
}

// startOf escapes the beginning of a paragraph that would be a list, heading or quote.
func startOf(line string) string {
	if mark := strings.IndexFunc(line, func(r rune) bool { return r < '0' || r > '9' }); mark > 0 && strings.ContainsRune(".)", rune(line[mark])) {
		return line[:mark] + "\\" + line[mark:]
	}
	if line != "" && strings.ContainsRune("#>+-=", rune(line[0])) {
		return "\\" + line
	}
	return line
}

func indent(text, first, rest string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		lines[i] = strings.TrimRight(prefix+lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func fencedCode(n yjs.Node) string {
	code, fence := plainText(n.Children), "```"
	for strings.Contains(code, fence) {
		fence += "`"
	}
	return fence + language(n) + "\n" + code + "\n" + fence
}

func listOf(n yjs.Node) string {
	var items []string
	for i, item := range n.Children {
		marker := "- "
		switch n.Type {
		case "orderedList":
			marker = strconv.Itoa(listStart(n)+i) + ". "
		case "taskList":
			marker = "- [ ] "
			if attribute[bool](item, "checked") {
				marker = "- [x] "
			}
		}
		margin := strings.Repeat(" ", len(marker))
		if n.Type == "taskList" {
			margin = "  "
		}
		items = append(items, indent(itemOf(item.Children), marker, margin))
	}
	return strings.Join(items, "\n")
}

// itemOf writes a list item. A list in it follows without an empty line, so that the outer
// list stays tight.
func itemOf(nodes []yjs.Node) string {
	if len(nodes) == 2 && nodes[0].Type == "paragraph" && strings.HasSuffix(nodes[1].Type, "List") {
		return blockOf(nodes[0]) + "\n" + blockOf(nodes[1])
	}
	return blocksOf(nodes)
}

func tableOf(n yjs.Node) string {
	var rows []string
	for i, row := range n.Children {
		line := "|"
		for _, cell := range row.Children {
			text := strings.ReplaceAll(blocksOf(cell.Children), "|", "\\|")
			line += " " + strings.Join(strings.Fields(text), " ") + " |"
		}
		if rows = append(rows, line); i == 0 {
			rows = append(rows, "|"+strings.Repeat(" --- |", len(row.Children)))
		}
	}
	return strings.Join(rows, "\n")
}

func inlinesOf(nodes []yjs.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		switch {
		case n.IsText():
			b.WriteString(runOf(n))
		case n.Type == "hardBreak":
			b.WriteString("\\\n")
		case n.Type == "image":
			if src := picture(n); src != "" {
				b.WriteString("![" + escape(attribute[string](n, "alt")) + "](<" + src + ">)")
			}
		default:
			b.WriteString(inlinesOf(n.Children))
		}
	}
	return b.String()
}

var wraps = map[string][2]string{
	"bold": {"**", "**"}, "italic": {"*", "*"}, "strike": {"~~", "~~"},
}

// runOf writes a run. The spaces at its ends are outside of its marks, as Markdown
// requires.
func runOf(n yjs.Node) string {
	marks := marksOf(n)
	inner := strings.TrimSpace(n.Text)
	if inner == "" {
		return n.Text
	}
	start := strings.Index(n.Text, inner)
	before, after := n.Text[:start], n.Text[start+len(inner):]
	text := escape(inner)
	for i := len(marks) - 1; i >= 0; i-- {
		switch mark := marks[i]; mark {
		case "code":
			text = codeOf(inner)
		case "link":
			text = "[" + text + "](<" + strings.NewReplacer("<", "%3C", ">", "%3E").Replace(href(n)) + ">)"
		default:
			text = wraps[mark][0] + text + wraps[mark][1]
		}
	}
	return before + text + after
}

func codeOf(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

var escaper = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, "~", `\~`, "&", `\&`)

func escape(text string) string { return escaper.Replace(text) }
