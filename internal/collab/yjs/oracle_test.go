package yjs

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// oracle is a Node process that runs yjs.
type oracle struct {
	t   testing.TB
	in  io.WriteCloser
	out *bufio.Reader
}

// askYjs starts an oracle. Without Node or its packages it skips the test, or fails it if CI is set.
func askYjs(t testing.TB) *oracle {
	t.Helper()
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join("..", "..", "..", "node_modules", "yjs"))
	}
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("no yjs to compare with: install Node, then run npm ci:", err)
	}
	if err != nil {
		t.Skip("SKIPPED, NO YJS: nothing was compared with it. Install Node, then run npm ci.")
	}
	return startOracle(t, node)
}

func startOracle(t testing.TB, node string) *oracle {
	cmd := exec.Command(node, filepath.Join("testdata", "oracle.mjs"))
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
			t.Error("the oracle ended with an error:", err)
		}
	})
	return &oracle{t, in, bufio.NewReaderSize(out, 1<<20)}
}

// ask sends a command with its fields and decodes the answer into into.
func (o *oracle) ask(command string, fields map[string]any, into any) {
	o.t.Helper()
	if fields == nil {
		fields = map[string]any{}
	}
	fields["command"] = command
	line, err := json.Marshal(fields)
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.in.Write(append(line, '\n')); err != nil {
		o.t.Fatal(err)
	}
	answer, err := o.out.ReadBytes('\n')
	if err != nil {
		o.t.Fatal("the oracle does not answer:", err)
	}
	var failed struct{ Failed string }
	if json.Unmarshal(answer, &failed); failed.Failed != "" {
		o.t.Fatalf("the oracle failed at %s %v: %s", command, fields["seed"], failed.Failed)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		o.t.Fatal(err)
	}
}

// sessions returns the number of sessions of a differential test: usual, or YJS_SESSIONS if it is set.
func sessions(t *testing.T, usual int) int {
	text := os.Getenv("YJS_SESSIONS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal("YJS_SESSIONS is not a number:", text)
	}
	return n
}
