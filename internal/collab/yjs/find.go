package yjs

import "bytes"

// Find returns the first and the last unit of a text. It finds only text in a single
// struct, such as a run in an update of Import.
func (u *Update) Find(text string) (first, last ID, found bool) {
	for _, block := range u.Clients {
		for i := range block.Structs {
			s := &block.Structs[i]
			if at := bytes.Index(s.content, []byte(text)); s.Kind() == String && at >= 0 {
				clock := s.Clock + units(s.content[:at])
				return ID{block.Client, clock}, ID{block.Client, clock + units([]byte(text)) - 1}, true
			}
		}
	}
	return ID{}, ID{}, false
}
