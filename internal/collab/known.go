package collab

import (
	"hubbub/internal/collab/yjs"
)

// known is what a node knows of an open document in order to take edits: how
// far everybody's clocks are, what is deleted, how deep things stand, and whose
// the clients are, but no letter of it. A long document takes tens of kilobytes.
type summary struct {
	seq     int64
	epoch   int
	sv      yjs.StateVector
	deletes yjs.DeleteSet
	depths  yjs.Depths
	roots   map[string]bool
	owners  map[uint64]int64

	whole  []byte   // the document as it was at some time, for those who ask for it…
	recent [][]byte // …and what came since; nil both: nobody asked lately
	recentBytes   int      // of recent
}

// maxRecent is the bytes after which the document is rather read again.
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

// add is for what the log has more.
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

// forget gives back the memory of the document itself.
func (k *summary) dropContent() { k.whole, k.recent, k.recentBytes = nil, nil, 0 }

// document is the whole as of seq; nil when it has to be read.
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

// trim leaves of an update what is new: nobody rewrites what somebody wrote.
func (k *summary) trim(u *yjs.Update) {
	u.Trim(k.sv)
	u.Deletes = u.Deletes.Without(k.deletes)
}

// examine says why a trimmed update is not taken; 0: it is.
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

// tooDeep tells whether something would be stored that nobody reads.
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
