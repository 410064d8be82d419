package emoji

import "slices"

// Is reports whether s is one emoji and nothing else.
func Is(s string) bool {
	_, found := slices.BinarySearch(table[:], s)
	return found
}
