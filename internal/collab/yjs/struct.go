package yjs

// ID is the permanent identity of one unit of content: the client that inserted it, and
// how many units that client had inserted before.
type ID struct{ Client, Clock uint64 }

// Kind is the kind of a struct's content: the low five bits of its first byte.
type Kind byte

// The kinds of content, numbered as in the format.
const (
	GC      Kind = iota // a length only: content and place are dropped
	Deleted             // a length only, with a place
	JSON                // values of yjs before 13
	Binary
	String
	Embed  // an object within text
	Format // a mark begins or ends
	Type   // a nested list, map, text or element
	Any    // values
	SubDoc
	skip // a hole; in memory, a hole is a difference of clocks
)

// The upper bits of a struct's first byte.
const (
	hasOrigin = 0x80
	hasRight  = 0x40
	hasKey    = 0x20
)

// Struct is a run of units that one client inserted at once.
type Struct struct {
	Clock, Len uint64
	Origin     ID // the unit to the left when this was inserted
	Right      ID // the unit to the right when this was inserted

	// Parent is the place of the struct, or nil if it is that of its neighbour.
	Parent *Parent

	// content is as in the format, but without the leading length of strings and
	// lists, so that splitting a struct copies nothing.
	content []byte
	info    byte
}

// Parent is a place in the tree: a root by its name, or the type in an item.
type Parent struct {
	Root  string
	Owner ID // when IsRoot is false
	Key   string

	IsRoot, Keyed bool // Keyed: an entry of a map, or an attribute
}

// Kind returns the kind of the content.
func (s *Struct) Kind() Kind { return Kind(s.info & 31) }

// End returns the clock after the last unit.
func (s *Struct) End() uint64 { return s.Clock + s.Len }

// HasOrigin reports whether the struct has an Origin.
func (s *Struct) HasOrigin() bool { return s.info&hasOrigin != 0 }

// HasRight reports whether the struct has a Right.
func (s *Struct) HasRight() bool { return s.info&hasRight != 0 }

func (s *Struct) setKind(kind Kind, content []byte) {
	s.info = s.info&^31 | byte(kind)
	s.content = content
}

// split splits a struct of client after n of its units, 0 < n < Len. The origin of the
// right part is the last unit of the left one, so it needs no parent.
func (s *Struct) split(client, n uint64) (left, right Struct) {
	left, right = *s, *s
	left.Len, right.Len = n, s.Len-n
	right.Clock += n
	if s.Kind() == GC {
		return left, right
	}
	right.info |= hasOrigin
	right.Origin = ID{client, right.Clock - 1}
	right.Parent = nil
	left.content, right.content = s.cutContent(n)
	return left, right
}

func (s *Struct) cutContent(n uint64) (left, right []byte) {
	switch s.Kind() {
	case String:
		return cutText(s.content, n)
	case JSON, Any:
		r := reader{in: s.content}
		for range n {
			if s.Kind() == Any {
				_ = r.skipAny(0) // Decode has checked it
			} else {
				_, _ = r.bytes()
			}
		}
		return s.content[:r.at:r.at], s.content[r.at:]
	}
	return nil, nil
}

func (s *Struct) append(b []byte) []byte {
	b = append(b, s.info)
	if s.Kind() == GC {
		return appendUint(b, s.Len)
	}
	if s.HasOrigin() {
		b = appendID(b, s.Origin)
	}
	if s.HasRight() {
		b = appendID(b, s.Right)
	}
	if s.Parent != nil {
		b = s.Parent.append(b)
	}
	switch s.Kind() {
	case Deleted:
		return appendUint(b, s.Len)
	case String:
		return appendText(b, s.content)
	case JSON, Any:
		b = appendUint(b, s.Len)
	}
	return append(b, s.content...)
}

func (p *Parent) append(b []byte) []byte {
	if p.IsRoot {
		b = appendText(append(b, 1), p.Root)
	} else {
		b = appendID(append(b, 0), p.Owner)
	}
	if p.Keyed {
		b = appendText(b, p.Key)
	}
	return b
}
