package hub_test

import (
	"encoding/json"
	"sync"
	"testing"

	"hubbub/internal/live/bus"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// wires connects nodes inside this process. Messages pass through JSON, as on a
// bus between processes.
type wires struct {
	mu    sync.Mutex
	nodes map[*node]func(bus.Message)
}

// node is the bus.Bus of one hub.
type node struct{ *wires }

func (n *node) Publish(m bus.Message) {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for other, receive := range n.nodes {
		if other != n {
			var copied bus.Message
			json.Unmarshal(text, &copied)
			receive(copied)
		}
	}
}

func (n *node) Subscribe(fn func(bus.Message)) func() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.nodes[n] = fn
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.nodes, n)
	}
}

func (n *node) Close() error { return nil }

func twoNodes(t *testing.T) (here, there *hub.Hub) {
	w := &wires{nodes: map[*node]func(bus.Message){}}
	return newHub(t, hub.Config{Bus: &node{w}}), newHub(t, hub.Config{Bus: &node{w}})
}

func TestNodesDeliverAnEventOnce(t *testing.T) {
	here, there := twoNodes(t)
	alice := open(t, here, hub.Identity{UserID: 1}).join(here, "a")
	bob := open(t, there, hub.Identity{UserID: 2, HTML: true}).join(there, "a")
	carol := open(t, there, hub.Identity{UserID: 3}).join(there, "a")

	here.Broadcast(t.Context(), hub.Event{Name: "x", Data: 1, HTML: fragment("<p>")}, hub.To("a").Except(alice.Conn))

	alice.wantFrames()
	bob.wantFrames(`{"event":"x","room":"a","data":1,"html":"<p>"}`)
	carol.wantFrames(`{"event":"x","room":"a","data":1}`)
}

func TestNodesShareResourceEvents(t *testing.T) {
	here, there := twoNodes(t)
	bob := open(t, there, hub.Identity{UserID: 2})
	there.Watch(bob.Conn, "order")
	here.Publish(t.Context(), "order", hub.Change{Verb: hub.Created, ID: 1}, hub.Users(2), nil)
	here.Publish(t.Context(), "order", hub.Change{Verb: hub.Created, ID: 2}, hub.Users(3), nil)
	here.Publish(t.Context(), "order", hub.Change{Verb: hub.Created, ID: 3}, hub.Users(), nil)
	here.Publish(t.Context(), "order", hub.Change{Verb: hub.Destroyed, ID: 1}, hub.Subscribers, nil)
	bob.wantFrames(`{"event":"order","data":{"verb":"created","id":1}}`,
		`{"event":"order","data":{"verb":"destroyed","id":1}}`)
	if there.In(bob.Conn, "order:1") {
		t.Error("still subscribed to the destroyed record")
	}
}

func TestEvictionReachesOtherNodes(t *testing.T) {
	here, there := twoNodes(t)
	bob := open(t, there, hub.Identity{UserID: 2}).join(there, "a", "b")
	alice := open(t, there, hub.Identity{UserID: 1}).join(there, "b")
	here.Evict(2, "a")
	here.EvictAll("b")
	if there.In(bob.Conn, "a") || there.In(bob.Conn, "b") || there.In(alice.Conn, "b") {
		t.Error("still in the room on the other node")
	}
}

func TestSessionEndsOnEveryNode(t *testing.T) {
	here, there := twoNodes(t)
	bob := open(t, there, hub.Identity{UserID: 2, Session: "token:3"})
	here.CloseSession("token:3", wire.CloseSignedOut)
	bob.wantClosed(wire.CloseSignedOut)
}

func TestNodesNotifyOnDeliveredForTheirOwnMembers(t *testing.T) {
	here, there := twoNodes(t)
	delivered := map[string]int64{}
	there.OnDelivered("chat-", func(room string, seq int64) { delivered[room] = seq })

	here.Broadcast(t.Context(), hub.Event{Name: "x", Seq: 7}, hub.To("chat-1", "other"))
	here.Broadcast(t.Context(), hub.Event{Name: "typing"}, hub.To("chat-2"))
	here.Broadcast(t.Context(), hub.Event{Name: "x", Seq: 9}, hub.To("chat-1").Here())

	if len(delivered) != 1 || delivered["chat-1"] != 7 {
		t.Errorf("delivered on the other node: %v, want chat-1 up to 7", delivered)
	}
}

func TestBroadcastHereStaysOnTheNode(t *testing.T) {
	here, there := twoNodes(t)
	alice := open(t, here, hub.Identity{UserID: 1}).join(here, "a")
	bob := open(t, there, hub.Identity{UserID: 2}).join(there, "a")

	here.Broadcast(t.Context(), hub.Event{Name: "x"}, hub.To("a").Here())

	alice.wantFrames(`{"event":"x","room":"a"}`)
	bob.wantFrames()
}

func TestNodesNotifyOnCreatedAfterWatchersAreSubscribed(t *testing.T) {
	here, there := twoNodes(t)
	for _, h := range []*hub.Hub{here, there} {
		watcher := open(t, h, hub.Identity{UserID: 1})
		h.Watch(watcher.Conn, "order")
		var created []int64
		h.OnCreated("order", func(id int64) {
			if created = append(created, id); !h.In(watcher.Conn, hub.RecordRoom("order", id)) {
				t.Errorf("OnCreated of %d came before the watcher was subscribed", id)
			}
		})
		h.OnCreated("orders", func(id int64) { t.Errorf("OnCreated of another resource was called for %d", id) })
		defer func() {
			if len(created) != 1 || created[0] != 12 {
				t.Errorf("OnCreated was called for %v, want 12 once", created)
			}
		}()
	}
	here.Publish(t.Context(), "order", hub.Change{Verb: hub.Created, ID: 12}, hub.Subscribers, nil)
	here.Publish(t.Context(), "order", hub.Change{Verb: hub.Updated, ID: 12}, hub.Subscribers, nil)
}
