package yjs

// Text returns the text of a root type, for search and previews: one line for each
// block of text, each ended by "\n"; an empty paragraph is an empty line. Past the budget
// the error is ErrBudget.
func (d *Document) Text(root string) (string, error) {
	d.steps = 0
	b := d.roots[root]
	if b == nil {
		return "", nil
	}
	text := d.text(nil, b, 0)
	return string(text), d.overBudget()
}

func (d *Document) text(out []byte, b *branch, depth int) []byte {
	if depth > MaxNesting {
		return out
	}
	for it := b.first; it != nil && d.step(1); it = it.next {
		switch {
		case it.deleted:
		case it.Kind() == String:
			out = append(out, it.content...)
		case it.Kind() == Type:
			from := len(out)
			out = d.text(out, it.branch, depth+1)
			if it.branch.kind == typeElement && (len(out) == from || out[len(out)-1] != '\n') {
				out = append(out, '\n')
			}
		}
	}
	return out
}
