package collab

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"hubbub/internal/collab/yjs"
)

// withoutChange returns one of the two documents of a Diff: the nodes without those that
// only the other one has.
func withoutChange(nodes []yjs.Node, without change) (out []yjs.Node) {
	for _, n := range nodes {
		if changeOf(n) == without {
			continue
		}
		n.Value, n.Children = nil, withoutChange(n.Children, without)
		out = append(out, n)
	}
	return mergeRuns(out)
}

func render(t *testing.T, nodes []yjs.Node) string {
	t.Helper()
	var b strings.Builder
	if err := Reading(nodes).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestDocumentDiffMarksChanges(t *testing.T) {
	for _, test := range []struct{ name, old, now, want string }{
		{"nothing", "a b", "a b", "<p>a b</p>"},
		{"a word", "We switch on Monday.", "We switch on Tuesday.", "<p>We switch on <del>Monday</del><ins>Tuesday</ins>.</p>"},
		{"a paragraph more", "one", "one\n\ntwo", "<p>one</p><ins><p>two</p></ins>"},
		{"a paragraph less", "one\n\ntwo\n\nthree", "one\n\nthree", "<p>one</p><del><p>two</p></del><p>three</p>"},
		{"another paragraph", "apples", "pears", "<del><p>apples</p></del><ins><p>pears</p></ins>"},
		{"another level", "# a", "## a", "<del><h1>a</h1></del><ins><h2>a</h2></ins>"},
		{"bold", "all is well", "all **is** well", "<p>all <del>is</del><ins><strong>is</strong></ins> well</p>"},
		{"an item", "- a\n- b", "- a\n- c\n- b", "<ul><li><p>a</p></li><li><ins><p>c</p></ins></li><li><p>b</p></li></ul>"},
		{"a row", "| a |\n| - |\n| b |", "| a |\n| - |\n| b |\n| c |", `<td colspan="1" rowspan="1"><ins><p>c</p></ins></td>`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := render(t, Diff(nodesOf(t, test.old), nodesOf(t, test.now))); !strings.Contains(got, test.want) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestDocumentDiffCannotBeForged(t *testing.T) {
	forged := []yjs.Node{{Type: "paragraph", Children: []yjs.Node{{Text: "a", Marks: map[string]any{"ins": true}}, {Value: "inserted"}}}}
	if got := render(t, forged); got != "<p>a</p>" {
		t.Errorf("got %s", got)
	}
}

// randomDocument makes a document of few words, so that two of them have much in common.
func randomDocument(t *testing.T, r *rand.Rand) []yjs.Node {
	words := strings.Fields("a b c **d** e. f, *g* `h` ~~i~~")
	var text strings.Builder
	for range 1 + r.IntN(8) {
		text.WriteString([]string{"", "", "# ", "## ", "- ", "- [ ] ", "- [x] ", "> ", "1. "}[r.IntN(9)])
		for range 1 + r.IntN(6) {
			text.WriteString(words[r.IntN(len(words))] + " ")
		}
		text.WriteString([]string{"\n", "\n\n"}[r.IntN(2)])
	}
	return nodesOf(t, text.String())
}

func TestDocumentDiffContainsBothStates(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 3000 {
		old, now := randomDocument(t, r), randomDocument(t, r)
		budget := &differ{budget: []int{maxDiffWork, 40, 0}[n%3]}
		both := budget.blocks(old, now)
		if got, want := withoutChange(both, inserted), withoutChange(old, "none"); !reflect.DeepEqual(got, want) {
			t.Fatalf("without the insertions it is\n%s\nthe old state is\n%s", render(t, got), render(t, want))
		}
		if got, want := withoutChange(both, deleted), withoutChange(now, "none"); !reflect.DeepEqual(got, want) {
			t.Fatalf("without the deletions it is\n%s\nthe new state is\n%s", render(t, got), render(t, want))
		}
	}
}
