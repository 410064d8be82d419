package yjs

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Rewrite returns the update by which client changes the page's text to text, the inverse
// of Text(Page), with one line for each block. It is nil if the text is the same. Equal
// blocks at the beginning and the end are not changed. In a changed line only the
// part that differs is replaced, so that marks and other users' carets keep their
// place. The document must have every unit of client.
func (d *Document) Rewrite(client uint64, text string) []byte {
	e := &edit{d: d, w: writer{client: client, clock: d.end(client)}, deletes: DeleteSet{}}
	text = strings.TrimSuffix(strings.ToValidUTF8(text, replacement), "\n")
	e.moveAfter(nil)
	blocks, lines := e.common(d.blocks(), strings.Split(text, "\n"))
	for ; len(blocks) > 0 && len(lines) > 0; blocks, lines = blocks[1:], lines[1:] {
		kept := e.reword(&blocks[0], lines[0])
		e.moveAfter(blocks[0].item)
		if !kept {
			e.remove(blocks[0].item)
			e.paragraphs(lines[:1])
		}
	}
	for i := range blocks {
		e.remove(blocks[i].item)
	}
	e.paragraphs(lines)
	return e.encode()
}

// edit is the state of a Rewrite.
type edit struct {
	d       *Document
	w       writer
	deletes DeleteSet
	at      spot // where new paragraphs are inserted
}

// moveAfter moves the spot after a block, or to the page's beginning if it is nil.
func (e *edit) moveAfter(last *item) {
	page := e.d.root(Page)
	next := page.first
	e.at = spot{parent: Parent{IsRoot: true, Root: Page}}
	if last != nil {
		e.at.left = last.lastID()
		next = last.next
	}
	if next != nil {
		e.at.right = &ID{next.client, next.Clock}
	}
}

func (it *item) lastID() *ID { return &ID{it.client, it.End() - 1} }

func (e *edit) encode() []byte {
	for client, ranges := range e.deletes {
		e.deletes[client] = join(ranges)
	}
	if u := e.w.update(e.deletes); !u.Empty() {
		return u.Encode()
	}
	return nil
}

// block is a child of the page, with its lines in Text.
type block struct {
	item  *item
	lines []string
}

func (d *Document) end(client uint64) uint64 {
	if items := d.items[client]; len(items) > 0 {
		return items[len(items)-1].End()
	}
	return 0
}

func (d *Document) blocks() []block {
	var blocks []block
	d.steps = 0
	for it := d.root(Page).first; it != nil; it = it.next {
		if it.deleted || it.Kind() != Type {
			continue
		}
		text := string(d.text(nil, it.branch, 1))
		blocks = append(blocks, block{it, strings.Split(strings.TrimSuffix(text, "\n"), "\n")})
	}
	return blocks
}

// common returns the blocks and lines without what is equal at the beginning and the end,
// and moves the spot before them.
func (e *edit) common(blocks []block, lines []string) ([]block, []string) {
	for len(blocks) > 0 && hasPrefix(lines, blocks[0].lines) {
		e.moveAfter(blocks[0].item)
		lines = lines[len(blocks[0].lines):]
		blocks = blocks[1:]
	}
	for n := len(blocks); n > 0 && hasSuffix(lines, blocks[n-1].lines); n-- {
		lines = lines[:len(lines)-len(blocks[n-1].lines)]
		blocks = blocks[:n-1]
	}
	return blocks, lines
}

func hasPrefix(lines, prefix []string) bool {
	return len(lines) >= len(prefix) && slices.Equal(lines[:len(prefix)], prefix)
}

func hasSuffix(lines, suffix []string) bool {
	return len(lines) >= len(suffix) && slices.Equal(lines[len(lines)-len(suffix):], suffix)
}

// reword changes the letters of a block that has only one line of text. It reports false
// if the block has something else.
func (e *edit) reword(b *block, line string) bool {
	if len(b.lines) > 1 || b.item.branch.kind != typeElement {
		return false
	}
	text, plain := onlyText(b.item.branch)
	switch {
	case !plain:
		return false
	case text == nil:
		e.fill(b.item, line)
		return true
	}
	old := b.lines[0]
	from := commonPrefix(old, line)
	to := commonSuffix(old[from:], line[from:])
	e.substitute(text, from, len(old)-to, line[from:len(line)-to])
	return true
}

// onlyText returns the only text type in a block, or nil if the block is empty. It reports
// plain as false if the block has something else.
func onlyText(b *branch) (text *branch, plain bool) {
	for it := b.first; it != nil; it = it.next {
		switch {
		case it.deleted:
		case text != nil || it.Kind() != Type || it.branch.kind != typeXMLText:
			return nil, false
		default:
			text = it.branch
		}
	}
	return text, text == nil || text.flat()
}

func (b *branch) flat() bool {
	for it := b.first; it != nil; it = it.next {
		if !it.deleted && (it.Kind() == Embed || it.Kind() == Type) {
			return false
		}
	}
	return true
}

// fill inserts a line into an empty block, after deleted items.
func (e *edit) fill(block *item, line string) {
	at := spot{parent: Parent{Owner: ID{block.client, block.Clock}}}
	for it := block.branch.first; it != nil; it = it.next {
		at.left = it.lastID()
	}
	e.insertLine(at, line)
}

func (e *edit) insertLine(at spot, line string) {
	if line != "" {
		text := e.w.nested(at, typeXMLText, "")
		e.w.text(spot{parent: Parent{Owner: text}}, line)
	}
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) || n > 0 && n < len(b) && !utf8.RuneStart(b[n]) {
		n--
	}
	return n
}

func commonSuffix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for n > 0 && !utf8.RuneStart(a[len(a)-n]) {
		n--
	}
	return n
}

// substitute replaces the bytes from..to of a text.
func (e *edit) substitute(text *branch, from, to int, insert string) {
	at := spot{parent: Parent{Owner: ID{text.owner.client, text.owner.Clock}}}
	offset, placed := 0, false
	for it := text.first; it != nil; it = it.next {
		size := 0
		if !it.deleted && it.Kind() == String {
			size = len(it.content)
		}
		if !placed && offset+size > from {
			at.between(it, units(it.content[:from-offset]))
			placed = true
		}
		if lo, hi := max(from, offset), min(to, offset+size); lo < hi {
			first := it.Clock + units(it.content[:lo-offset])
			e.delete(it.client, first, units(it.content[lo-offset:hi-offset]))
		}
		if offset += size; !placed {
			at.left = it.lastID()
		}
	}
	if insert != "" {
		e.w.text(at, insert)
	}
}

// between moves the spot before the unit n of an item.
func (at *spot) between(it *item, n uint64) {
	if n > 0 {
		at.left = &ID{it.client, it.Clock + n - 1}
	}
	at.right = &ID{it.client, it.Clock + n}
}

func (e *edit) delete(client, clock, n uint64) {
	e.deletes[client] = append(e.deletes[client], Range{clock, n})
}

// remove deletes an item and everything in it.
func (e *edit) remove(it *item) { e.removeAt(it, 0) }

func (e *edit) removeAt(it *item, depth int) {
	if it.deleted || depth > MaxNesting {
		return
	}
	e.delete(it.client, it.Clock, it.Len)
	if it.branch == nil {
		return
	}
	for child := it.branch.first; child != nil; child = child.next {
		e.removeAt(child, depth+1)
	}
	for _, attribute := range it.branch.keys {
		e.removeAt(attribute, depth+1)
	}
}

func (e *edit) paragraphs(lines []string) {
	for _, line := range lines {
		id := e.w.nested(e.at, typeElement, "paragraph")
		e.insertLine(spot{parent: Parent{Owner: id}}, line)
		e.at.left = &id
	}
}
