package yjs

// The kinds of nested types, as on the wire.
const (
	typeArray = iota
	typeMap
	typeText
	typeElement // has a name
	typeFragment
	typeHook // has a name
	typeXMLText
)

// content checks the content of a struct and stores its bytes.
func (r *reader) content(s *Struct) error {
	switch s.Kind() {
	case Deleted:
		n, err := r.uint()
		s.Len = n
		return err
	case String:
		text, err := r.text()
		s.Len, s.content = units(text), text
		return err
	case JSON:
		return r.list(s, r.legacyJSON)
	case Any:
		return r.list(s, func() error { return r.skipAny(0) })
	}
	s.Len = 1
	from := r.at
	err := r.single(s.Kind())
	s.content = r.in[from:r.at:r.at]
	return err
}

func (r *reader) list(s *Struct, value func() error) error {
	n, err := r.count(1)
	if err != nil {
		return err
	}
	s.Len = uint64(n)
	from := r.at
	for range n {
		if err := value(); err != nil {
			return err
		}
	}
	s.content = r.in[from:r.at:r.at]
	return nil
}

// legacyJSON checks a value of JSON, or "undefined".
func (r *reader) legacyJSON() error {
	b, err := r.text()
	if err == nil && string(b) != "undefined" && !validJSON(b) {
		return ErrJSON
	}
	return err
}

// single checks content that is always one unit long.
func (r *reader) single(kind Kind) error {
	var err error
	switch kind {
	case Binary:
		_, err = r.bytes()
	case Embed:
		_, err = r.json()
	case Format:
		if _, err = r.text(); err == nil {
			_, err = r.json()
		}
	case Type:
		err = r.nestedType()
	case SubDoc:
		err = r.subDoc()
	default:
		err = ErrTag
	}
	return err
}

func (r *reader) nestedType() error {
	kind, err := r.uint()
	switch {
	case err != nil:
		return err
	case kind > typeXMLText:
		return ErrTag
	case kind == typeElement || kind == typeHook:
		_, err = r.text()
	}
	return err
}

// subDoc checks a guid and options. yjs reads fields of the options, so they must be an object.
func (r *reader) subDoc() error {
	if _, err := r.text(); err != nil {
		return err
	}
	if r.left() > 0 && r.in[r.at] != anyObject {
		return ErrTag
	}
	return r.skipAny(0)
}
