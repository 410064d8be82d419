package yjs

// ID names one unit of content for ever: the Clock-th that Client inserted.
type ID struct{ Client, Clock uint64 }

// Kind says what a struct holds: the low five bits of its first byte.
type Kind byte

// The kinds of content, numbered as on the wire.
const (
	GC      Kind = iota // nothing but a length: content and place are forgotten
	Deleted             // a length; the place is known
	JSON                // values of yjs before 13
	Binary
	String
	Embed  // an object within text
	Format // a mark begins or ends
	Type   // a nested list, map, text or element
	Any    // values
	SubDoc
	skip // a hole; never in memory, where clocks tell of holes
)

// The upper bits of a struct's first byte.
const (
	hasOrigin = 0x80
	hasRight  = 0x40
	hasKey    = 0x20
)

// Struct is a run of units that one client inserted in one go.
type Struct struct {
	Clock, Len uint64
	Origin     ID // the unit that stood to the left when this was inserted
	Right      ID // the unit that stood to the right

	// Parent is where the struct stands; nil if that is to be copied from a neighbour.
	Parent *Parent

	// content is as on the wire, but without the leading length of strings and
	// lists, so that cutting a struct copies nothing.
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

// Kind of the content.
func (s *Struct) Kind() Kind { return Kind(s.info & 31) }

// End is the clock after the last unit.
func (s *Struct) End() uint64 { return s.Clock + s.Len }

// HasOrigin tells whether Origin counts.
func (s *Struct) HasOrigin() bool { return s.info&hasOrigin != 0 }

// HasRight tells whether Right counts.
func (s *Struct) HasRight() bool { return s.info&hasRight != 0 }

func (s *Struct) setKind(kind Kind, content []byte) {
	s.info = s.info&^31 | byte(kind)
	s.content = content
}

// split cuts a struct of client after n of its units, 0 < n < Len. The right
// part was inserted right of the left one, so it needs no parent of its own.
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
				_ = r.skipAny(0) // was checked when it was decoded
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
