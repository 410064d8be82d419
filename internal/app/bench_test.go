package app_test

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/chat"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/load"
)

// The benchmarks measure the app that main runs, on a Postgres of its own with durable
// commits. The load comes from another process. docs/performance.md has the results;
// `make bench` has the number of iterations to use.

const (
	benchUsers = 20
	benchRooms = 20
	members    = 1000 // connections in the room of a fan-out
	benchText  = "Ten percent is over. Waiting two minutes."
)

// venue is an app with users and rooms for a load.
type venue struct {
	*apptest.App
	users []*testkit.Client
	rooms []int64
}

func openVenue(b *testing.B) *venue {
	b.Helper()
	v := &venue{App: startDurable(b)}
	for i := range benchUsers {
		v.users = append(v.users, v.Anonymous().SignUp(fmt.Sprint("Bench Person ", i)))
	}
	for i := range benchRooms {
		v.rooms = append(v.rooms, v.Room(v.users[i%benchUsers], fmt.Sprint("bench ", i)))
	}
	return v
}

// startDurable starts an app without rate and connection limits.
func startDurable(b *testing.B) *apptest.App {
	b.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "hubbub-bench-") // a disk, which /tmp may not be
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	return apptest.StartOn(b, "", func(c *apptest.Config) {
		c.DataDir, c.RequestRate, c.ConnectionsPerAddress = dir, 0, 0
		c.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
		c.Heartbeat = time.Hour // the load does not answer pings
	})
}

// start starts a load: one socket for each user and room, which has joined the room.
func (v *venue) start(b *testing.B, order load.Order, view, ask string) *load.Process {
	b.Helper()
	order.Address = v.Addr()
	for i := range benchUsers * len(v.rooms) {
		round, at := i/len(v.rooms), i%len(v.rooms)
		room, person := v.rooms[at], v.users[(at+round)%benchUsers]
		order.Roles = append(order.Roles, load.Role{
			Path:   "/socket" + view,
			Cookie: person.Cookies()[0].String(),
			First:  []string{fmt.Sprintf(`{"id":1,"url":"/api/chat/join?roomId=%d"}`, room)},
			Ask:    fmt.Sprintf(ask, room),
		})
	}
	return load.Start(b, order)
}

// BenchmarkFanOutSaturated broadcasts messages to the 1,000 connections of a room as
// fast as possible without overflow: it waits while a queue is more than half full.
func BenchmarkFanOutSaturated(b *testing.B) {
	for _, view := range []string{"", "?view=html"} {
		b.Run("socket"+view, func(b *testing.B) {
			v := openVenue(b)
			v.rooms = v.rooms[:1]
			listeners := v.start(b, load.Order{Task: load.Listen, Sockets: members}, view, "")
			load.Measure(b, "delivery", b.N*members, func() { v.broadcast(b, b.N) })
			if lost := v.Hub().Stats().Closed; len(lost) > 0 {
				b.Error("connections were lost:", lost)
			}
			listeners.Finish()
		})
	}
}

func (v *venue) broadcast(b *testing.B, times int) {
	channel := fmt.Sprintf("chat-%d", v.rooms[0])
	for i := range times {
		v.Hub().Broadcast(b.Context(), newMessage(v.rooms[0]), hub.To(channel))
		for i%32 == 0 && v.Hub().Stats().Deepest > wire.QueueFrames/2 {
			time.Sleep(100 * time.Microsecond)
		}
	}
	testkit.Eventually(b, "all frames are sent", 10*time.Second, func() bool { return v.Hub().Stats().Queued == 0 })
}

// newMessage makes an event like chat's event of a new message.
func newMessage(roomID int64) hub.Event {
	m := chat.Message{
		ID: 4711, RoomID: roomID, Seq: 42, CreatedSeq: 42, Text: benchText, HTML: "<p>" + benchText + "</p>",
		Sender:    account.Profile{ID: 7, FullName: "Bench Person 7", Handle: "bench-person-7", IsOnline: true},
		Reactions: []chat.Reaction{}, CreatedAt: wire.Time(time.Now()),
	}
	return hub.Event{Name: "newMessage", Data: m, HTML: chat.MessageRow(m, chat.Reader{}).Render}
}

// BenchmarkFanOutPaced sends 20 messages a second to a room of 1,000 connections. It
// measures the time from before the message is stored until it is received.
func BenchmarkFanOutPaced(b *testing.B) {
	for _, view := range []string{"", "?view=html"} {
		b.Run("socket"+view, func(b *testing.B) {
			v := openVenue(b)
			v.rooms = v.rooms[:1]
			listeners := v.start(b, load.Order{Task: load.Listen, Sockets: members, Events: b.N}, view, "")
			load.Measure(b, "delivery", b.N*members, func() { v.sendPaced(b, b.N) })
			received := listeners.Finish()
			received.ReportLags(b)
			if received.Events != b.N*members {
				b.Errorf("%d messages were received, want %d", received.Events, b.N*members)
			}
		})
	}
}

func (v *venue) sendPaced(b *testing.B, times int) {
	client, err := v.Account().User(b.Context(), v.ID(v.users[0]))
	if err != nil {
		b.Fatal(err)
	}
	tick := time.NewTicker(time.Second / 20)
	defer tick.Stop()
	for range times {
		<-tick.C
		out := chat.Outgoing{RoomID: v.rooms[0], Text: benchText + " " + load.Stamp()}
		if _, err := v.Chat().Send(b.Context(), nil, client, out); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVirtualRequests sends requests that need no database: the user has stopped
// typing.
func BenchmarkVirtualRequests(b *testing.B) {
	for _, c := range []struct{ sockets, pipelined int }{{1, 1}, {50, 1}, {50, 16}} {
		b.Run(fmt.Sprintf("sockets=%d/pipelined=%d", c.sockets, c.pipelined), func(b *testing.B) {
			v := openVenue(b)
			askers := v.start(b, load.Order{Task: load.Ask, Sockets: c.sockets, Requests: b.N, Pipelined: c.pipelined}, "",
				`{"id":%%[1]d,"method":"POST","url":"/api/chat/typing","data":{"roomId":%d,"isTyping":false}}`)
			load.Measure(b, "request", b.N, askers.Go)
			askers.Finish().ReportLags(b)
		})
	}
}

// BenchmarkStoredSends sends messages that are committed and broadcast. The sockets are
// in 20 rooms, each with one request in flight.
func BenchmarkStoredSends(b *testing.B) {
	for _, sockets := range []int{20, 100, 400} {
		b.Run(fmt.Sprint("sockets=", sockets), func(b *testing.B) {
			v := openVenue(b)
			senders := v.start(b, load.Order{Task: load.Ask, Sockets: sockets, Requests: b.N}, "",
				`{"id":%%[1]d,"method":"POST","url":"/api/chat/send","data":{"roomId":%d,"text":"`+benchText+`","clientId":"00000000-0000-4000-8000-%%012[1]d"}}`)
			load.Measure(b, "message", b.N, senders.Go)
			senders.Finish().ReportLags(b)
		})
	}
}

// BenchmarkConnectStorm connects users with a session cookie, 50 at a time. Each joins a
// room.
func BenchmarkConnectStorm(b *testing.B) {
	v := openVenue(b)
	arriving := v.start(b, load.Order{Task: load.Connect, Sockets: b.N}, "", "")
	load.Measure(b, "connection", b.N, arriving.Go)
	arriving.Finish()
}

// BenchmarkIdleMemory measures the memory of idle connections with a session, which have
// joined a room.
func BenchmarkIdleMemory(b *testing.B) {
	v := openVenue(b)
	var idle *load.Process
	load.Weigh(b, "connection", b.N, func() {
		idle = v.start(b, load.Order{Task: load.Listen, Sockets: b.N}, "", "")
	})
	idle.Finish()
}
