package collab

import (
	"testing"
	"time"

	"hubbub/internal/live/hub"
)

func TestDocumentVersionDoesNotDependOnLog(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.write("first draft")
	a.waitSaved()
	b.waitText("first draft")
	b.write("first good draft")
	b.waitSaved()
	kept, err := n.KeepVersion(t.Context(), nil, maya, id, " Good ", false)
	if err != nil || kept.Name != "Good" || kept.Kind != kindNamed || len(kept.Authors) != 2 {
		t.Fatalf("the version is %+v: %v", kept, err)
	}
	b.write("")
	b.waitSaved()
	n.compactNow(id)
	one, err := n.Version(t.Context(), theo, id, kept.ID)
	if err != nil || one.Content != "first good draft" {
		t.Errorf("the version's text is %q: %v", one.Content, err)
	}
	if text, err := readText(t.Context(), one.Update); err != nil || text != "first good draft" {
		t.Errorf("the text of its update is %q: %v", text, err)
	}
	patient := onDatabase(t, n.db, hub.Config{}, Config{Timing: Timing{Check: time.Hour, Idle: -time.Minute}}) // at once
	for range 2 {
		if err := patient.makeVersions(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	versions, err := n.Versions(t.Context(), theo, id)
	if err != nil || len(versions) != 2 || versions[0].Kind != kindAuto {
		t.Errorf("the versions are %+v: %v", versions, err)
	}
	if _, err := n.KeepVersion(t.Context(), nil, theo, id, "", false); err == nil {
		t.Error("a viewer made a version")
	}
}

func TestDocumentVersionsAutomaticExpireNamedStay(t *testing.T) {
	n := newNode(t)
	id := n.createDocument()
	if _, err := n.db.Exec(t.Context(), `
		insert into collab.versions (doc_id, seq, epoch, kind, authors, bytes, text, created_at)
		select $1, 1, 1, kind, '{}', '', '', date_trunc('day', now()) - ago + minute * interval '1 minute'
		  from unnest(array[interval '0', '3 days', '30 days', '100 days']) ago, unnest(array[1, 2, 61]) minute, unnest(array['auto', 'named']) kind`, id); err != nil {
		t.Fatal(err)
	}
	if err := pruneVersions(t.Context(), n.db, id); err != nil {
		t.Fatal(err)
	}
	var auto, named int
	if err := n.db.QueryRow(t.Context(), `select count(*) filter (where kind = 'auto'), count(*) filter (where kind = 'named') from collab.versions`).Scan(&auto, &named); err != nil {
		t.Fatal(err)
	}
	if auto != 3+2+1+0 || named != 12 {
		t.Errorf("%d automatic and %d named versions are left", auto, named)
	}
}
