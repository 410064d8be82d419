package collab_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// providers is a Node process that runs unmodified providers of y-websocket.
type providers struct {
	app *apptest.App
	t   *testing.T
	in  io.Writer
	out *bufio.Reader
}

// startProviders skips the test if Node or the package is missing; with CI set it fails
// the test.
func startProviders(t *testing.T, app *apptest.App) *providers {
	t.Helper()
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join("..", "..", "node_modules", "y-websocket"))
	}
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("no y-websocket to try: install Node, then run npm ci:", err)
	}
	if err != nil {
		t.Skip("SKIPPED, NO Y-WEBSOCKET: stock clients were not tested. Install Node, then run npm ci.")
	}
	cmd := exec.Command(node, "--experimental-websocket", "--no-warnings", filepath.Join("testdata", "providers.mjs"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error("the process of the providers failed:", err)
		}
	})
	return &providers{app, t, in, bufio.NewReader(out)}
}

// provider is one provider, with its Yjs document.
type provider struct {
	*providers
	name string
}

// state is the state of a provider.
type state struct {
	Text   string // as XML
	Synced bool
	Carets []string // those of others, and its own
	Denied int      // refusals to all providers of the process
}

func (p *providers) do(command map[string]any, into any) {
	p.t.Helper()
	line, err := json.Marshal(command)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		p.t.Fatal(err)
	}
	answer, err := p.out.ReadBytes('\n')
	if err != nil {
		p.t.Fatal("the providers do not answer:", err)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		p.t.Fatal(err)
	}
}

// open opens a document with a provider of the user.
func (p *providers) open(name string, client *testkit.Client, docID int64) provider {
	p.t.Helper()
	token := testkit.As[struct{ Token string }](client.Post("/api/tokens", map[string]string{"name": name}).Want(http.StatusOK)).Token
	one := provider{p, name}
	one.command("open", "url", "ws"+strings.TrimPrefix(p.app.BaseURL(), "http")+"/api/documents/"+itoa(docID), "token", token)
	one.until("it is synced", func(s state) bool { return s.Synced })
	return one
}

func (p provider) command(what string, more ...string) {
	p.t.Helper()
	command := map[string]any{"do": what, "name": p.name}
	for i := 0; i < len(more); i += 2 {
		command[more[i]] = more[i+1]
	}
	p.do(command, &struct{}{})
}

func (p provider) state() (s state) {
	p.t.Helper()
	p.do(map[string]any{"do": "state", "name": p.name}, &s)
	return s
}

func (p provider) until(what string, cond func(state) bool) {
	p.t.Helper()
	testkit.Eventually(p.t, p.name+": "+what, testkit.Timeout, func() bool { return cond(p.state()) })
}

func (p provider) wantText(want string) {
	p.t.Helper()
	p.until("the text is "+want, func(s state) bool { return s.Text == "<paragraph>"+want+"</paragraph>" })
}

func TestDocumentStockClientsEditTogether(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya, theo := app.As("sam"), app.As("maya"), app.As("theo")
	id := apptest.NewDocument(sam, "Stock", "one")
	for client, role := range map[*testkit.Client]string{maya: "editor", theo: "viewer"} {
		sam.Do(http.MethodPut, "/api/documents/"+itoa(id)+"/members", map[string]any{"userId": app.ID(client), "role": role}).Want(http.StatusOK)
	}
	node := startProviders(t, app)
	samProvider, mayaProvider, theoProvider := node.open("sam", sam, id), node.open("maya", maya, id), node.open("theo", theo, id)
	own := openEditor(t, sam, id) // an editor of Hubbub's own protocol
	samProvider.command("write", "text", " two")
	mayaProvider.wantText("one two")
	own.wantText("one two")
	own.write("one two three")
	samProvider.wantText("one two three")

	mayaProvider.command("disconnect")
	mayaProvider.until("it is disconnected", func(s state) bool { return !s.Synced })
	mayaProvider.command("write", "text", " four")
	samProvider.command("write", "text", " five")
	theoProvider.wantText("one two three five")
	mayaProvider.command("connect")
	mayaProvider.until("both edits are there", func(s state) bool {
		return strings.Contains(s.Text, " four") && strings.Contains(s.Text, " five")
	})
	samProvider.until("they agree", func(s state) bool { return s.Text == mayaProvider.state().Text })
	samProvider.command("caret", "at", "here")
	mayaProvider.until("his caret", func(s state) bool { return slices.Equal(s.Carets, []string{"here"}) })

	before := samProvider.state().Text
	theoProvider.command("write", "text", " mine")
	theoProvider.until("it is denied", func(s state) bool { return s.Denied > 0 })
	samProvider.command("write", "text", " six")
	own.until("what was allowed", func() bool { return strings.HasSuffix(own.text(), " six") })
	if strings.Contains(own.text(), "mine") || len(samProvider.state().Text) != len(before)+len(" six") {
		t.Errorf("a reader wrote: %q", own.text())
	}
}

func TestDocumentStockClientSendsFastTypingInFull(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	id := apptest.NewDocument(sam, "Stock", "one")
	node := startProviders(t, app)
	samProvider, own := node.open("sam", sam, id), openEditor(t, sam, id)
	long := strings.Repeat("0123456789", 60)
	samProvider.command("write", "text", long)
	own.wantText("one" + long)
}
