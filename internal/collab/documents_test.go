package collab_test

import (
	"encoding/binary"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestDocumentEditReachesOtherSockets(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya, theo := app.As("sam"), app.As("maya"), app.As("theo")
	id := apptest.NewDocument(sam, "Launch", "# Plan\n\nfirst")
	at := "/api/documents/" + itoa(id)
	maya.Get(at).Want(http.StatusNotFound)
	sam.Do(http.MethodPut, at+"/members", map[string]any{"userId": app.ID(maya), "role": "editor"}).Want(http.StatusOK)
	sam.Do(http.MethodPut, at+"/members", map[string]any{"userId": app.ID(theo), "role": "viewer"}).Want(http.StatusOK)

	samEditor, mayaEditor := openEditor(t, sam, id), openEditor(t, maya, id)
	samEditor.wantText("Plan\nfirst")
	samEditor.write("Plan\nfirst things")
	samEditor.waitUntilSaved()
	mayaEditor.wantText("Plan\nfirst things")
	mayaEditor.write("The Plan\nfirst things")
	mayaEditor.waitUntilSaved()
	samEditor.wantText("The Plan\nfirst things")
	samEditor.socket.WantEvent("collaboratorJoined")

	theo.Post("/api/documents/update", map[string]any{"docId": id, "content": "mine"}).Want(http.StatusForbidden)
	reader := theo.Connect("")
	reader.Get("/api/documents/join", map[string]any{"docId": id}).Want(http.StatusOK).WantBody("first things")
	maya.Post("/api/documents/update", map[string]any{"docId": id, "content": "The Plan\nfirst things first", "cursorPosition": 3}).Want(http.StatusOK)
	samEditor.wantText("The Plan\nfirst things first")
	if e := reader.WantEvent("documentUpdated"); !strings.Contains(string(e.Data), "things first") {
		t.Errorf("the event is %s", e.Data)
	}
	sam.Get(at + "/export?format=md").Want(http.StatusOK).WantBody("# The Plan\n\nfirst things first\n")
	finds := func(client *testkit.Client) bool {
		return strings.Contains(client.Get("/api/search?query=things&kinds=document").Want(http.StatusOK).Body, `"title":"Launch"`)
	}
	testkit.Eventually(t, "Theo finds the document", testkit.Timeout, func() bool { return finds(theo) })
	if !finds(maya) || finds(app.As("lin")) {
		t.Error("the document is found by others than its readers, or not by its readers")
	}
	sam.Do(http.MethodDelete, at+"/members/"+itoa(app.ID(maya)), nil).Want(http.StatusNoContent)
	if finds(maya) {
		t.Error("Maya still finds the document")
	}
	mayaEditor.socket.WantEvent("documentGone")
	mayaEditor.socket.Close()
	samEditor.socket.WantEvent("collaboratorLeft")
	sam.Do(http.MethodDelete, at, nil).Want(http.StatusNoContent)
	samEditor.socket.WantEvent("documentGone")
}

func TestDocumentStockClientJoins(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	id := apptest.NewDocument(sam, "Launch", "hello")
	samEditor := openEditor(t, sam, id)
	if status := app.Anonymous().RefusedAt("/api/documents/" + itoa(id) + "/yjs"); status != http.StatusUnauthorized {
		t.Errorf("an anonymous client is refused with %d", status)
	}
	if status := app.As("maya").RefusedAt("/api/documents/" + itoa(id) + "/yjs"); status != http.StatusNotFound {
		t.Errorf("Maya is refused with %d", status)
	}
	stock := sam.ConnectAt("/api/documents/" + itoa(id) + "/yjs")
	if err := stock.SendBinary([]byte{0, 0, 1, 0}); err != nil { // sync, step 1, an empty state vector
		t.Fatal(err)
	}
	var doc [][]byte
	testkit.Eventually(t, "step 1 and step 2", testkit.Timeout, func() bool {
		for _, m := range stock.Binary() {
			if m[0] == 0 && m[1] > 0 {
				_, size := binary.Uvarint(m[2:])
				doc = append(doc, m[2+size:])
			}
		}
		return len(doc) > 0
	})
	d, err := yjs.Build(doc[0], yjs.DefaultBudget)
	if err != nil {
		t.Fatal(err)
	}
	update := d.Rewrite(4_000_000_000, "hello world")
	if err := stock.SendBinary(append(binary.AppendUvarint([]byte{0, 2}, uint64(len(update))), update...)); err != nil {
		t.Fatal(err)
	}
	samEditor.wantText("hello world")
	samEditor.write("oh hello world")
	testkit.Eventually(t, "an update", testkit.Timeout, func() bool {
		for _, m := range stock.Binary() {
			if m[0] == 0 && m[1] == 2 {
				return true
			}
		}
		return false
	})
	sam.Do(http.MethodDelete, "/api/documents/"+itoa(id), nil).Want(http.StatusNoContent)
	stock.WantClosed(1012)
}

func TestPresenceInvisibleUserIsHiddenInDocuments(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPresence)
	sam, maya := app.As("sam"), app.As("maya")
	id := apptest.NewDocument(sam, "Launch", "hello")
	sam.Do(http.MethodPut, "/api/documents/"+itoa(id)+"/members", map[string]any{"userId": app.ID(maya), "role": "editor"}).Want(http.StatusOK)
	samEditor, mayaEditor := openEditor(t, sam, id), openEditor(t, maya, id)
	if e := samEditor.socket.WantEvent("collaboratorJoined"); !strings.Contains(string(e.Data), "Maya Okafor") {
		t.Errorf("the event is %s", e.Data)
	}
	mayaEditor.socket.Post("/api/presence/status", map[string]string{"status": "invisible"}).Want(http.StatusOK)
	samEditor.socket.WantEvent("collaboratorLeft")
	again := maya.Connect("")
	again.Get("/api/documents/join", map[string]any{"docId": id, "schema": 1}).Want(http.StatusOK)
	mayaEditor.write("hello again")
	samEditor.wantText("hello again")
	samEditor.socket.WantNo("collaboratorJoined")
	if found := sam.Connect("").Get("/api/documents/join", map[string]any{"docId": id}).Want(http.StatusOK).Body; strings.Contains(found, `"userId":`+itoa(app.ID(maya))) || strings.Count(found, "Maya") != 1 { // once: as the user who changed the document last
		t.Errorf("the join answers %s", found)
	}
	mayaEditor.socket.Post("/api/presence/status", map[string]string{"status": "online"}).Want(http.StatusOK)
	samEditor.socket.WantEvent("collaboratorJoined")
}
