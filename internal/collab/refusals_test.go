package collab

import (
	"strings"
	"testing"

	"hubbub/internal/collab/yjs"
)

func TestWhatIsRefused(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b, viewer := n.writer(sam, id), n.writer(maya, id), n.writer(theo, id)
	a.saved()
	b.saved()
	viewer.saved()
	foreign := built(t, a.merged()).Rewrite(b.Client, "in her name")
	forged := built(t, a.merged()).Rewrite(77, "as nobody")
	first := a.edit("one")
	second := a.edit("one two")
	for name, refused := range map[string]struct {
		by     *writer
		update []byte
		why    refusal
	}{
		"nonsense":          {a, []byte("nonsense"), refusedInvalid},
		"a viewer":          {viewer, built(t, viewer.merged()).Rewrite(viewer.Client, "me, too"), refusedReadOnly},
		"a gap":             {a, second, refusedGap},
		"too long":          {a, make([]byte, maxUpdate+1), refusedTooLarge},
		"a value too long":  {b, yjs.Import(b.Client, []yjs.Node{{Type: "image", Attrs: map[string]any{"src": strings.Repeat("x", maxValue+1)}}}), refusedTooLarge},
		"in another's name": {a, foreign, refusedForeign},
		"as nobody":         {a, forged, refusedForeign},
		"as the seed":       {b, built(t, b.merged()).Rewrite(0, "as the seed"), refusedForeign},
	} {
		t.Run(name, func(t *testing.T) {
			refused.by.t = t
			refused.by.submit(refused.update)
			refused.by.wantRefused(refused.why)
		})
	}
	a.t = t
	a.submit(first)
	a.reads("one two") // the gap was asked for, and filled
	b.reads("one two")
}

func built(t *testing.T, u *yjs.Update) *yjs.Document {
	d, err := yjs.Build(u.Encode(), yjs.DefaultBudget)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAFullDocumentTakesDeletionsOnly(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a := n.writer(sam, id)
	a.write("hello")
	a.saved()
	if _, err := n.db.Exec(t.Context(), `update collab.documents set state = 'full'`); err != nil {
		t.Fatal(err)
	}
	a.write("hell")
	a.saved()
	a.write("hell!")
	a.wantRefused(refusedFull)
	n.wantContent(id, "hell")
}

func TestTooMuchAtOnceIsRefusedAndCaughtUp(t *testing.T) {
	n := newNode(t)
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.saved()
	text := ""
	var typed [][]byte
	for range burst*updateRate + 60 {
		text += "x"
		typed = append(typed, a.edit(text))
	}
	for _, update := range typed {
		a.submit(update)
	}
	a.until("a refusal", func() bool { return len(a.refused) > 0 })
	if a.refused[0] != refusedTooFast {
		t.Fatalf("refused with %d", a.refused[0])
	}
	a.until("the bucket fills again", func() bool {
		if a.acked < a.n {
			a.n++
			a.send(kindStep2, []uint64{a.n}, a.merged().Encode())
		}
		return a.acked == a.n
	})
	b.reads(text)
	n.wantContent(id, text)
}
