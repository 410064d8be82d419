package collab

import (
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/base/fault"
	"hubbub/internal/collab/yjs"
)

func TestDocumentEditRefusals(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a, b, viewer := n.writer(sam, id), n.writer(maya, id), n.writer(theo, id)
	a.waitSaved()
	b.waitSaved()
	viewer.waitSaved()
	foreign := build(t, a.merged()).Rewrite(b.Client, "in her name")
	forged := build(t, a.merged()).Rewrite(77, "as an unassigned client")
	first := a.edit("one")
	second := a.edit("one two")
	for name, refused := range map[string]struct {
		by     *writer
		update []byte
		why    refusal
	}{
		"nonsense":                {a, []byte("nonsense"), refusedInvalid},
		"a viewer":                {viewer, build(t, viewer.merged()).Rewrite(viewer.Client, "me, too"), refusedReadOnly},
		"a gap":                   {a, second, refusedGap},
		"too long":                {a, make([]byte, maxUpdate+1), refusedTooLarge},
		"a value too long":        {b, yjs.Import(b.Client, []yjs.Node{{Type: "image", Attrs: map[string]any{"src": strings.Repeat("x", maxValue+1)}}}), refusedTooLarge},
		"in another's name":       {a, foreign, refusedForeign},
		"as an unassigned client": {a, forged, refusedForeign},
		"as the seed":             {b, build(t, b.merged()).Rewrite(0, "as the seed"), refusedForeign},
	} {
		t.Run(name, func(t *testing.T) {
			refused.by.t = t
			refused.by.submit(refused.update)
			refused.by.wantRefused(refused.why)
		})
	}
	a.t = t
	a.submit(first)
	a.waitText("one two") // the server asked for the missing update
	b.waitText("one two")
}

func build(t *testing.T, u *yjs.Update) *yjs.Document {
	d, err := yjs.Build(u.Encode(), yjs.DefaultBudget)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDocumentFullAcceptsOnlyDeletions(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a := n.writer(sam, id)
	a.write("hello")
	a.waitSaved()
	if _, err := n.db.Exec(t.Context(), `update collab.documents set state = 'full'`); err != nil {
		t.Fatal(err)
	}
	a.write("hell")
	a.waitSaved()
	a.write("hell!")
	a.wantRefused(refusedFull)
	n.wantContent(id, "hell")
}

func TestDocumentEditsTooFastAreRefusedThenRetried(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.waitSaved()
	text := ""
	var typed [][]byte
	for range burst*updateRate + 60 {
		text += "x"
		typed = append(typed, a.edit(text))
	}
	for _, update := range typed {
		a.submit(update)
	}
	a.waitUntil("a refusal", func() bool { return len(a.refused) > 0 })
	if a.refused[0] != refusedTooFast {
		t.Fatalf("the refusal is %d", a.refused[0])
	}
	a.waitUntil("the rate limit allows the rest", func() bool {
		if a.acked < a.n {
			a.n++
			a.send(kindStep2, []uint64{a.n}, a.merged().Encode())
		}
		return a.acked == a.n
	})
	b.waitText(text)
	n.wantContent(id, text)
}

// nestedQuotes returns nested elements with a text in the innermost one.
func nestedQuotes(levels int) []yjs.Node {
	nodes := []yjs.Node{paragraph(yjs.Node{Text: "deep"})}
	for range levels - 1 {
		nodes = []yjs.Node{{Type: "blockquote", Children: nodes}}
	}
	return nodes
}

func TestDocumentEditNestedTooDeeplyIsRefused(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a := n.writer(sam, id)
	a.waitSaved()
	for levels, taken := range map[int]bool{yjs.MaxNesting - 1: true, yjs.MaxNesting: false} {
		client := uint64(foreignFrom + levels)
		whole := yjs.Import(client, nestedQuotes(levels))
		for i := range 3 { // in parts, so that no update is deep by itself
			have := yjs.StateVector{client: uint64(80 * i)}
			part, err := yjs.Diff(upTo(t, whole, client, uint64(80*(i+1))), have)
			if err != nil {
				t.Fatal(err)
			}
			a.submit(part)
		}
		if taken {
			a.waitSaved()
			continue
		}
		a.wantRefused(refusedTooLarge)
	}
}

func TestDocumentImportRefusesCostlyMarkdown(t *testing.T) {
	for name, markdown := range map[string]string{
		"quotes too deep": strings.Repeat(">", 250) + " deep",
		"quotes":          strings.Repeat(">", maxContent-9) + " deep",
		"lists":           strings.Repeat("- ", maxContent/2-9) + " deep",
		"marks":           strings.Repeat("*a ", maxContent/3),
		"links":           strings.Repeat("[", maxContent),
		"code":            strings.Repeat("`a ``b ", maxContent/8),
	} {
		if _, err := parseImport(t.Context(), markdown, ""); !fault.Is(err, http.StatusUnprocessableEntity) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := parseImport(t.Context(), strings.Repeat("- a *word* and `code`\n\n", 5000), ""); err != nil {
		t.Error("a long list:", err)
	}
}

// upTo returns the part of an update of one client before a clock.
func upTo(t *testing.T, update []byte, client, clock uint64) []byte {
	t.Helper()
	u, err := yjs.Decode(update)
	if err != nil {
		t.Fatal(err)
	}
	structs := u.Clients[0].Structs
	for i := range structs {
		if structs[i].Clock >= clock {
			u.Clients[0].Structs = structs[:i]
			break
		}
	}
	return u.Encode()
}
