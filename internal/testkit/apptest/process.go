package apptest

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"hubbub/internal/app"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/browser"
)

// If processVariable is set, this test binary runs an app on that database, at the address
// in addressVariable.
const (
	processVariable = "HUBBUB_TEST_APP"
	addressVariable = "HUBBUB_TEST_ADDR"
)

// Main runs a package's tests as testkit.Main does. A package whose tests call
// StartProcess needs it.
func Main(m *testing.M) {
	if database := os.Getenv(processVariable); database != "" {
		runAsProcess(database)
	}
	testkit.Main(m)
}

// runAsProcess runs an app with FastPresence until the parent process closes stdin.
func runAsProcess(databaseURL string) {
	config := testConfig(databaseURL, os.Stderr)
	FastPresence(&config)
	config.Addr = cmp.Or(os.Getenv(addressVariable), config.Addr)
	a, err := app.Start(context.Background(), config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("http://" + a.Addr())
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// Process is an app in a process of its own, which can be killed.
type Process struct {
	t       testing.TB
	BaseURL string
	cmd     *exec.Cmd
}

// StartProcess starts an app with FastPresence on the database. The package's tests must
// run by Main.
func StartProcess(t testing.TB, databaseURL string) *Process {
	t.Helper()
	return StartProcessAt(t, databaseURL, "")
}

// StartProcessAt is StartProcess at the address, or at a free one if address is "".
func StartProcessAt(t testing.TB, databaseURL, address string) *Process {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), processVariable+"="+databaseURL, addressVariable+"="+address)
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
	p := &Process{t: t, cmd: cmd}
	t.Cleanup(func() {
		in.Close()
		p.Kill()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the process did not start: %v", err)
	}
	p.BaseURL = strings.TrimSpace(line)
	return p
}

// Kill sends SIGKILL. A second call does nothing.
func (p *Process) Kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// As returns a client that is signed in as a user of the demo.
func (p *Process) As(handle string) *testkit.Client {
	p.t.Helper()
	client := testkit.NewClient(p.t, p.BaseURL)
	client.Do(http.MethodPost, "/signin/demo", url.Values{"as": {handle}}).Want(http.StatusSeeOther)
	return client
}

// Open opens a path in a new browser of the client's user and waits until the page is
// live.
func (p *Process) Open(client *testkit.Client, path string) Tab {
	p.t.Helper()
	return Tab{browser.Start(p.t).Person(p.t, p.BaseURL, client.Cookies()...)}.Visit(path)
}
