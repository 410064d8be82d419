package collab

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"hubbub/internal/collab/yjs"
)

// What stands in a document is people's input, whatever the editor would write:
// the names below are all that is ever shown of it, and links lead only where
// safeLink says.

// Tree returns the document's nodes as they are now; 404 when the person may not
// read it.
func (s *Service) Tree(ctx context.Context, userID, docID int64) ([]yjs.Node, error) {
	if _, err := editionFor(ctx, s.db, docID, userID); err != nil {
		return nil, err
	}
	c, err := readContent(ctx, s.db, docID)
	if err != nil {
		return nil, err
	}
	return treeIn(c.updates...)
}

// View is a document as its page shows it before any script runs.
type View struct {
	Document
	Nodes         []yjs.Node
	Schema, Epoch int
}

// View returns the document to be shown; 404 when the person may not read it.
// One that costs too much to read here has no nodes: the editor reads it.
func (s *Service) View(ctx context.Context, userID, docID int64) (v View, err error) {
	e, err := editionFor(ctx, s.db, docID, userID)
	if err != nil {
		return v, err
	}
	if v.Document, err = s.Document(ctx, userID, docID); err != nil {
		return v, err
	}
	c, err := readContent(ctx, s.db, docID)
	if err != nil {
		return v, err
	}
	v.Schema, v.Epoch = e.schema, c.epoch
	v.Nodes, err = treeIn(c.updates...)
	s.complain("read the document for its page", err)
	return v, nil
}

func treeIn(updates ...[]byte) ([]yjs.Node, error) {
	u, err := yjs.Merge(updates...)
	if err != nil {
		return nil, err
	}
	d, err := yjs.Build(u.Encode(), yjs.DefaultBudget)
	if err != nil {
		return nil, err
	}
	page, err := d.Tree(yjs.Page)
	return page.Children, err
}

// safeLink tells whether a link may be followed: on the web, to write a mail, or
// to a place here.
func safeLink(href string) bool {
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil || href == "" || strings.ContainsAny(href, "\\\x00") {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.Host != ""
	case "mailto":
		return true
	case "":
		return u.Host == ""
	}
	return false
}

func attribute[T any](n yjs.Node, name string) (value T) {
	value, _ = n.Attrs[name].(T)
	return value
}

// level is that of a heading; the page's own title is the first.
func level(n yjs.Node) int {
	return min(max(int(attribute[float64](n, "level")), 1), 6)
}

// span is how many columns or rows a cell takes.
func span(n yjs.Node, name string) int {
	return min(max(int(attribute[float64](n, name)), 1), 100)
}

// listStart is the first number of an ordered list.
func listStart(n yjs.Node) int {
	if start, given := n.Attrs["start"].(float64); given && start >= 0 && start < 1e9 {
		return int(start)
	}
	return 1
}

// language is of a block of code: a word, or nothing.
func language(n yjs.Node) string {
	name := attribute[string](n, "language")
	if len(name) > 30 || strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+#-.", r))
	}) {
		return ""
	}
	return name
}

// picture is where an image lies; "": not where one may be shown from.
func picture(n yjs.Node) string {
	src := attribute[string](n, "src")
	if !safeLink(src) || strings.HasPrefix(strings.ToLower(strings.TrimSpace(src)), "mailto:") {
		return ""
	}
	return src
}

// markNames are the marks that are shown, the outermost first.
var markNames = []string{"link", "highlight", "bold", "italic", "underline", "strike", "subscript", "superscript", "code"}

// marksOf are those of a run.
func marksOf(n yjs.Node) []string {
	var names []string
	for _, name := range markNames {
		if _, has := n.Marks[name]; has && (name != "link" || href(n) != "") {
			names = append(names, name)
		}
	}
	return names
}

// href is where a run's link leads; "": nowhere that it may.
func href(n yjs.Node) string {
	link, _ := n.Marks["link"].(map[string]any)
	to, _ := link["href"].(string)
	if !safeLink(to) {
		return ""
	}
	return to
}

// plainText is all the text in nodes.
func plainText(nodes []yjs.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		b.WriteString(n.Text)
		if n.Type == "hardBreak" {
			b.WriteByte('\n')
		}
		b.WriteString(plainText(n.Children))
	}
	return b.String()
}

func isInline(n yjs.Node) bool {
	return n.IsText() || slices.Contains([]string{"hardBreak", "image", "mention"}, n.Type)
}

// changesInside tells whether a difference is marked in the node, not around it.
func changesInside(n yjs.Node) bool {
	return slices.Contains([]string{"listItem", "taskItem", "tableRow", "tableHeader", "tableCell"}, n.Type)
}
