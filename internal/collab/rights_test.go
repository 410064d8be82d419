package collab

import (
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/base/fault"
	"hubbub/internal/testkit"
)

func TestDocumentRightWithdrawnInBurstStopsEdits(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.waitSaved()
	b.waitSaved()
	text := ""
	withdrawn := make(chan error)
	for i := range 40 {
		text += string(rune('a' + i%26))
		b.write(text)
		if i == 20 {
			go func() {
				_, err := n.Share(t.Context(), nil, sam, id, maya, Viewer)
				withdrawn <- err
			}()
		}
	}
	if err := <-withdrawn; err != nil {
		t.Fatal(err)
	}
	seq := logSeq(t, n, id)
	b.waitEvent(eventRole)
	b.write(text + "!")
	b.waitUntil("a refusal", func() bool { return len(b.refused) > 0 && b.refused[len(b.refused)-1] == refusedReadOnly })
	if logSeq(t, n, id) != seq || strings.Contains(n.content(id), "!") {
		t.Error("an edit was stored after the right was withdrawn")
	}
	a.take()
	if strings.Contains(a.text(), "!") {
		t.Error("a refused edit was broadcast")
	}
}

func TestDocumentLostRightEvicts(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a, b := n.writer(sam, id), n.writer(maya, id)
	if err := n.Unshare(t.Context(), nil, sam, id, maya); err != nil {
		t.Fatal(err)
	}
	if gone := testkit.DataOf[Gone](t, b.waitEvent(eventGone)); gone.Why != whyRevoked || gone.DocID != id {
		t.Errorf("documentGone is %+v", gone)
	}
	b.write("still here?")
	a.write("hello")
	a.waitSaved()
	b.take()
	if b.text() != "still here?" {
		t.Errorf("the evicted writer has the text %q", b.text())
	}
	n.wantContent(id, "hello")
	if _, err := n.Get(t.Context(), maya, id); !fault.Is(err, http.StatusNotFound) {
		t.Error("a removed member may still read:", err)
	}
	if err := n.Delete(t.Context(), nil, sam, id); err != nil {
		t.Fatal(err)
	}
	if gone := testkit.DataOf[Gone](t, a.waitEvent(eventGone)); gone.Why != whyDeleted {
		t.Errorf("documentGone is %+v", gone)
	}
}

func TestDocumentJoinRefusesOlderEditor(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	older, newer, epoch := Schema-1, Schema, 7
	conn := n.connection(sam)
	for _, o := range []Opening{{DocID: id, Schema: &older}, {DocID: id, Schema: &newer, Epoch: &epoch}} {
		if _, err := n.Join(t.Context(), conn, o); !fault.Is(err, http.StatusConflict) {
			t.Errorf("%+v: %v", o, err)
		}
		if n.hub.In(conn, Room(id)) {
			t.Error("the connection is in the room")
		}
	}
}

func TestDocumentEraseStartsNewEpoch(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.write("the password is 1234")
	a.waitSaved()
	a.write("the password")
	a.waitSaved()
	if err := n.Erase(t.Context(), maya, id); !fault.Is(err, http.StatusForbidden) {
		t.Error("an editor erased it:", err)
	}
	b.waitText("the password")
	offline := b.edit("the password is 1234 again")
	if err := n.Erase(t.Context(), sam, id); err != nil {
		t.Fatal(err)
	}
	if gone := testkit.DataOf[Gone](t, b.waitEvent(eventGone)); gone.Why != whyEpoch {
		t.Errorf("documentGone is %+v", gone)
	}
	b.submit(offline)
	var secrets int
	if err := n.db.QueryRow(t.Context(), `
		select count(*) from collab.updates where position('1234'::bytea in bytes) > 0`).Scan(&secrets); err != nil || secrets != 0 {
		t.Errorf("%d rows still have the erased text: %v", secrets, err)
	}
	epoch, schema := b.Epoch, Schema
	if _, err := n.Join(t.Context(), b.conn, Opening{DocID: id, Schema: &schema, Epoch: &epoch}); !fault.Is(err, http.StatusConflict) {
		t.Error("a client with the erased content joined:", err)
	}
	b.doc = nil
	b.join(id)
	b.waitText("the password")
	b.write("no password")
	b.waitSaved()
	n.wantContent(id, "no password")
}
