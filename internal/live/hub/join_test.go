package hub_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

func TestJoinAndLeaveReportFirstAndLastConnection(t *testing.T) {
	h := newHub(t, hub.Config{})
	var left []hub.Left
	h.OnLeave("chat-", func(l hub.Left) { left = append(left, l) })
	one, two := open(t, h, hub.Identity{UserID: 1}), open(t, h, hub.Identity{UserID: 1})

	if first, _ := h.Join(one.Conn, "chat-1", nil); !first {
		t.Error("the user's first connection is not reported as first")
	}
	if first, _ := h.Join(one.Conn, "chat-1", nil); first {
		t.Error("joining a second time is reported as first")
	}
	if first, _ := h.Join(two.Conn, "chat-1", nil); first {
		t.Error("the user's second connection is reported as first")
	}
	if got := h.Users("chat-1"); !slices.Equal(got, []int64{1}) {
		t.Errorf("users %v", got)
	}
	if h.Leave(one.Conn, "chat-1") {
		t.Error("the first of two connections to leave is reported as last")
	}
	if h.Leave(one.Conn, "chat-1") {
		t.Error("leaving a second time is reported as last")
	}
	h.Remove(two.Conn)
	if len(left) != 2 || left[0].Last || !left[1].Last || left[1].Conn != two.Conn || left[1].Room != "chat-1" {
		t.Errorf("observed %+v", left)
	}
	if h.Users("chat-1") != nil || h.UserIn(1, "chat-1") {
		t.Error("the room is not empty")
	}
}

func TestOpenNotifiesObservers(t *testing.T) {
	h := newHub(t, hub.Config{})
	var opened []hub.Opened
	h.OnOpen(func(o hub.Opened) { opened = append(opened, o) })
	one, two := open(t, h, hub.Identity{UserID: 1}), open(t, h, hub.Identity{UserID: 1})
	h.Remove(one.Conn)
	h.Remove(two.Conn)
	open(t, h, hub.Identity{UserID: 1})
	open(t, h, hub.Identity{})
	h.CloseSession("session:1", wire.CloseSignedOut)
	open(t, h, hub.Identity{UserID: 2, Session: "session:1"}) // refused
	var first []bool
	for _, o := range opened {
		first = append(first, o.First)
	}
	if !slices.Equal(first, []bool{true, false, true, false}) || opened[1].Conn != two.Conn {
		t.Errorf("observed %+v", opened)
	}
}

func TestJoinReturnsTheErrorOfAuthorise(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{UserID: 2})
	if _, err := h.Join(bob.Conn, "a", func() error { return fault.NotFound() }); status(err) != 404 {
		t.Errorf("error %v, want the 404", err)
	}
	if h.In(bob.Conn, "a") {
		t.Error("the connection joined despite the error")
	}
}

func TestJoinLimitDoesNotCountServerRooms(t *testing.T) {
	h := newHub(t, hub.Config{MaxRooms: 2})
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "a", "b")
	h.Subscribe(bob.Conn, "order", 1, 2, 3)
	if _, err := h.Join(bob.Conn, "c", nil); status(err) != 429 {
		t.Errorf("error %v, want a 429", err)
	}
	h.Leave(bob.Conn, "a")
	bob.join(h, "c")
}

func TestJoinFailsAfterRemove(t *testing.T) {
	h := newHub(t, hub.Config{})
	bob := open(t, h, hub.Identity{})
	h.Remove(bob.Conn)
	if _, err := h.Join(bob.Conn, "a", nil); status(err) != 400 {
		t.Errorf("error %v, want a 400", err)
	}
}

func TestEvictionDiscardsQueuedEvents(t *testing.T) {
	h := newHub(t, hub.Config{})
	var left []hub.Left
	h.OnLeave("", func(l hub.Left) { left = append(left, l) })
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "a", "b")
	tab := open(t, h, hub.Identity{UserID: 2}).join(h, "a")
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "a")
	h.Broadcast(t.Context(), event("x", 1), hub.To("a"))
	h.Broadcast(t.Context(), event("x", 2), hub.To("b"))

	h.Evict(2, "a")
	h.Broadcast(t.Context(), event("x", 3), hub.To("a"))

	bob.wantFrames(`{"event":"x","room":"b","data":2}`)
	tab.wantFrames()
	alice.wantFrames(`{"event":"x","room":"a","data":1}`, `{"event":"x","room":"a","data":3}`)
	if len(left) != 2 || left[0].Last || !left[1].Last {
		t.Errorf("observed %+v", left)
	}
	h.EvictAll("a")
	if h.In(alice.Conn, "a") {
		t.Error("EvictAll did not evict Alice")
	}
}

// Bob is evicted after the broadcast copied the member list and before his frame
// is queued: while the event is encoded for Alice, the first member.
func TestEvictionStopsABroadcastInProgress(t *testing.T) {
	h := newHub(t, hub.Config{})
	open(t, h, hub.Identity{UserID: 1}).join(h, "a")
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "a")
	h.Broadcast(t.Context(), event("x", duringEncoding(func() { h.Evict(2, "a") })), hub.To("a"))
	bob.wantFrames()
}

// duringEncoding is data that calls a function while it is encoded.
type duringEncoding func()

func (d duringEncoding) MarshalJSON() ([]byte, error) {
	d()
	return []byte("1"), nil
}

// As above, with several publishers at once.
func TestEvictionDuringConcurrentBroadcasts(t *testing.T) {
	h := newHub(t, hub.Config{QueueFrames: 1 << 20})
	bob := open(t, h, hub.Identity{UserID: 2}).join(h, "a")
	var publishers sync.WaitGroup
	for range 4 {
		publishers.Go(func() {
			for i := range 100 {
				h.Broadcast(context.Background(), event("x", i), hub.To("a"))
			}
		})
	}
	h.Evict(2, "a")
	bob.wantFrames()
	publishers.Wait()
	bob.wantFrames()
}

// The right is lost between authorise and the join.
func TestJoinNoticesARightLostAfterTheCheck(t *testing.T) {
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
	if status(err) != 404 || asked != 2 || h.In(bob.Conn, "a") {
		t.Errorf("error %v after asking %d times; in the room: %v", err, asked, h.In(bob.Conn, "a"))
	}
}

// A join and an eviction race. When both have returned, a user without the right
// is not in the room.
func TestJoinRacingEvictionLeavesNoMember(t *testing.T) {
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
			t.Fatal("Bob is in the room without the right")
		}
	}
}

func TestHubUnderConcurrentUse(t *testing.T) {
	h := newHub(t, hub.Config{})
	h.OnLeave("", func(l hub.Left) {
		h.Broadcast(context.Background(), event("userLeft", l.Conn.UserID()), hub.To(l.Room))
	})
	var crowd sync.WaitGroup
	for user := range int64(8) {
		crowd.Go(func() {
			for range 20 {
				c := h.Open(hub.Identity{UserID: user%4 + 1})
				h.Join(c, "a", nil)
				h.Join(c, "b", nil)
				h.Broadcast(context.Background(), event("x", user), hub.To("a", "b").Except(c))
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

// status returns the fault's status, or 200 without an error.
func status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	return fault.Of(err).Status
}
