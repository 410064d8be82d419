package app

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

	"hubbub/internal/testkit"
)

// If processVariable is set, this test binary runs an app on that database, at the address
// in addressVariable.
const (
	processVariable = "HUBBUB_TEST_APP"
	addressVariable = "HUBBUB_TEST_ADDR"
)

// runAsProcess runs an app with fastPresence until the parent process closes stdin.
func runAsProcess(databaseURL string) {
	config := testConfig(databaseURL, os.Stderr)
	fastPresence(&config)
	config.Addr = cmp.Or(os.Getenv(addressVariable), config.Addr)
	app, err := Start(context.Background(), config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("http://" + app.listener.Addr().String())
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// process is an app in a process of its own, which can be killed.
type process struct {
	t   testing.TB
	url string
	cmd *exec.Cmd
}

func startProcess(t testing.TB, databaseURL string) *process {
	t.Helper()
	return startProcessAt(t, databaseURL, "")
}

// startProcessAt starts an app at the address; "": at a free one.
func startProcessAt(t testing.TB, databaseURL, address string) *process {
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
	p := &process{t: t, cmd: cmd}
	t.Cleanup(func() {
		in.Close()
		p.kill()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the process did not start: %v", err)
	}
	p.url = strings.TrimSpace(line)
	return p
}

// kill sends SIGKILL. A second call does nothing.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

func (p *process) as(handle string) *testkit.Client {
	p.t.Helper()
	client := testkit.NewClient(p.t, p.url)
	client.Do(http.MethodPost, "/signin/demo", url.Values{"as": {handle}}).Want(http.StatusSeeOther)
	return client
}
