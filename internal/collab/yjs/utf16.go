package yjs

// Yjs counts text as JavaScript does: in UTF-16 units. A rune of four bytes in
// UTF-8 is two of them (a surrogate pair), any other is one.

func units(text []byte) uint64 {
	var n uint64
	for _, b := range text {
		n += startUnits(b)
	}
	return n
}

// startUnits returns the units of the rune that begins with this byte, or 0 for a byte
// inside a rune.
func startUnits(b byte) uint64 {
	switch {
	case b >= 0xf0:
		return 2
	case b < 0x80 || b >= 0xc0:
		return 1
	}
	return 0
}

const replacement = "\xef\xbf\xbd" // U+FFFD

// cutText splits a text after n units. A surrogate pair that is split becomes U+FFFD on
// both sides, as in yjs, so that both parts keep their length.
func cutText(text []byte, n uint64) (left, right []byte) {
	i := 0
	for ; i < len(text) && n > 0; i++ {
		u := startUnits(text[i])
		if u > n {
			left = append(append(left, text[:i]...), replacement...)
			return left, append([]byte(replacement), text[i+4:]...)
		}
		n -= u
	}
	for i < len(text) && startUnits(text[i]) == 0 {
		i++
	}
	return text[:i:i], text[i:]
}
