package load

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Task is what all sockets of a load do.
type Task string

// The tasks.
const (
	Listen  Task = "listen"  // read what comes
	Ask     Task = "ask"     // one request after the other, each as soon as the one before is answered
	Connect Task = "connect" // connect, say what is said at first, and read what comes
	Churn   Task = "churn"   // come, ask a while at a person's pace, go, and come again as somebody else
)

// Order is what a load is to do.
type Order struct {
	Address string // host:port
	Task    Task
	Sockets int
	Roles   []Role // the sockets take them in turn

	Requests  int // to Ask: of all sockets together
	Pipelined int // to Ask: requests that go out in one message; 0: 1
	Events    int // to Listen: events that each socket has to hear; 0: what comes is not looked at

	Lasting time.Duration // to Churn: how long clients come and go

	Mark string // to Listen: text that the events hold which count; empty: a Stamp, by which they are timed
}

// Role is what a socket is and says.
type Role struct {
	Path   string   // of the handshake, such as "/socket?view=html"
	Cookie string   // the header; empty: none
	First  []string // requests, sent one after the other once it is connected
	Ask    string   // a request as a format, in which %[1]d is its number in the load
}

// Report is what became of an order.
type Report struct {
	Events   int // of those that count, heard
	Messages int // that came while listening
	Bytes    int // of these
	Answers  int // to what was asked, at first too
	Lives    int // of clients that came and went

	TurnedAway int // handshakes and requests that were answered 503, of a churn

	Refused  []string // some of the answers that were not 2xx
	P50, P99 time.Duration
}

const variable = "HUBBUB_LOAD" // set: this process is a load, its order is on stdin

// Process is a load that was started.
type Process struct {
	t   testing.TB
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Start returns when all connections stand, or, if connecting is the task, when
// the process is ready for it. The package's tests must run under testkit.Main.
func Start(t testing.TB, order Order) *Process {
	t.Helper()
	p := &Process{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0])}
	p.cmd.Env = append(os.Environ(), variable+"=1", "GOMAXPROCS=1")
	p.cmd.Stderr = os.Stderr
	in, err := p.cmd.StdinPipe()
	p.check(err)
	out, err := p.cmd.StdoutPipe()
	p.check(err)
	p.in, p.out = in, bufio.NewReader(out)
	p.check(p.cmd.Start())
	p.check(json.NewEncoder(p.in).Encode(order))
	p.hear("ready")
	return p
}

// Go lets the load work, and returns when it has done.
func (p *Process) Go() {
	p.t.Helper()
	_, err := io.WriteString(p.in, "go\n")
	p.check(err)
	p.hear("done")
}

// Finish ends the load. It fails the test if an answer was a refusal.
func (p *Process) Finish() Report {
	p.t.Helper()
	p.check(p.in.Close())
	var r Report
	p.check(json.NewDecoder(p.out).Decode(&r))
	p.check(p.cmd.Wait())
	if len(r.Refused) > 0 {
		p.t.Errorf("answers were refusals: %q", r.Refused)
	}
	return r
}

// hear waits for the process to say the word.
func (p *Process) hear(word string) {
	p.t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil || line != word+"\n" {
		p.t.Fatalf("the load said %q (%v), not %q", line, err, word)
	}
}

func (p *Process) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("the load: %v", err)
	}
}
