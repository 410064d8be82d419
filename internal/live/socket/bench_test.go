package socket_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
	"hubbub/internal/testkit/load"
)

// These benchmarks measure the transport alone, with a router that does nothing.
// Those in internal/app measure the whole app.

const members = 1000

var (
	listener = load.Role{Path: "/socket?user=7", First: []string{`{"id":1,"url":"/join?room=a"}`}}
	asker    = load.Role{Path: "/socket?user=7", Ask: `{"id":%[1]d,"method":"POST","url":"/ok","data":{"text":"hello"}}`}
)

func startLoad(b *testing.B, p *testServer, order load.Order) *load.Process {
	b.Helper()
	order.Address = strings.TrimPrefix(p.url, "http://")
	return load.Start(b, order)
}

// chatEvent has the size of a short chat message.
func chatEvent(stamp string) hub.Event {
	return hub.Event{Name: "newMessage", Data: []any{stamp, strings.Repeat("hello ", 30)}}
}

// An operation is a broadcast to 1,000 sockets, sent as fast as they read.
func BenchmarkFanOutSaturated(b *testing.B) {
	p := newTestServer(b, socket.Config{}, hub.Config{})
	clients := startLoad(b, p, load.Order{Task: load.Listen, Sockets: members, Roles: []load.Role{listener}})
	load.Measure(b, "delivery", b.N*members, func() {
		for i := range b.N {
			p.hub.Broadcast(b.Context(), chatEvent(""), hub.To("a"))
			for i%32 == 0 && p.hub.Stats().Deepest > 100 {
				time.Sleep(100 * time.Microsecond)
			}
		}
		p.eventually("all is sent", func() bool { return p.hub.Stats().Queued == 0 })
	})
	if closed := p.hub.Stats().Closed; len(closed) > 0 {
		b.Error("connections were closed:", closed)
	}
	clients.Finish()
}

// An operation is one of 20 broadcasts a second to 1,000 sockets. Use a fixed
// count: -benchtime 200x.
func BenchmarkFanOutPaced(b *testing.B) {
	p := newTestServer(b, socket.Config{}, hub.Config{})
	clients := startLoad(b, p, load.Order{Task: load.Listen, Sockets: members, Roles: []load.Role{listener}, Events: b.N})
	tick := time.NewTicker(time.Second / 20)
	defer tick.Stop()
	load.Measure(b, "delivery", b.N*members, func() {
		for range b.N {
			<-tick.C
			p.hub.Broadcast(b.Context(), chatEvent(load.Stamp()), hub.To("a"))
		}
	})
	received := clients.Finish()
	received.ReportLags(b)
	if received.Events != b.N*members {
		b.Errorf("%d deliveries arrived, want %d", received.Events, b.N*members)
	}
}

// An operation is a virtual request and its reply.
func BenchmarkRequests(b *testing.B) {
	for _, c := range []struct{ sockets, pipelined int }{{1, 1}, {50, 1}, {50, 16}} {
		b.Run(fmt.Sprintf("sockets=%d/pipelined=%d", c.sockets, c.pipelined), func(b *testing.B) {
			p := newTestServer(b, socket.Config{}, hub.Config{})
			clients := startLoad(b, p, load.Order{
				Task: load.Ask, Sockets: c.sockets, Roles: []load.Role{asker}, Requests: b.N, Pipelined: c.pipelined,
			})
			load.Measure(b, "request", b.N, clients.Go)
			clients.Finish()
		})
	}
}

// An operation is a connection that has joined a room and then sends nothing.
// Use a fixed count: -benchtime 5000x.
func BenchmarkIdleMemory(b *testing.B) {
	p := newTestServer(b, socket.Config{}, hub.Config{})
	var clients *load.Process
	load.Weigh(b, "conn", b.N, func() {
		clients = startLoad(b, p, load.Order{Task: load.Listen, Sockets: b.N, Roles: []load.Role{listener}})
	})
	clients.Finish()
}

// An operation opens a socket, reads the connected event, and closes it.
func BenchmarkConnect(b *testing.B) {
	p := newTestServer(b, socket.Config{}, hub.Config{})
	for b.Loop() {
		c, _, err := p.dial("user=7", http.Header{})
		if err != nil {
			b.Fatal(err)
		}
		c.next()
		c.ws.CloseNow()
	}
}
