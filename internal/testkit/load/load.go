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

// Task is the work of all sockets of a load.
type Task string

// The tasks.
const (
	Listen  Task = "listen"  // read events
	Ask     Task = "ask"     // send requests, each as soon as the one before is answered
	Connect Task = "connect" // connect, send the first requests, and read events
	Churn   Task = "churn"   // connect, send some requests at a user's pace, disconnect, and repeat in another role
)

// Order describes the work of a load.
type Order struct {
	Address string // host:port
	Task    Task
	Sockets int
	Roles   []Role // the sockets take them in turn

	Requests  int // for Ask: of all sockets together
	Pipelined int // for Ask: requests in one message; 0: 1
	Events    int // for Listen: events that each socket has to receive; 0: events are not counted

	Lasting time.Duration // for Churn: how long clients connect and disconnect

	Mark string // for Listen: a text in the events that are counted; empty: those with a Stamp are, and are timed
}

// Role is the identity of a socket and what it sends.
type Role struct {
	Path   string   // of the handshake, such as "/socket?view=html"
	Cookie string   // the header; empty: none
	First  []string // requests that are sent, one after the other, when it is connected
	Ask    string   // a request as a format, in which %[1]d is its number in the load
}

// Report is the result of an order.
type Report struct {
	Events   int      // counted events that were received
	Messages int      // received while listening
	Bytes    int      // of these messages
	Answers  int      // to all requests, First included
	Lives    int      // connections of Churn
	Refused  []string // examples of answers that were not 2xx

	TurnedAway int // handshakes and requests of Churn that were answered 503

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

// Start starts a load. It returns when all sockets are connected, or for the task
// Connect when the process is ready. The package's tests must run under testkit.Main.
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
	p.expect("ready")
	return p
}

// Go starts the work, and returns when it is done.
func (p *Process) Go() {
	p.t.Helper()
	_, err := io.WriteString(p.in, "go\n")
	p.check(err)
	p.expect("done")
}

// Finish ends the load and returns its report. It fails the test if an answer was not
// 2xx.
func (p *Process) Finish() Report {
	p.t.Helper()
	p.check(p.in.Close())
	var r Report
	p.check(json.NewDecoder(p.out).Decode(&r))
	p.check(p.cmd.Wait())
	if len(r.Refused) > 0 {
		p.t.Errorf("requests were refused: %q", r.Refused)
	}
	return r
}

// expect waits until the process prints the word.
func (p *Process) expect(word string) {
	p.t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil || line != word+"\n" {
		p.t.Fatalf("the load printed %q (%v), want %q", line, err, word)
	}
}

func (p *Process) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("the load: %v", err)
	}
}
