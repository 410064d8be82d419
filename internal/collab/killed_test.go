package collab_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// typist types letters into a line of its own, ahead of the acknowledgements.
type typist struct {
	*editor
	handle string
	sent   [][]byte // the update of each letter by its number, from 1
	typed  int
}

const unacknowledged = 15 // letters that may wait for their acknowledgement

func (y *typist) typeLetter() {
	y.receive()
	y.dead = y.dead || y.socket.Ended() // a typist that waits for acknowledgements sends nothing that could fail
	if y.dead || y.n-y.acked >= unacknowledged {
		return
	}
	lines := strings.Split(y.text(), "\n")
	for i := range lines {
		if strings.HasPrefix(lines[i], y.handle) {
			lines[i] += "x"
		}
	}
	y.write(strings.Join(lines, "\n"))
	y.typed++
	for len(y.sent) < int(y.n) { // numbers of other messages
		y.sent = append(y.sent, nil)
	}
	y.sent = append(y.sent, y.doc[len(y.doc)-1])
}

// wantStored checks that every acknowledged letter is in the document, and counts them.
func (y *typist) wantStored(whole *yjs.Update) (letters int) {
	for n := range int(y.acked) + 1 {
		if n >= len(y.sent) || y.sent[n] == nil {
			continue
		}
		u, err := yjs.Decode(y.sent[n])
		if err != nil {
			y.t.Fatal(err)
		}
		if u.Trim(whole.StateVector()); !u.Empty() {
			y.t.Errorf("%s: letter %d was acknowledged and is missing", y.handle, n)
		}
		letters++
	}
	return letters
}

func idOf(client *testkit.Client) int64 {
	return testkit.As[apptest.Fields](client.Get("/api/me").Want(http.StatusOK)).ID
}

func TestDocumentKeepsAcknowledgedEditsAfterAKill(t *testing.T) {
	t.Parallel()
	database := testkit.DatabaseURL(t)
	first := apptest.StartProcess(t, database)
	handles := []string{"sam", "maya", "theo"}
	id := apptest.NewDocument(first.As("sam"), "Killed", strings.Join(handles, "\n\n"))
	var typists []*typist
	for _, handle := range handles {
		client := first.As(handle)
		if handle != "sam" {
			first.As("sam").Do(http.MethodPut, "/api/documents/"+itoa(id)+"/members", map[string]any{"userId": idOf(client), "role": "editor"}).Want(http.StatusOK)
		}
		y := &typist{editor: openEditor(t, client, id), handle: handle}
		y.mortal = true
		typists = append(typists, y)
	}
	all := func(is func(*typist) bool) bool {
		every := true
		for _, y := range typists {
			y.typeLetter()
			every = every && is(y)
		}
		return every
	}
	testkit.Eventually(t, "30 letters of each are acknowledged", testkit.Timeout, func() bool {
		return all(func(y *typist) bool { return y.acked > 30 })
	})
	killed := make(chan struct{})
	go func() { defer close(killed); first.Kill() }()
	testkit.Eventually(t, "all connections are closed", testkit.Timeout, func() bool {
		return all(func(y *typist) bool { return y.dead })
	})
	<-killed

	second := apptest.StartProcess(t, database)
	whole := openEditor(t, second.As("sam"), id).merged()
	for _, y := range typists {
		y.receive()
		letters := y.wantStored(whole)
		t.Logf("%s typed %d letters, %d were acknowledged", y.handle, y.typed, letters)
		y.join(second.As(y.handle), id) // sends the unacknowledged letters
	}
	for _, y := range typists {
		for _, other := range typists {
			y.until("all letters of "+other.handle+" are there", func() bool {
				return strings.Contains("\n"+y.text()+"\n", "\n"+other.handle+strings.Repeat("x", other.typed)+"\n")
			})
		}
	}
}

// keepTyping types the letter every 100 ms, and keeps in savedLetters how many there were
// when the page last showed "saved".
const keepTyping = `(letter => {
	const paper = document.querySelector(".tiptap"), state = document.querySelector("[data-doc-saved]");
	const mine = () => paper.textContent.split(letter).length - 1;
	window.savedLetters = 0;
	new MutationObserver(() => { if (state.dataset.state === "saved") window.savedLetters = mine(); }).observe(state, {attributes: true});
	paper.focus();
	window.typing = setInterval(() => document.execCommand("insertText", false, letter), 100);
	return true;
})(%q)`

func TestDocumentKeepsSavedTextOfBrowsersAfterAKill(t *testing.T) {
	t.Parallel()
	database := testkit.DatabaseURL(t)
	first := apptest.StartProcess(t, database)
	letters := map[string]string{"sam": "①", "maya": "②", "theo": "③"}
	id := apptest.NewDocument(first.As("sam"), "Killed", "We begin.")
	tabs := map[string]documentTab{}
	for handle, letter := range letters {
		client := first.As(handle)
		if handle != "sam" {
			first.As("sam").Do(http.MethodPut, "/api/documents/"+itoa(id)+"/members", map[string]any{"userId": idOf(client), "role": "editor"}).Want(http.StatusOK)
		}
		tabs[handle] = documentTab{first.Open(client, documentPath(id))}.waitForEditor().waitUntilSaved()
		tabs[handle].AllowErrors("ERR_", "WebSocket", "Failed to load resource")
		tabs[handle].Until(fmt.Sprintf(keepTyping, letter))
	}
	for _, p := range tabs {
		p.Until("window.savedLetters > 5")
	}
	first.Kill()

	stored := testkit.As[page](apptest.StartProcess(t, database).As("sam").Get("/api/documents/" + itoa(id)).Want(http.StatusOK)).Content
	for handle, p := range tabs {
		saved := browser.Eval[int](p.Page, "window.savedLetters")
		if got := strings.Count(stored, letters[handle]); got < saved {
			t.Errorf("%s was shown %d letters as saved, %d are stored", handle, saved, got)
		}
		p.Until("(clearInterval(window.typing), true)")
	}
	again := apptest.StartProcessAt(t, database, strings.TrimPrefix(first.BaseURL, "http://"))
	for _, p := range tabs {
		p.waitUntilSaved()
	}
	final := testkit.As[page](again.As("sam").Get("/api/documents/" + itoa(id)).Want(http.StatusOK)).Content
	for handle, p := range tabs {
		testkit.Eventually(t, handle+" sees what is stored", testkit.Timeout, func() bool { return p.paragraphs() == strings.TrimSpace(final) })
	}
}
