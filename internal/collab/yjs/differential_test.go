package yjs

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"testing"
)

type session struct {
	Updates, Reencoded    [][]byte
	State, Merged, Vector []byte
	Trees                 map[string]any
	States                []struct {
		State, Vector []byte
		Trees         map[string]any
	}
	Diffs []struct{ Vector, Of, Diff []byte }
	Gaps  []struct {
		Vector, Update []byte
		Waits          bool
	}
}

// comparison counts the comparisons with yjs and reports the differences.
type comparison struct {
	*testing.T
	oracle *oracle
	seed   int
	n      int
}

func (c *comparison) want(ok bool, format string, args ...any) {
	c.Helper()
	if c.n++; !ok {
		c.Errorf("session %d: "+format, append([]any{c.seed}, args...)...)
	}
}

func TestUpdatesMatchYjs(t *testing.T) {
	c := &comparison{T: t, oracle: askYjs(t)}
	for c.seed = 1; c.seed <= sessions(t, 15) && !t.Failed(); c.seed++ {
		var s session
		c.oracle.ask("session", map[string]any{"seed": c.seed}, &s)
		c.vectors(&s)
		c.diffs(&s)
		c.gaps(&s)
		c.trees(&s)
		c.replacements(&s)
	}
	t.Logf("%d comparisons in %d sessions", c.n, c.seed-1)
}

func (c *comparison) decode(in []byte) *Update {
	c.Helper()
	u, err := Decode(in)
	if err != nil {
		c.Fatalf("session %d: decode: %v", c.seed, err)
	}
	return u
}

func (c *comparison) vectors(s *session) {
	whole := must(Merge(s.Updates...))
	c.want(bytes.Equal(whole.StateVector().Encode(), s.Vector), "the state vector differs")
	for i, update := range slices.Concat(s.Updates, [][]byte{s.State, s.Merged}) {
		c.want(bytes.Equal(c.decode(update).Encode(), s.Reencoded[i]), "a decoded and encoded update differs")
	}
	for _, state := range s.States {
		c.want(sameVector(c.decode(state.State).StateVector(), state.Vector), "the state vector of a state differs")
	}
}

func sameVector(sv StateVector, encoded []byte) bool {
	other, err := DecodeStateVector(encoded)
	return err == nil && maps.Equal(sv, other)
}

func (c *comparison) diffs(s *session) {
	for _, d := range s.Diffs {
		got, err := Diff(d.Of, must(DecodeStateVector(d.Vector)))
		c.want(err == nil && bytes.Equal(got, d.Diff), "a diff differs: %v", err)
	}
}

func (c *comparison) gaps(s *session) {
	for _, g := range s.Gaps {
		_, gap := c.decode(g.Update).Gap(must(DecodeStateVector(g.Vector)))
		c.want(gap == g.Waits, "Gap reports %v, yjs waits: %v", gap, g.Waits)
		u := c.decode(g.Update)
		u.Trim(must(DecodeStateVector(g.Vector)))
		_, gap = u.Gap(must(DecodeStateVector(g.Vector)))
		c.want(gap == g.Waits, "after Trim, Gap reports %v, yjs waits: %v", gap, g.Waits)
	}
}

func (c *comparison) trees(s *session) {
	ours := must(Merge(s.Updates...)).Encode()
	compacted := must(Compact(s.Updates...))
	c.want(Verify(ours, compacted, DefaultBudget, "text", "prosemirror") == nil, "Verify refuses a compaction")
	for _, update := range [][]byte{s.State, s.Merged, ours, compacted} {
		c.wantTrees(update, s.Trees)
	}
	for _, state := range s.States {
		c.wantTrees(state.State, state.Trees)
	}
}

func (c *comparison) wantTrees(update []byte, trees map[string]any) {
	c.Helper()
	d := must(Build(update, DefaultBudget))
	c.want(d.Complete(), "the document is not complete")
	for root, want := range trees {
		got := canonical(must(d.Tree(root)))
		c.want(reflect.DeepEqual(got, want), "%s is\n%v\nwant\n%v", root, show(got), show(want))
	}
}

func (c *comparison) replacements(s *session) {
	merged := must(Merge(s.Updates...))
	docs := map[string][]byte{"merged": merged.Encode(), "compacted": must(Compact(s.Updates...))}
	merged.Squash()
	docs["squashed"] = merged.Encode()
	merged.Collect()
	docs["collected"] = merged.Encode()
	docs["compacted twice"] = must(Compact(docs["compacted"], s.Updates[0]))
	var answer struct {
		Checks   int
		Failures []string
	}
	c.oracle.ask("replaces", map[string]any{"docs": docs}, &answer)
	c.n += answer.Checks
	for _, failure := range answer.Failures {
		c.Errorf("session %d: %s", c.seed, failure)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func show(v any) string { return string(must(json.Marshal(v))) }

// canonical returns a node in the form of testdata/trees.mjs.
func canonical(n Node) any {
	out := map[string]any{}
	if n.Type != "" {
		out["type"] = n.Type
	}
	if n.Text != "" {
		out["text"] = n.Text
	}
	if v := plain(n.Value); v != nil && v != "" && !isEmpty(v) {
		out["value"] = v
	}
	if len(n.Attrs) > 0 {
		out["attrs"] = plain(n.Attrs)
	}
	if len(n.Marks) > 0 {
		out["marks"] = plain(n.Marks)
	}
	if len(n.Children) > 0 {
		out["children"] = canonicalList(n.Children)
	}
	return out
}

func isEmpty(v any) bool {
	r := reflect.ValueOf(v)
	return (r.Kind() == reflect.Slice || r.Kind() == reflect.Map) && r.Len() == 0
}

func canonicalList(nodes []Node) []any {
	out := []any{}
	for _, n := range nodes {
		c := canonical(n).(map[string]any)
		if len(out) > 0 {
			before := out[len(out)-1].(map[string]any)
			if before["text"] != nil && c["text"] != nil && reflect.DeepEqual(before["marks"], c["marks"]) {
				before["text"] = before["text"].(string) + c["text"].(string)
				continue
			}
		}
		out = append(out, c)
	}
	return out
}

func plain(value any) any {
	switch v := value.(type) {
	case *Node:
		return canonical(*v)
	case []byte:
		return map[string]any{"bytes": base64.StdEncoding.EncodeToString(v)}
	case int64:
		return fmt.Sprintf("%dn", v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	case []any:
		list := []any{}
		for _, e := range v {
			list = append(list, plain(e))
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for key, e := range v {
			object[key] = plain(e)
		}
		return object
	}
	return value
}
