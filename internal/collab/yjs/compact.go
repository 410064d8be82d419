package yjs

import "maps"

// Compact makes one small update of a whole document's updates. To any Yjs client it is
// the same document, without the content of what was deleted. It keeps that content if
// the result would be larger without it, as when every second letter is deleted.
func Compact(updates ...[]byte) ([]byte, error) {
	u, err := Merge(updates...)
	if err != nil {
		return nil, err
	}
	u.Squash()
	kept := u.Encode()
	u.Collect()
	u.Squash()
	if collected := u.Encode(); len(collected) <= len(kept) {
		return collected, nil
	}
	return kept, nil
}

// Verify returns nil if compacted can replace original: it decodes, has no gap, has the
// same state vector and deletions, and has the same text under each of the roots.
func Verify(original, compacted []byte, budget int, roots ...string) error {
	a, err := Decode(original)
	if err != nil {
		return err
	}
	b, err := Decode(compacted)
	if err != nil {
		return err
	}
	if _, gap := b.Gap(nil); gap {
		return ErrGap
	}
	if !a.Deletes.Equal(b.Deletes) || !maps.Equal(a.StateVector(), b.StateVector()) {
		return ErrDiffers
	}
	return sameText(original, compacted, budget, roots)
}

func sameText(original, compacted []byte, budget int, roots []string) error {
	a, err := Build(original, budget)
	if err != nil {
		return err
	}
	b, err := Build(compacted, budget)
	if err != nil {
		return err
	}
	for _, root := range roots {
		before, err := a.Text(root)
		if err != nil {
			return err
		}
		after, err := b.Text(root)
		if err != nil {
			return err
		}
		if before != after {
			return ErrDiffers
		}
	}
	return nil
}
