package collab

import (
	"encoding/json"
	"slices"

	"hubbub/internal/collab/yjs"
)

// change is how a node differs between two states of a document. Diff stores it in the
// node's Value: no document has values of this type, so a document cannot forge one.
type change string

const (
	inserted change = "inserted"
	deleted  change = "deleted"
)

func changeOf(n yjs.Node) change {
	c, _ := n.Value.(change)
	return c
}

// maxDiffWork is how many pairs of nodes or words are compared before the rest counts as
// replaced: about 0.1 s.
const maxDiffWork = 10_000_000

// Diff returns the nodes of both of two states of a document, for Reading. It compares
// blocks, and the words of similar blocks. Without the inserted nodes the result is
// the old state, without the deleted ones the new state.
func Diff(old, now []yjs.Node) []yjs.Node {
	d := &differ{budget: maxDiffWork}
	return d.blocks(old, now)
}

type differ struct{ budget int }

// blocks pairs equal blocks, and passes what is between them to gap.
func (d *differ) blocks(old, now []yjs.Node) []yjs.Node {
	old, now = visibleNodes(old), visibleNodes(now)
	a, b := nodeKeys(old), nodeKeys(now)
	pairs := d.align(len(a), len(b), func(i, j int) bool { return a[i] == b[j] })
	return weave(old, now, pairs, d.gap, func(_, n yjs.Node) yjs.Node { return n })
}

// gap pairs similar blocks and compares their content; the other blocks are replaced.
func (d *differ) gap(old, now []yjs.Node) []yjs.Node {
	a, b := newFingerprints(old), newFingerprints(now)
	pairs := d.align(len(a), len(b), func(i, j int) bool { return a[i].similar(b[j]) })
	return weave(old, now, pairs, replace, d.node)
}

// node compares the content of a block that has changed.
func (d *differ) node(old, now yjs.Node) yjs.Node {
	if slices.ContainsFunc(old.Children, isBlock) || slices.ContainsFunc(now.Children, isBlock) {
		now.Children = d.blocks(old.Children, now.Children)
	} else {
		now.Children = d.words(old.Children, now.Children)
	}
	return now
}

func (d *differ) words(old, now []yjs.Node) []yjs.Node {
	old, now = splitWords(visibleNodes(old)), splitWords(visibleNodes(now))
	a, b := nodeKeys(old), nodeKeys(now)
	pairs := d.align(len(a), len(b), func(i, j int) bool { return a[i] == b[j] })
	return mergeRuns(weave(old, now, pairs, replace, func(_, n yjs.Node) yjs.Node { return n }))
}

// weave merges two lists of nodes: both merges each pair, gap what is between the pairs.
func weave(
	old, now []yjs.Node, pairs [][2]int,
	gap func(old, now []yjs.Node) []yjs.Node, both func(old, now yjs.Node) yjs.Node,
) []yjs.Node {
	var out []yjs.Node
	i, j := 0, 0
	for _, p := range pairs {
		if i < p[0] || j < p[1] {
			out = append(out, gap(old[i:p[0]], now[j:p[1]])...)
		}
		out = append(out, both(old[p[0]], now[p[1]]))
		i, j = p[0]+1, p[1]+1
	}
	if i < len(old) || j < len(now) {
		out = append(out, gap(old[i:], now[j:])...)
	}
	return out
}

func replace(old, now []yjs.Node) []yjs.Node {
	return append(markAll(old, deleted), markAll(now, inserted)...)
}

// markAll marks the nodes with a change. The cells of a row are marked, too, because the
// page shows the change in the cells.
func markAll(nodes []yjs.Node, c change) []yjs.Node {
	out := make([]yjs.Node, len(nodes))
	for i, n := range nodes {
		if n.Value = c; n.Type == "tableRow" {
			n.Children = markAll(n.Children, c)
		}
		out[i] = n
	}
	return out
}

// align returns a longest common subsequence as pairs of indexes. Past the budget it
// returns the common prefix and suffix only.
func (d *differ) align(n, m int, same func(i, j int) bool) [][2]int {
	var pairs [][2]int
	start := 0
	for start < n && start < m && same(start, start) {
		pairs = append(pairs, [2]int{start, start})
		start++
	}
	end := 0
	for end < n-start && end < m-start && same(n-1-end, m-1-end) {
		end++
	}
	pairs = append(pairs, d.middle(start, n-end, start, m-end, same)...)
	for ; end > 0; end-- {
		pairs = append(pairs, [2]int{n - end, m - end})
	}
	return pairs
}

// middle is the textbook algorithm for a longest common subsequence, computed from the end.
func (d *differ) middle(i0, i1, j0, j1 int, same func(i, j int) bool) (pairs [][2]int) {
	rows, columns := i1-i0, j1-j0
	if d.budget -= rows * columns; rows == 0 || columns == 0 || d.budget < 0 {
		return nil
	}
	longest := make([][]int32, rows+1)
	for i := range longest {
		longest[i] = make([]int32, columns+1)
	}
	for i := rows - 1; i >= 0; i-- {
		for j := columns - 1; j >= 0; j-- {
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			if same(i0+i, j0+j) {
				longest[i][j] = max(longest[i][j], longest[i+1][j+1]+1)
			}
		}
	}
	for i, j := 0, 0; i < rows && j < columns; {
		switch {
		case longest[i][j] == longest[i+1][j]:
			i++
		case longest[i][j] == longest[i][j+1]:
			j++
		default:
			pairs = append(pairs, [2]int{i0 + i, j0 + j})
			i, j = i+1, j+1
		}
	}
	return pairs
}

// visibleNodes returns the nodes without values, which are not shown.
func visibleNodes(nodes []yjs.Node) []yjs.Node {
	return slices.DeleteFunc(slices.Clone(nodes), func(n yjs.Node) bool { return n.Type == "" && n.Text == "" })
}

func isBlock(n yjs.Node) bool { return !isInline(n) }

// nodeKeys returns a key for each node; equal nodes have equal keys.
func nodeKeys(nodes []yjs.Node) []string {
	keys := make([]string, len(nodes))
	for i, n := range nodes {
		key, err := json.Marshal(n)
		if err != nil { // NaN or infinite, which JSON cannot encode
			continue
		}
		keys[i] = string(key)
	}
	return keys
}
