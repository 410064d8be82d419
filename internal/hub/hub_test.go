package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newHub is a hub whose connections are all removed at the end of the test.
func newHub(t testing.TB, c hub.Config) *hub.Hub {
	h := hub.New(c)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := h.Shutdown(ctx); err != nil {
			t.Error("shutdown:", err)
		}
	})
	return h
}

// person is a connection that nobody writes to a line: what the hub queued
// stays until it is asked for.
type person struct {
	t testing.TB
	*hub.Conn
}

func open(t testing.TB, h *hub.Hub, who hub.Identity) person {
	c := h.Open(who)
	t.Cleanup(func() { h.Remove(c) })
	return person{t, c}
}

func (p person) join(h *hub.Hub, rooms ...string) person {
	p.t.Helper()
	for _, room := range rooms {
		if _, err := h.Join(p.Conn, room, nil); err != nil {
			p.t.Fatal(err)
		}
	}
	return p
}

// hears takes what is queued and compares it with the frames, in order.
func (p person) hears(want ...string) {
	p.t.Helper()
	frames, _ := p.Take(nil)
	var got []string
	for _, f := range frames {
		got = append(got, string(f.Bytes))
	}
	if !slices.Equal(got, want) {
		p.t.Errorf("%s hears\n%s\nwant\n%s", p.ID(), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (p person) closedWith(want wire.CloseCode) {
	p.t.Helper()
	if _, code := p.Take(nil); code != want {
		p.t.Errorf("closed with %d, want %d", code, want)
	}
}

func event(name string, data any) hub.Event { return hub.Event{Name: name, Data: data} }

func fragment(html string) func(context.Context, io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, html)
		return err
	}
}

func TestAnEventReachesTheRoomButNotTheSender(t *testing.T) {
	h := newHub(t, hub.Config{})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "chat-1")
	tab := open(t, h, hub.Identity{UserID: 1}).join(h, "chat-1")
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "chat-1")
	carol := open(t, h, hub.Identity{UserID: 3}).join(h, "chat-2")

	h.Broadcast(t.Context(), event("newMessage", "hi"), alice.Conn, "chat-1")

	frame := `{"event":"newMessage","room":"chat-1","data":"hi"}`
	alice.hears()
	tab.hears(frame)
	bob.hears(frame)
	carol.hears()
}

func TestAConnectionInSeveralRoomsHearsOnce(t *testing.T) {
	h := newHub(t, hub.Config{})
	both := open(t, h, hub.Identity{}).join(h, "a", "b")
	second := open(t, h, hub.Identity{}).join(h, "b")

	h.Broadcast(t.Context(), event("x", 1), nil, "a", "b")

	both.hears(`{"event":"x","room":"a","data":1}`)
	second.hears(`{"event":"x","room":"b","data":1}`)
}

func TestServerRoomsAndBlast(t *testing.T) {
	h := newHub(t, hub.Config{})
	alice := open(t, h, hub.Identity{UserID: 1})
	anon := open(t, h, hub.Identity{})

	h.Broadcast(t.Context(), event("mine", nil), nil, alice.ID())
	h.Broadcast(t.Context(), event("ours", nil), nil, "user-1")
	h.Blast(t.Context(), event("all", nil), nil)

	alice.hears(`{"event":"mine","room":"`+alice.ID()+`"}`, `{"event":"ours","room":"user-1"}`, `{"event":"all"}`)
	anon.hears(`{"event":"all"}`)
	if h.UserIn(0, "user-0") {
		t.Error("anonymous connections share a room")
	}
	h.LeaveAll(alice.Conn)
	if !h.In(alice.Conn, "user-1") || !h.In(alice.Conn, alice.ID()) {
		t.Error("the server's rooms were left")
	}
}

func TestEachRepresentationIsMadeOnceAndOnlyIfWanted(t *testing.T) {
	h := newHub(t, hub.Config{})
	var encoded, rendered int
	ev := hub.Event{
		Name: "x",
		Data: counting{&encoded},
		HTML: func(ctx context.Context, w io.Writer) error {
			rendered++
			return fragment("<p>")(ctx, w)
		},
	}
	h.Broadcast(t.Context(), ev, nil, "empty")
	if encoded+rendered != 0 {
		t.Errorf("encoded %d and rendered %d times for nobody", encoded, rendered)
	}
	var plain, html []person
	for range 3 {
		plain = append(plain, open(t, h, hub.Identity{}).join(h, "a", "b"))
	}
	h.Broadcast(t.Context(), ev, nil, "a")
	if encoded != 1 || rendered != 0 {
		t.Errorf("encoded %d and rendered %d times, want 1 and 0", encoded, rendered)
	}
	for range 3 {
		html = append(html, open(t, h, hub.Identity{HTML: true}).join(h, "b"))
	}
	h.Broadcast(t.Context(), ev, nil, "a", "b")
	if encoded != 2 || rendered != 1 {
		t.Errorf("encoded %d and rendered %d times, want 2 and 1", encoded, rendered)
	}
	plain[0].hears(`{"event":"x","room":"a","data":1}`, `{"event":"x","room":"a","data":1}`)
	html[2].hears(`{"event":"x","room":"b","data":1,"html":"<p>"}`)
}

type counting struct{ n *int }

func (c counting) MarshalJSON() ([]byte, error) { *c.n++; return []byte("1"), nil }

func TestTheEndOfTheSendersContextStopsNothing(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{HTML: true}).join(h, "a")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	h.Broadcast(ctx, hub.Event{Name: "x", HTML: func(ctx context.Context, w io.Writer) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return fragment("<p>")(ctx, w)
	}}, nil, "a")
	bob.hears(`{"event":"x","room":"a","html":"<p>"}`)
}

func TestWhatCannotBeRenderedIsSentAsData(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{HTML: true}).join(h, "a")
	broken := func(context.Context, io.Writer) error { return errors.New("broken") }
	h.Broadcast(t.Context(), hub.Event{Name: "x", Data: 1, HTML: broken}, nil, "a")
	bob.hears(`{"event":"x","room":"a","data":1}`)
}

func TestFirstAndLastCountTheUsersConnections(t *testing.T) {
	h := newHub(t, hub.Config{})
	var left []hub.Left
	h.OnLeave("chat-", func(l hub.Left) { left = append(left, l) })
	one, two := open(t, h, hub.Identity{UserID: 1}), open(t, h, hub.Identity{UserID: 1})

	if first, _ := h.Join(one.Conn, "chat-1", nil); !first {
		t.Error("the first connection is not the first")
	}
	if first, _ := h.Join(one.Conn, "chat-1", nil); first {
		t.Error("joining twice is a first twice")
	}
	if first, _ := h.Join(two.Conn, "chat-1", nil); first {
		t.Error("the second connection is a first")
	}
	if got := h.Users("chat-1"); !slices.Equal(got, []int64{1}) {
		t.Errorf("users %v", got)
	}
	if h.Leave(one.Conn, "chat-1") {
		t.Error("one of two was the last")
	}
	if h.Leave(one.Conn, "chat-1") {
		t.Error("left twice")
	}
	h.Remove(two.Conn)
	if len(left) != 2 || left[0].Last || !left[1].Last || left[1].Conn != two.Conn || left[1].Room != "chat-1" {
		t.Errorf("observed %+v", left)
	}
	if h.Users("chat-1") != nil || h.UserIn(1, "chat-1") {
		t.Error("the room is not empty")
	}
	if online := h.UsersOnline([]int64{1, 2}); !online[1] || online[2] {
		t.Errorf("online %v", online)
	}
}

func TestJoinIsRefusedByItsAuthorisation(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{UserID: 2})
	if _, err := h.Join(bob.Conn, "a", func() error { return fault.NotFound() }); fault.Of(err).Status != 404 {
		t.Errorf("error %v, want the 404", err)
	}
	if h.In(bob.Conn, "a") {
		t.Error("joined all the same")
	}
}

func TestTheServersRoomsDoNotCountAgainstTheLimit(t *testing.T) {
	h := newHub(t, hub.Config{MaxRooms: 2})
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "a", "b")
	h.Subscribe(bob.Conn, "order", 1, 2, 3)
	if _, err := h.Join(bob.Conn, "c", nil); fault.Of(err).Status != 429 {
		t.Errorf("error %v, want a 429", err)
	}
	h.Leave(bob.Conn, "a")
	bob.join(h, "c")
}

func TestAGoneConnectionJoinsNothing(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{})
	h.Remove(bob.Conn)
	if _, err := h.Join(bob.Conn, "a", nil); fault.Of(err).Status != 400 {
		t.Errorf("error %v, want a 400", err)
	}
}

func TestAStateReplacesItsQueuedSelf(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{}).join(h, "a", "b")
	state := func(key string, n int) hub.Event {
		return hub.Event{Name: "stats", Class: hub.State, Key: key, Data: n}
	}
	h.Broadcast(t.Context(), state("x", 1), nil, "a")
	h.Broadcast(t.Context(), state("y", 2), nil, "a")
	h.Broadcast(t.Context(), state("x", 3), nil, "b")
	h.Broadcast(t.Context(), state("x", 4), nil, "a")
	bob.hears(`{"event":"stats","room":"a","data":4}`, `{"event":"stats","room":"a","data":2}`, `{"event":"stats","room":"b","data":3}`)
}

func TestVolatileEventsAreDroppedPastHalf(t *testing.T) {
	h := newHub(t, hub.Config{QueueFrames: 4})
	bob := open(t, h, hub.Identity{}).join(h, "a")
	for i := range 5 {
		h.Broadcast(t.Context(), hub.Event{Name: "typing", Class: hub.Volatile, Data: i}, nil, "a")
	}
	h.Broadcast(t.Context(), event("newMessage", 9), nil, "a")
	bob.hears(`{"event":"typing","room":"a","data":0}`, `{"event":"typing","room":"a","data":1}`,
		`{"event":"typing","room":"a","data":2}`, `{"event":"newMessage","room":"a","data":9}`)
	if st := h.Stats(); st.Dropped[hub.Volatile] != 2 {
		t.Errorf("dropped %v, want 2 volatile ones", st.Dropped)
	}
}

func TestALogEventThatDoesNotFitClosesTheSlowOnly(t *testing.T) {
	for name, c := range map[string]hub.Config{"frames": {QueueFrames: 4}, "bytes": {QueueBytes: 160}} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, c)
			slow, quick := open(t, h, hub.Identity{}).join(h, "a"), open(t, h, hub.Identity{}).join(h, "a")
			for i := range 5 {
				h.Broadcast(t.Context(), event("newMessage", i), nil, "a")
				quick.hears(fmt.Sprintf(`{"event":"newMessage","room":"a","data":%d}`, i))
			}
			frames, code := slow.Take(nil)
			if len(frames) != 0 || code != wire.CloseTooSlow {
				t.Errorf("%d frames and code %d, want none and 4408", len(frames), code)
			}
		})
	}
}

func TestAFrameLargerThanTheQueuePassesWhenNothingWaits(t *testing.T) {
	h := newHub(t, hub.Config{QueueBytes: 10})
	bob := open(t, h, hub.Identity{})
	bob.Reply([]byte(`"a large document"`))
	bob.hears(`"a large document"`)
}

func TestEvictionDiscardsWhatIsQueued(t *testing.T) {
	h := newHub(t, hub.Config{})
	var left []hub.Left
	h.OnLeave("", func(l hub.Left) { left = append(left, l) })
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "a", "b")
	tab := open(t, h, hub.Identity{UserID: 2}).join(h, "a")
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "a")
	h.Broadcast(t.Context(), event("x", 1), nil, "a")
	h.Broadcast(t.Context(), event("x", 2), nil, "b")

	h.Evict(2, "a")
	h.Broadcast(t.Context(), event("x", 3), nil, "a")

	bob.hears(`{"event":"x","room":"b","data":2}`)
	tab.hears()
	alice.hears(`{"event":"x","room":"a","data":1}`, `{"event":"x","room":"a","data":3}`)
	if len(left) != 2 || left[0].Last || !left[1].Last {
		t.Errorf("observed %+v", left)
	}
	h.EvictAll("a")
	if h.In(alice.Conn, "a") {
		t.Error("everybody was evicted but Alice")
	}
}

// While a hundred broadcasts run, Bob is evicted. From then on not one of
// them may be queued for him.
func TestNothingIsQueuedAfterEvictReturned(t *testing.T) {
	h := newHub(t, hub.Config{QueueFrames: 1 << 20})
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "a")
	var publishers sync.WaitGroup
	for range 4 {
		publishers.Go(func() {
			for i := range 100 {
				h.Broadcast(context.Background(), event("x", i), nil, "a")
			}
		})
	}
	h.Evict(2, "a")
	bob.hears()
	publishers.Wait()
	bob.hears()
}

// The right is lost between authorise and the join.
func TestARightLostBeforeTheJoinIsNoticed(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{UserID: 2})
	member, asked := true, 0
	_, err := h.Join(bob.Conn, "a", func() error {
		asked++
		if !member {
			return fault.NotFound()
		}
		member = false
		h.Evict(2, "a")
		return nil
	})
	if fault.Of(err).Status != 404 || asked != 2 || h.In(bob.Conn, "a") {
		t.Errorf("error %v after asking %d times; in the room: %v", err, asked, h.In(bob.Conn, "a"))
	}
}

// Joins and evictions race; when both are done nobody without the right is in.
func TestJoinAndEvictRace(t *testing.T) {
	h := newHub(t, hub.Config{})
	for range 50 {
		bob := open(t, h, hub.Identity{UserID: 2})
		var member atomic.Bool
		member.Store(true)
		var both sync.WaitGroup
		both.Go(func() {
			h.Join(bob.Conn, "a", func() error {
				if !member.Load() {
					return fault.NotFound()
				}
				return nil
			})
		})
		both.Go(func() {
			member.Store(false)
			h.Evict(2, "a")
		})
		both.Wait()
		if h.In(bob.Conn, "a") || h.UserIn(2, "a") {
			t.Fatal("in the room without the right")
		}
	}
}

func TestEveryoneComesGoesAndTalksAtOnce(t *testing.T) {
	h := newHub(t, hub.Config{})
	h.OnLeave("", func(l hub.Left) { h.Broadcast(context.Background(), event("userLeft", l.Conn.UserID()), nil, l.Room) })
	var crowd sync.WaitGroup
	for user := range int64(8) {
		crowd.Go(func() {
			for range 20 {
				c := h.Open(hub.Identity{UserID: user%4 + 1})
				h.Join(c, "a", nil)
				h.Join(c, "b", nil)
				h.Broadcast(context.Background(), event("x", user), c, "a", "b")
				h.Evict(user%4+1, "b")
				h.Users("a")
				h.Stats()
				c.Take(nil)
				h.Remove(c)
			}
		})
	}
	crowd.Wait()
	if st := h.Stats(); st.Connections != 0 || st.Rooms != 0 {
		t.Errorf("%d connections and %d rooms are left", st.Connections, st.Rooms)
	}
}

func TestResourceEvents(t *testing.T) {
	h := newHub(t, hub.Config{})
	staff := open(t, h, hub.Identity{UserID: 1})
	other := open(t, h, hub.Identity{UserID: 2})
	h.Watch(staff.Conn, "order")
	h.Subscribe(other.Conn, "order", 12)

	h.Publish(t.Context(), "order", hub.Change{Verb: hub.Created, ID: 13, Data: map[string]string{"status": "pending"}}, hub.Subscribers, nil)
	staff.hears(`{"event":"order","data":{"verb":"created","id":13,"data":{"status":"pending"}}}`)
	other.hears()

	h.Publish(t.Context(), "order", hub.Change{Verb: hub.Updated, ID: 13, Data: map[string]string{"status": "shipped"}, Previous: map[string]string{"status": "pending"}}, hub.Subscribers, nil)
	staff.hears(`{"event":"order","data":{"verb":"updated","id":13,"data":{"status":"shipped"},"previous":{"status":"pending"}}}`)

	h.Publish(t.Context(), "order", hub.Change{Verb: hub.Destroyed, ID: 12}, hub.Subscribers, nil)
	other.hears(`{"event":"order","data":{"verb":"destroyed","id":12}}`)
	if h.In(other.Conn, "order:12") {
		t.Error("subscribed to what is no more")
	}
	h.Unwatch(staff.Conn, "order")
	h.Unsubscribe(staff.Conn, "order", 13)
	h.Publish(t.Context(), "order", hub.Change{Verb: hub.Updated, ID: 13}, hub.Subscribers, nil)
	staff.hears()
}

func TestResourceEventsForSomeUsersOnly(t *testing.T) {
	h := newHub(t, hub.Config{})
	member, stranger, idle := open(t, h, hub.Identity{UserID: 1}), open(t, h, hub.Identity{UserID: 2}), open(t, h, hub.Identity{UserID: 1})
	h.Watch(member.Conn, "room")
	h.Watch(stranger.Conn, "room")

	h.Publish(t.Context(), "room", hub.Change{Verb: hub.Created, ID: 5}, hub.Users(1), member.Conn)
	h.Publish(t.Context(), "room", hub.Change{Verb: hub.Updated, ID: 5}, hub.Subscribers, nil)
	h.Publish(t.Context(), "room", hub.Change{Verb: hub.AddedTo, ID: 5, Data: map[string]int{"user": 9}}, hub.Users(1), nil)

	added := `{"event":"room","data":{"verb":"addedTo","id":5,"data":{"user":9}}}`
	member.hears(`{"event":"room","data":{"verb":"updated","id":5}}`, added)
	idle.hears(added)
	stranger.hears()
	h.Publish(t.Context(), "room", hub.Change{Verb: hub.Created, ID: 6}, hub.Users(), nil)
	member.hears()
}

func TestAnEndedSessionIsClosedAndStaysOut(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{UserID: 2, Session: "session:1"}).join(h, "a")
	other := open(t, h, hub.Identity{UserID: 2, Session: "session:2"})
	h.Broadcast(t.Context(), event("x", 1), nil, "a")

	h.CloseSession("session:1", wire.CloseSignedOut)

	bob.closedWith(wire.CloseSignedOut)
	bob.hears()
	other.closedWith(0)
	late := open(t, h, hub.Identity{UserID: 2, Session: "session:1"})
	late.closedWith(wire.CloseSignedOut)
}

func TestSessionsExpire(t *testing.T) {
	h := newHub(t, hub.Config{})
	now := time.Now()
	later := open(t, h, hub.Identity{UserID: 1, Expires: now.Add(time.Hour)})
	soon := open(t, h, hub.Identity{UserID: 2, Expires: now.Add(50 * time.Millisecond)})
	select {
	case <-soon.Wake():
	case <-time.After(5 * time.Second):
		t.Fatal("it did not expire")
	}
	soon.closedWith(wire.CloseSignedOut)
	later.closedWith(0)
}

func TestShutdownClosesEverybodyAndWaits(t *testing.T) {
	h := hub.New(hub.Config{})
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "a")
	h.Broadcast(t.Context(), event("x", 1), nil, "a")
	short, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Shutdown(short); !errors.Is(err, context.Canceled) {
		t.Errorf("with a connection open: %v", err)
	}
	frames, code := bob.Take(nil)
	if len(frames) != 1 || code != wire.CloseRestart {
		t.Errorf("%d frames and code %d, want the queued one and 1012", len(frames), code)
	}
	if h.Accepting() {
		t.Error("accepts while shutting down")
	}
	open(t, h, hub.Identity{}).closedWith(wire.CloseRestart)
}

func TestShutdownReturnsWhenTheLastIsGone(t *testing.T) {
	h := hub.New(hub.Config{})
	c := h.Open(hub.Identity{})
	done := make(chan error)
	go func() { done <- h.Shutdown(context.Background()) }()
	<-c.Wake()
	h.Remove(c)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if closed := h.Stats().Closed[wire.CloseRestart]; closed != 1 {
		t.Errorf("counted %d closes with 1012, want 1", closed)
	}
}

func TestTheContextCarriesTheConnection(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{})
	if got := hub.ConnFrom(hub.WithConn(t.Context(), bob.Conn)); got != bob.Conn {
		t.Errorf("got %v", got)
	}
	if hub.ConnFrom(t.Context()) != nil {
		t.Error("a connection from nowhere")
	}
}

func TestFramesAreValidJSON(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{HTML: true}).join(h, "a")
	h.Broadcast(t.Context(), hub.Event{Name: "x", Data: "<\u2028\n>", HTML: fragment("<a href=\"x\">\n\t\xff</a>")}, nil, "a")
	frames, _ := bob.Take(nil)
	if len(frames) != 1 || !json.Valid(frames[0].Bytes) {
		t.Errorf("%d frames, the first is not JSON", len(frames))
	}
}
