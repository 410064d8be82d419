package collab

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"hubbub/internal/base/budget"
	"hubbub/internal/collab/yjs"
)

// The content of a document is untrusted input, whatever the editor would write: pages
// show only the nodes, attributes and marks named below, and only links that safeLink
// accepts.

// View is a document as its page shows it before a script runs.
type View struct {
	Document
	Nodes         []yjs.Node
	Cut           bool // Nodes are only the beginning: the document is too large for a page
	Schema, Epoch int
}

// View returns the document for its page; the error is 404 if the user may not read it. If
// it is too large, the view has only the beginning, or no nodes.
func (s *Service) View(ctx context.Context, userID, docID int64) (v View, err error) {
	e, err := editionFor(ctx, s.db, docID, userID)
	if err != nil {
		return v, err
	}
	if v.Document, err = s.Document(ctx, userID, docID); err != nil {
		return v, err
	}
	v.Schema, v.Epoch = e.schema, e.epoch
	c, err := readContent(ctx, s.db, docID)
	if err != nil {
		v.Cut = true
		return v, ignoreTooLarge(err)
	}
	v.Nodes, v.Cut, err = readStart(ctx, budget.DocumentPage, c.updates...)
	if err != nil {
		v.Cut = true
		s.logError("read the document for its page", err)
	}
	return v, nil
}

// currentStart returns the document's current nodes from the beginning, as many as the
// limit allows, and reports whether there are more. The caller has checked the rights.
func (s *Service) currentStart(
	ctx context.Context, docID int64, most budget.Limit,
) (nodes []yjs.Node, cut bool, err error) {
	c, err := readContent(ctx, s.db, docID)
	if err != nil {
		return nil, false, err
	}
	return readStart(ctx, most, c.updates...)
}

// buildSlots bounds how many large documents are built at the same time: one may take
// 0.5 GB of memory.
var buildSlots = make(budget.Slots, 2)

const largeState = 1 << 20 // bytes from which a document is large: a long book

// withBuilt builds a document and calls use with it.
func withBuilt(ctx context.Context, updates [][]byte, use func(*yjs.Document) error) error {
	if sizeOf(updates) > largeState {
		release, err := buildSlots.Take(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	u, err := yjs.Merge(updates...)
	if err != nil {
		return asTooLarge(err)
	}
	d, err := yjs.Build(u.Encode(), yjs.DefaultBudget)
	if err != nil {
		return asTooLarge(err)
	}
	return asTooLarge(use(d))
}

// asTooLarge returns errTooLarge for a budget error of package yjs, and other errors
// unchanged.
func asTooLarge(err error) error {
	if isTooLarge(err) {
		return errTooLarge()
	}
	return err
}

func sizeOf(updates [][]byte) (n int) {
	for _, u := range updates {
		n += len(u)
	}
	return n
}

// readTree returns all nodes of a document.
func readTree(ctx context.Context, updates ...[]byte) (nodes []yjs.Node, err error) {
	err = withBuilt(ctx, updates, func(d *yjs.Document) error {
		page, err := d.Tree(yjs.Page)
		nodes = page.Children
		return err
	})
	return nodes, err
}

// readStart returns nodes from the beginning of a document, as many as the limit allows,
// and reports whether there are more.
func readStart(ctx context.Context, most budget.Limit, updates ...[]byte) (nodes []yjs.Node, cut bool, err error) {
	err = withBuilt(ctx, updates, func(d *yjs.Document) error {
		page, whole, err := d.Start(yjs.Page, most.Nodes, most.Bytes)
		nodes, cut = page.Children, !whole
		return err
	})
	return nodes, cut, err
}

// safeLink reports whether a page may show the link: http, https, mailto, or a path on
// this site.
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

// level returns the level of a heading, 1 to 6.
func level(n yjs.Node) int {
	return min(max(int(attribute[float64](n, "level")), 1), 6)
}

// span returns how many columns or rows a cell takes, 1 to 100.
func span(n yjs.Node, name string) int {
	return min(max(int(attribute[float64](n, name)), 1), 100)
}

// listStart returns the first number of an ordered list.
func listStart(n yjs.Node) int {
	if start, given := n.Attrs["start"].(float64); given && start >= 0 && start < 1e9 {
		return int(start)
	}
	return 1
}

// language returns the language of a code block, or "" if it is not a plain word.
func language(n yjs.Node) string {
	name := attribute[string](n, "language")
	if len(name) > 30 || strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+#-.", r))
	}) {
		return ""
	}
	return name
}

// picture returns the URL of an image, or "" if a page may not show it.
func picture(n yjs.Node) string {
	src := attribute[string](n, "src")
	if !safeLink(src) || strings.HasPrefix(strings.ToLower(strings.TrimSpace(src)), "mailto:") {
		return ""
	}
	return src
}

// markNames are the marks that pages show, the outermost first.
var markNames = []string{"link", "highlight", "bold", "italic", "underline", "strike", "subscript", "superscript", "code"}

// marksOf returns the marks of a run that pages show, the outermost first.
func marksOf(n yjs.Node) []string {
	var names []string
	for _, name := range markNames {
		if _, has := n.Marks[name]; has && (name != "link" || href(n) != "") {
			names = append(names, name)
		}
	}
	return names
}

// href returns the URL of a run's link, or "" if a page may not show it.
func href(n yjs.Node) string {
	link, _ := n.Marks["link"].(map[string]any)
	to, _ := link["href"].(string)
	if !safeLink(to) {
		return ""
	}
	return to
}

// plainText returns all text in the nodes.
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

// changesInside reports whether the page marks a change inside the node instead of around it.
func changesInside(n yjs.Node) bool {
	return slices.Contains([]string{"listItem", "taskItem", "tableRow", "tableHeader", "tableCell"}, n.Type)
}
