package collab

import (
	"testing"

	"hubbub/internal/testkit"
)

func TestDocumentPlainTextIsReadAndWritten(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a := n.writer(sam, id)
	plain, other := &writer{t: t, node: n, conn: n.connection(maya)}, &writer{t: t, node: n, conn: n.connection(theo)}
	for _, w := range []*writer{plain, other} {
		if _, err := n.Join(t.Context(), w.conn, Opening{DocID: id}); err != nil {
			t.Fatal(err)
		}
		w.conn.Release()
	}
	a.write("hello")
	got := testkit.DataOf[Updated](t, plain.waitEvent(eventUpdated))
	if got.Content != "hello" || got.UserID != sam {
		t.Errorf("documentUpdated is %+v", got)
	}
	other.waitEvent(eventUpdated)
	position := int64(11)
	w, err := n.Rewrite(t.Context(), plain.conn, maya, Rewriting{DocID: id, Content: "hello\nworld", CursorPosition: &position})
	if err != nil || w.Content != "hello\nworld" {
		t.Fatalf("the answer is %+v: %v", w, err)
	}
	if got := testkit.DataOf[Updated](t, other.waitEvent(eventUpdated)); got.Content != "hello\nworld" || got.UserID != maya || *got.CursorPosition != 11 {
		t.Errorf("documentUpdated is %+v", got)
	}
	a.waitText("hello\nworld")
	a.write("hello\nbig world")
	a.waitSaved()
	if got := testkit.DataOf[Updated](t, plain.waitEvent(eventUpdated)); got.UserID != sam {
		t.Errorf("the author got her own change: %+v", got)
	}
	if _, err := n.Rewrite(t.Context(), nil, theo, Rewriting{DocID: id, Content: "mine"}); err == nil {
		t.Error("a viewer wrote")
	}
}
