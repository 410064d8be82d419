package yjs

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Page is the root type that has the document of ProseMirror's editors.
const Page = "prosemirror"

// Seed returns the first update of a new page: one empty paragraph of client 0. The bytes
// must never change, so that a page that is seeded twice has one paragraph.
func Seed() []byte { return Import(0, []Node{{Type: "paragraph"}}) }

// Import returns an update that inserts the nodes into a new page. It uses only Type, Attrs,
// Text, Marks and Children; an attribute may be nil, a bool, a number or a string.
func Import(client uint64, nodes []Node) []byte {
	w := &writer{client: client}
	w.elements(Parent{IsRoot: true, Root: Page}, nodes)
	return w.update(nil).Encode()
}

// writer makes the structs of one client.
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

// spot is a place between two units, or in an empty parent if both are nil.
type spot struct {
	left, right *ID
	parent      Parent
}

// insert inserts a struct and returns the ID of its last unit.
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

// elements inserts nodes into an empty parent. Adjacent runs of text share a text type, as
// in y-prosemirror.
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

// runs inserts runs of text, each with its marks opened before and closed after it.
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
		text = []byte("null") // a mark that JSON cannot encode is dropped
	}
	id := w.insert(at, Format, 1, appendText(appendText(nil, key), text))
	return &id
}
