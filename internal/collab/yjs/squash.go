package yjs

// Squash joins adjacent structs that would be one if they had been inserted at once. That
// needs no document: integrating both at once is a valid order. Values are never
// joined, because they may be two entries of one map.
func (u *Update) Squash() {
	for i := range u.Clients {
		u.Clients[i].squash()
	}
}

func (block *Block) squash() {
	in, out := block.Structs, block.Structs[:0]
	for i := 0; i < len(in); {
		run := 1
		for i+run < len(in) && canJoin(block.Client, &in[i+run-1], &in[i+run]) {
			run++
		}
		out = append(out, joinRun(in[i:i+run]))
		i += run
	}
	block.Structs = out
}

func canJoin(client uint64, a, b *Struct) bool {
	if a.Kind() != b.Kind() || a.End() != b.Clock {
		return false
	}
	switch a.Kind() {
	case GC:
		return true
	case String:
		// an entry of a map replaces the one before instead of continuing it
		if (a.info|b.info)&hasKey != 0 {
			return false
		}
	case Deleted:
	default:
		return false
	}
	return b.HasOrigin() && b.Origin == ID{client, b.Clock - 1} && a.HasRight() == b.HasRight() && a.Right == b.Right
}

// joinRun joins the structs of a run. It copies the text once: joining pairs is quadratic.
func joinRun(run []Struct) Struct {
	s := run[0]
	if len(run) == 1 {
		return s
	}
	s.Len = run[len(run)-1].End() - s.Clock
	if s.Kind() == String {
		s.content = joinText(run)
	}
	return s
}

func joinText(run []Struct) []byte {
	n := 0
	for i := range run {
		n += len(run[i].content)
	}
	text := make([]byte, 0, n)
	for i := range run {
		text = append(text, run[i].content...)
	}
	return text
}
