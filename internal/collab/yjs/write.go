package yjs

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Page is the root type in which ProseMirror's editors keep their document.
const Page = "prosemirror"

// Seed is how a new page begins: one empty paragraph of client 0. The bytes are
// the same for ever, so that a page seeded twice still has one paragraph.
func Seed() []byte { return Import(0, []Node{{Type: "paragraph"}}) }

// Import makes a new page of nodes. Only Type, Attrs, Text, Marks and Children
// count; an attribute may be nil, a bool, a number or a string.
func Import(client uint64, nodes []Node) []byte {
	w := &writer{client: client}
	w.elements(Parent{IsRoot: true, Root: Page}, nodes)
	return w.update(nil).Encode()
}

// writer inserts as one client. It knows what it wrote; what else there is, it is told.
type writer struct {
	client, clock uint64
	structs       []Struct
}

func (w *writer) update(deletes DeleteSet) *Update {
	u := &Update{Deletes: deletes}
	if len(w.structs) > 0 {
		u.Clients = []Block{{w.client, w.structs}}
	}
	return u
}

// spot is between two units; without either, parent says where.
type spot struct {
	left, right *ID
	parent      Parent
}

// insert returns the id of the last unit inserted.
func (w *writer) insert(at spot, kind Kind, units uint64, content []byte) ID {
	s := Struct{Clock: w.clock, Len: units, info: byte(kind), content: content}
	if at.left != nil {
		s.info |= hasOrigin
		s.Origin = *at.left
	}
	if at.right != nil {
		s.info |= hasRight
		s.Right = *at.right
	}
	if at.left == nil && at.right == nil {
		s.Parent = &at.parent
		if at.parent.Keyed {
			s.info |= hasKey
		}
	}
	w.structs = append(w.structs, s)
	w.clock += units
	return ID{w.client, w.clock - 1}
}

func (w *writer) text(at spot, text string) ID {
	content := []byte(strings.ToValidUTF8(text, replacement))
	return w.insert(at, String, units(content), content)
}

func (w *writer) nested(at spot, kind uint64, name string) ID {
	content := appendUint(nil, kind)
	if kind == typeElement {
		content = appendText(content, name)
	}
	return w.insert(at, Type, 1, content)
}

// elements writes nodes into an empty parent; runs of text that follow each
// other share a text type, as y-prosemirror has it.
func (w *writer) elements(parent Parent, nodes []Node) {
	at := spot{parent: parent}
	for len(nodes) > 0 {
		runs := 0
		for runs < len(nodes) && nodes[runs].IsText() {
			runs++
		}
		var id ID
		if runs > 0 {
			id = w.nested(at, typeXMLText, "")
			w.runs(Parent{Owner: id}, nodes[:runs])
		} else {
			id = w.element(at, &nodes[0])
		}
		at.left = &id
		nodes = nodes[max(runs, 1):]
	}
}

func (w *writer) element(at spot, n *Node) ID {
	id := w.nested(at, typeElement, n.Type)
	for _, key := range slices.Sorted(maps.Keys(n.Attrs)) {
		w.insert(spot{parent: Parent{Owner: id, Key: key, Keyed: true}}, Any, 1, appendAny(nil, n.Attrs[key]))
	}
	w.elements(Parent{Owner: id}, n.Children)
	return id
}

// runs writes texts, each with its marks opened before and closed after it.
func (w *writer) runs(parent Parent, runs []Node) {
	at := spot{parent: parent}
	for _, run := range runs {
		keys := slices.Sorted(maps.Keys(run.Marks))
		for _, key := range keys {
			at.left = w.mark(at, key, run.Marks[key])
		}
		id := w.text(at, run.Text)
		at.left = &id
		for _, key := range keys {
			at.left = w.mark(at, key, nil)
		}
	}
}

func (w *writer) mark(at spot, key string, value any) *ID {
	text, err := json.Marshal(value)
	if err != nil {
		text = []byte("null") // a mark that JSON cannot hold is no mark
	}
	id := w.insert(at, Format, 1, appendText(appendText(nil, key), text))
	return &id
}
