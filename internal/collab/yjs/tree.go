package yjs

import (
	"encoding/json"
	"maps"
	"strings"
)

const (
	maxMarks = 32 // open at one place; further marks are not read
	markCost = 4  // steps for copying a mark, which takes longer than visiting an item
)

// Node is a part of a document, similar to ProseMirror's JSON: an element, a run of text
// with its marks, or a value. Its content is untrusted input: a page has to allow
// attributes one by one.
type Node struct {
	Type     string         // an element's name; "" for text, values and nested lists
	Attrs    map[string]any // attributes, or the entries of a map; a nested type is a *Node
	Text     string         // a run of text
	Marks    map[string]any // the formats of a run; nil: none
	Value    any            // an embed, or a value of an array
	Children []Node
}

// IsText reports whether the node is a run of text.
func (n *Node) IsText() bool { return n.Text != "" }

// Tree returns the nodes of a root type, in document order. The text types inside an
// element are not nodes: their runs are the element's children. A missing root is an
// empty node. Past the budget the error is ErrBudget.
func (d *Document) Tree(root string) (Node, error) {
	d.steps = 0
	b := d.roots[root]
	if b == nil {
		return Node{}, nil
	}
	n := d.node(b, 0)
	return n, d.overBudget()
}

// Start is Tree bounded to the beginning, by a number of nodes and of bytes of text. It
// reports whether that is the whole tree.
func (d *Document) Start(root string, nodes, bytes int) (n Node, whole bool, err error) {
	d.limit = treeLimit{bounded: true, nodes: nodes, bytes: bytes}
	defer func() { d.limit = treeLimit{} }()
	n, err = d.Tree(root)
	return n, !d.limit.full(), err
}

// treeLimit is how much more may be added to a tree.
type treeLimit struct {
	bounded      bool
	nodes, bytes int
}

func (r *treeLimit) full() bool { return r.bounded && (r.nodes < 0 || r.bytes < 0) }

// spend counts a node, or an attribute, and its bytes.
func (r *treeLimit) spend(bytes int) {
	r.nodes--
	r.bytes -= bytes
}

// cut returns as much of a text as the limit allows.
func (r *treeLimit) cut(text []byte) string {
	if !r.bounded || len(text) <= r.bytes {
		return string(text)
	}
	return strings.ToValidUTF8(string(text[:max(r.bytes, 0)]), "")
}

func (d *Document) node(b *branch, depth int) Node {
	n := Node{Type: b.name}
	if depth > MaxNesting {
		return n
	}
	for key, it := range b.keys {
		if it.deleted || d.limit.full() {
			continue
		}
		d.limit.spend(len(it.content))
		if n.Attrs == nil {
			n.Attrs = map[string]any{}
		}
		n.Attrs[key] = d.last(it, depth)
	}
	n.Children = d.children(b, depth)
	return n
}

func (d *Document) children(b *branch, depth int) []Node {
	l := list{d: d}
	for it := b.first; it != nil && d.step(1) && !d.limit.full(); it = it.next {
		if !it.deleted {
			l.add(it, depth)
		}
	}
	l.flush()
	return l.nodes
}

// list collects the child nodes of a type.
type list struct {
	d      *Document
	nodes  []Node
	marks  map[string]any // open here; cloned before a change if it is shared
	run    []byte         // text under the same marks
	shared bool           // marks is in use by a node
	sizes  map[string]int // bytes of the values of marks
}

// markBytes returns the bytes of the open marks, which each run repeats.
func (l *list) markBytes() (n int) {
	for _, size := range l.sizes {
		n += size
	}
	return n
}

func (l *list) add(it *item, depth int) {
	switch it.Kind() {
	case String:
		l.run = append(l.run, it.content...)
	case Format:
		l.flush()
		l.format(it.content)
	case Type:
		l.flush()
		l.d.limit.spend(0)
		if it.branch.kind == typeXMLText {
			l.nodes = append(l.nodes, l.d.node(it.branch, depth+1).Children...)
			return
		}
		l.nodes = append(l.nodes, l.d.node(it.branch, depth+1))
	default:
		l.flush()
		for _, value := range l.d.values(it, depth) {
			l.d.limit.spend(len(it.content) + l.markBytes())
			n := Node{Value: value}
			if it.Kind() == Embed {
				n.Marks = l.current()
			}
			l.nodes = append(l.nodes, n)
		}
	}
}

func (l *list) flush() {
	if len(l.run) > 0 {
		l.nodes = append(l.nodes, Node{Text: l.d.limit.cut(l.run), Marks: l.current()})
		l.d.limit.spend(len(l.run) + l.markBytes())
		l.run = l.run[:0]
	}
}

func (l *list) current() map[string]any {
	if len(l.marks) == 0 {
		return nil
	}
	l.shared = true
	return l.marks
}

// format opens a mark, or closes it if the value is null.
func (l *list) format(content []byte) {
	r := reader{in: content}
	key, _ := r.string()
	text, _ := r.bytes()
	var value any
	_ = json.Unmarshal(text, &value) // Decode has checked it
	if l.shared {
		l.d.step(markCost * len(l.marks))
		l.marks, l.shared = maps.Clone(l.marks), false
	}
	if value == nil {
		delete(l.marks, key)
		delete(l.sizes, key)
		return
	}
	if l.marks == nil {
		l.marks, l.sizes = map[string]any{}, map[string]int{}
	}
	if _, open := l.marks[key]; open || len(l.marks) < maxMarks {
		l.marks[key] = value
		l.sizes[key] = len(text)
	}
}

func (d *Document) last(it *item, depth int) any {
	if values := d.values(it, depth); len(values) > 0 {
		return values[len(values)-1]
	}
	return nil
}

func (d *Document) values(it *item, depth int) []any {
	r := reader{in: it.content}
	switch it.Kind() {
	case Type:
		n := d.node(it.branch, depth+1)
		return []any{&n}
	case Embed:
		return []any{r.legacy()}
	case Binary:
		b, _ := r.bytes()
		return []any{b}
	case SubDoc:
		guid, _ := r.string()
		return []any{guid}
	case String:
		return []any{string(it.content)}
	case Any:
		return repeatValue(it.Len, r.any)
	case JSON:
		return repeatValue(it.Len, r.legacy)
	}
	return nil
}

func repeatValue(n uint64, value func() any) []any {
	values := make([]any, 0, n)
	for range n {
		values = append(values, value())
	}
	return values
}

// legacy decodes a value of JSON; undefined is nil.
func (r *reader) legacy() any {
	text, _ := r.bytes()
	var value any
	_ = json.Unmarshal(text, &value)
	return value
}
