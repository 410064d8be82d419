package main

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

// processVariable set: this test binary is an app on that database, at the
// address of addressVariable.
const (
	processVariable = "HUBBUB_TEST_APP"
	addressVariable = "HUBBUB_TEST_ADDR"
)

// beProcess runs an app with brisk presence until its parent is gone.
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

// process is an app that can be killed.
type process struct {
	t   testing.TB
	url string
	cmd *exec.Cmd
}

func startProcess(t testing.TB, databaseURL string) *process {
	t.Helper()
	return startProcessAt(t, databaseURL, "")
}

// startProcessAt starts it where another was; "": anywhere.
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

// kill is kill -9. Doing so twice is harmless.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

func (p *process) as(handle string) *testkit.Client {
	p.t.Helper()
	who := testkit.NewClient(p.t, p.url)
	who.Do(http.MethodPost, "/signin/demo", url.Values{"as": {handle}}).Want(http.StatusSeeOther)
	return who
}
