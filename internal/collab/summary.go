package collab

import (
	"hubbub/internal/collab/yjs"
)

// summary is what a node keeps of an open document in order to accept edits: the
// state vector, the deletions, the depths of the units and the owners of the
// clients. It takes tens of kilobytes for a long document, without the cached bytes
// of the document itself.
type summary struct {
	seq     int64
	epoch   int
	sv      yjs.StateVector
	deletes yjs.DeleteSet
	depths  yjs.Depths
	roots   map[string]bool
	owners  map[uint64]int64

	whole       []byte   // the document as of an earlier seq, or nil if it was dropped…
	recent      [][]byte // …and the updates after it
	recentBytes int
}

// maxRecent is the bytes of recent at which whole and recent are dropped: reading
// the document again is cheaper than keeping them.
const maxRecent = 2 << 20

func newSummary(c content) (*summary, error) {
	u, err := yjs.Merge(c.updates...)
	if err != nil {
		return nil, err
	}
	k := &summary{
		seq: c.seq, epoch: c.epoch, sv: u.StateVector(), deletes: yjs.DeleteSet{}, depths: yjs.Depths{},
		roots: map[string]bool{}, owners: map[uint64]int64{}, whole: u.Encode(),
	}
	k.deletes.Add(u.Deletes)
	k.depths, _ = k.depths.Of(u, nil)
	k.addRoots(u)
	return k, nil
}

// add applies an update that is in the log; encoded are its bytes.
func (k *summary) add(u *yjs.Update, encoded []byte) {
	more, _ := k.depths.Of(u, k.sv)
	k.depths.Add(more)
	k.sv.Advance(u)
	k.deletes.Add(u.Deletes)
	k.addRoots(u)
	if k.whole == nil {
		return
	}
	k.recent = append(k.recent, encoded)
	if k.recentBytes += len(encoded); k.recentBytes > maxRecent {
		k.dropContent()
	}
}

func (k *summary) addRoots(u *yjs.Update) {
	for _, root := range u.Roots() {
		k.roots[root] = true
	}
}

// dropContent frees the bytes of the document and keeps the rest.
func (k *summary) dropContent() { k.whole, k.recent, k.recentBytes = nil, nil, 0 }

// document returns the whole document as of seq, or nil if it has to be read.
func (k *summary) document() ([]byte, error) {
	if len(k.recent) == 0 {
		return k.whole, nil
	}
	u, err := yjs.Merge(append([][]byte{k.whole}, k.recent...)...)
	if err != nil {
		return nil, err
	}
	u.Squash()
	k.whole, k.recent, k.recentBytes = u.Encode(), nil, 0
	return k.whole, nil
}

// trim removes what the document already has, so that no client can rewrite history.
func (k *summary) trim(u *yjs.Update) {
	u.Trim(k.sv)
	u.Deletes = u.Deletes.Without(k.deletes)
}

// check returns why a trimmed update is refused, or 0.
func (k *summary) check(u *yjs.Update, full bool) refusal {
	if _, gap := u.Gap(k.sv); gap {
		return refusedGap
	}
	switch {
	case u.Units() > maxUnits || u.LargestValue() > maxValue || !k.rootsFit(u) || k.tooDeep(u):
		return refusedTooLarge
	case full && len(u.Clients) > 0:
		return refusedFull
	}
	return 0
}

// tooDeep reports whether the update has elements that are nested too deeply to be read.
func (k *summary) tooDeep(u *yjs.Update) bool {
	_, deepest := k.depths.Of(u, k.sv)
	return deepest > yjs.MaxNesting
}

func (k *summary) rootsFit(u *yjs.Update) bool {
	more := 0
	for _, root := range u.Roots() {
		if len(root) > maxRootName {
			return false
		}
		if !k.roots[root] {
			more++
		}
	}
	return len(k.roots)+more <= maxRoots || more == 0
}
