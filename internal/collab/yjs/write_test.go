package yjs

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func built(update []byte) *Document { return must(Build(update, DefaultBudget)) }

func TestSeedBytesNeverChange(t *testing.T) {
	want := "\x01\x01\x00\x00\x07\x01\x0bprosemirror\x03\x09paragraph\x00"
	if got := string(Seed()); got != want {
		t.Errorf("the seed is % x", got)
	}
	if got := must(built(must(Merge(Seed(), Seed())).Encode()).Text(Page)); got != "\n" {
		t.Errorf("the text of a page that was seeded twice is %q", got)
	}
}

func TestImportRoundTrips(t *testing.T) {
	page := []Node{
		{Type: "heading", Attrs: map[string]any{"level": 2.0}, Children: []Node{{Text: "Plan 😀"}}},
		{Type: "paragraph", Children: []Node{{Text: "plain "}, {Text: "bold", Marks: map[string]any{"bold": map[string]any{}}}, {Text: " again"}}},
		{Type: "taskList", Children: []Node{{Type: "taskItem", Attrs: map[string]any{"checked": true, "note": "x", "width": 120.5, "none": nil}, Children: []Node{
			{Type: "paragraph", Children: []Node{{Text: "a"}, {Type: "hardBreak"}, {Text: "b", Marks: map[string]any{"link": map[string]any{"href": "/b"}}}}},
		}}}},
	}
	update := Import(7, page)
	got := must(built(update).Tree(Page))
	if !reflect.DeepEqual(got.Children, page) {
		t.Errorf("the tree is %s", show(got.Children))
	}
	var answer struct{ Tree any }
	askYjs(t).ask("tree", map[string]any{"update": update, "root": Page}, &answer)
	if want := canonical(got); !reflect.DeepEqual(answer.Tree, want) {
		t.Errorf("yjs has the tree %s, want %s", show(answer.Tree), show(want))
	}
}

func TestRewriteChangesTextToTheGivenOne(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	page := Import(1, []Node{
		{Type: "heading", Attrs: map[string]any{"level": 1.0}, Children: []Node{{Text: "Title"}}},
		{Type: "bulletList", Children: []Node{{Type: "listItem", Children: []Node{{Type: "paragraph", Children: []Node{{Text: "one"}}}}}}},
		{Type: "paragraph"},
	})
	for range 150 {
		d := built(page)
		want := randomlyChanged(random, must(d.Text(Page)))
		update := d.Rewrite(uint64(random.IntN(3)+5), want)
		if update == nil {
			continue
		}
		u := must(Decode(update))
		if _, gap := u.Gap(must(Decode(page)).StateVector()); gap {
			t.Fatal("the update of Rewrite has a gap")
		}
		page = must(Compact(page, update))
		if got := must(built(page).Text(Page)); got != want {
			t.Fatalf("the text is %q, want %q", got, want)
		}
	}
	var answer struct{ Tree any }
	askYjs(t).ask("tree", map[string]any{"update": page, "root": Page}, &answer)
	if want := canonical(must(built(page).Tree(Page))); !reflect.DeepEqual(answer.Tree, want) {
		t.Errorf("yjs has the tree %s, want %s", show(answer.Tree), show(want))
	}
}

// randomlyChanged changes, deletes or adds lines.
func randomlyChanged(random *rand.Rand, text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	at := random.IntN(len(lines))
	words := []string{"ä", "word", "😀", "𝒳", "", "é"}
	switch runes := []rune(lines[at]); random.IntN(4) {
	case 0:
		lines = slices.Insert(lines, at, words[random.IntN(len(words))])
	case 1:
		if len(lines) > 1 {
			lines = slices.Delete(lines, at, at+1)
		}
	default:
		cut := random.IntN(len(runes) + 1)
		rest := runes[min(cut+random.IntN(3), len(runes)):]
		lines[at] = string(runes[:cut]) + words[random.IntN(len(words))] + string(rest)
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestRewriteKeepsUnchangedContent(t *testing.T) {
	page := Import(1, []Node{
		{Type: "heading", Attrs: map[string]any{"level": 1.0}, Children: []Node{{Text: "Title"}}},
		{Type: "paragraph", Children: []Node{{Text: "to be "}, {Text: "kept", Marks: map[string]any{"bold": map[string]any{}}}}},
	})
	d := built(page)
	if d.Rewrite(2, must(d.Text(Page))) != nil {
		t.Error("the same text makes an update")
	}
	update := d.Rewrite(2, "Title\nto bee kept\n")
	if u := must(Decode(update)); u.Units() != 1 || len(u.Deletes) != 0 {
		t.Errorf("the update for one letter has %d units and deletes %v", u.Units(), u.Deletes)
	}
	got := must(built(must(Merge(page, update)).Encode()).Tree(Page)).Children[1]
	var want Node
	if err := json.Unmarshal([]byte(`{"Type":"paragraph","Children":[{"Text":"to bee "},{"Text":"kept","Marks":{"bold":{}}}]}`), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the tree is %s", show(got))
	}
}
