package socket_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubbub/internal/hub"
	"hubbub/internal/socket"
)

// The load comes from another process, so that the CPU that is counted is the
// server's alone. See benchclient_test.go for what that process does.

// load starts the client process and waits until all its connections stand.
type load struct {
	b      testing.TB
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stop   func() error
}

func startLoad(b testing.TB, p *place, order clientOrder) *load {
	b.Helper()
	order.Address = strings.TrimPrefix(p.url, "http://")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), order.env())
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	l := &load{b: b, cmd: cmd, stdout: bufio.NewReader(stdout), stop: stdin.Close}
	l.says("ready")
	return l
}

// says waits for a line that starts with the word, and returns the rest.
func (l *load) says(word string) string {
	l.b.Helper()
	line, err := l.stdout.ReadString('\n')
	rest, ok := strings.CutPrefix(line, word)
	if err != nil || !ok {
		l.b.Fatalf("the client process said %q (%v), not %q", line, err, word)
	}
	return strings.TrimSpace(rest)
}

// finish tells the client process to report and waits for its end.
func (l *load) finish() (report string) {
	l.b.Helper()
	l.stop()
	report = l.says("report")
	if err := l.cmd.Wait(); err != nil {
		l.b.Error(err)
	}
	return report
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

const members = 1000

// chatEvent has the size of a short chat message.
func chatEvent(data any) hub.Event {
	return hub.Event{Name: "newMessage", Data: []any{data, strings.Repeat("hello ", 30)}}
}

// An operation is a broadcast to 1,000 sockets, as fast as they take them.
func BenchmarkFanOutSaturated(b *testing.B) {
	p := openPlace(b, socket.Config{}, hub.Config{})
	clients := startLoad(b, p, clientOrder{Do: "listen", Sockets: members})
	// Published once, then measured, so that connecting does not count.
	p.hub.Broadcast(b.Context(), chatEvent(0), nil, "a")
	start := cpuTime()
	b.ResetTimer()
	for i := range b.N {
		p.hub.Broadcast(b.Context(), chatEvent(i), nil, "a")
		for i%32 == 0 && p.hub.Stats().Deepest > 100 {
			time.Sleep(100 * time.Microsecond)
		}
	}
	for p.hub.Stats().Queued > 0 {
		time.Sleep(100 * time.Microsecond)
	}
	b.StopTimer()
	deliveries := float64(b.N) * members
	b.ReportMetric(float64(cpuTime()-start)/deliveries, "cpu-ns/delivery")
	b.ReportMetric(deliveries/b.Elapsed().Seconds(), "deliveries/s")
	if closed := p.hub.Stats().Closed; len(closed) > 0 {
		b.Error("connections were lost:", closed)
	}
	clients.finish()
}

// An operation is one of 20 broadcasts a second to 1,000 sockets. Use a fixed
// count: -benchtime 200x.
func BenchmarkFanOutPaced(b *testing.B) {
	p := openPlace(b, socket.Config{}, hub.Config{})
	clients := startLoad(b, p, clientOrder{Do: "listen", Sockets: members, Rounds: b.N})
	start := cpuTime()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	b.ResetTimer()
	for range b.N {
		<-tick.C
		p.hub.Broadcast(b.Context(), chatEvent(time.Now().UnixNano()), nil, "a")
	}
	b.StopTimer()
	b.ReportMetric(float64(cpuTime()-start)/float64(b.N)/members, "cpu-ns/delivery")
	var deliveries int
	var p50, p99 float64
	fmt.Sscan(clients.finish(), &deliveries, &p50, &p99)
	b.ReportMetric(p50, "p50-ms")
	b.ReportMetric(p99, "p99-ms")
	if deliveries != b.N*members {
		b.Errorf("%d deliveries arrived, want %d", deliveries, b.N*members)
	}
}

// An operation is a virtual request and its reply.
func BenchmarkRequests(b *testing.B) {
	for _, c := range []struct{ sockets, pipelined int }{{1, 1}, {50, 1}, {50, 16}} {
		b.Run(fmt.Sprintf("sockets=%d/pipelined=%d", c.sockets, c.pipelined), func(b *testing.B) {
			p := openPlace(b, socket.Config{}, hub.Config{})
			each := max(b.N/c.sockets/c.pipelined, 1)
			clients := startLoad(b, p, clientOrder{Do: "ask", Sockets: c.sockets, Pipelined: c.pipelined, Rounds: each})
			start := cpuTime()
			b.ResetTimer()
			clients.says("done")
			b.StopTimer()
			requests := float64(each * c.sockets * c.pipelined)
			b.ReportMetric(float64(cpuTime()-start)/requests, "cpu-ns/request")
			b.ReportMetric(requests/b.Elapsed().Seconds(), "requests/s")
			clients.finish()
		})
	}
}

// An operation is a connection that has joined a room and then says nothing.
// Use a fixed count: -benchtime 5000x.
func BenchmarkIdleMemory(b *testing.B) {
	p := openPlace(b, socket.Config{}, hub.Config{})
	before, rss := settled()
	clients := startLoad(b, p, clientOrder{Do: "listen", Sockets: b.N})
	after, rssAfter := settled()
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(b.N), "heap-B/conn")
	b.ReportMetric(float64(after.StackInuse-before.StackInuse)/float64(b.N), "stack-B/conn")
	b.ReportMetric(float64(rssAfter-rss)/float64(b.N), "rss-B/conn")
	clients.finish()
}

// settled is what the process uses after garbage is collected.
func settled() (m runtime.MemStats, rss int64) {
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	text, _ := os.ReadFile("/proc/self/statm")
	var total, resident int64
	fmt.Sscan(string(text), &total, &resident)
	return m, resident * int64(os.Getpagesize())
}

// A socket that is opened, introduced and closed.
func BenchmarkConnect(b *testing.B) {
	p := openPlace(b, socket.Config{}, hub.Config{})
	for b.Loop() {
		c, _, err := p.dial("user=7", http.Header{})
		if err != nil {
			b.Fatal(err)
		}
		c.next()
		c.ws.CloseNow()
	}
}
