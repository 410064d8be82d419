package dashboard

import (
	"slices"
	"sync"

	"hubbub/internal/live/hub"
)

// maxListedWindow is how many orders a connection that lists orders is subscribed to: the
// newest of those it listed and of those that came since.
const maxListedWindow = 500

// followers holds which orders each connection of this node is subscribed to. The hub
// subscribes a watcher to every new order; followers unsubscribes it from those that the new
// one pushes out. Otherwise a page that is open for a week would accumulate them all.
type followers struct {
	hub *hub.Hub

	mu    sync.Mutex
	conns map[*hub.Conn]*orderWindow
}

// orderWindow is the orders that a connection is subscribed to, the newest first.
type orderWindow struct {
	dashboard bool
	size      int
	ids       []int64
}

func newFollowers(h *hub.Hub) *followers {
	f := &followers{hub: h, conns: map[*hub.Conn]*orderWindow{}}
	h.OnCreated(orderResource, f.onCreated)
	h.OnLeave(orderResource, f.onLeave)
	return f
}

// dashboardCount returns how many connections show the dashboard.
func (f *followers) dashboardCount() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.conns {
		if w.dashboard {
			n++
		}
	}
	return n
}

// followNewest subscribes a dashboard to the newest orders.
func (f *followers) followNewest(c *hub.Conn, ids []int64) { f.follow(c, ids, newest, true) }

// followListed subscribes a connection to orders that it listed, and to those to come.
func (f *followers) followListed(c *hub.Conn, ids []int64) { f.follow(c, ids, maxListedWindow, false) }

func (f *followers) follow(c *hub.Conn, ids []int64, size int, dashboard bool) {
	f.hub.Watch(c, orderResource)
	f.hub.Subscribe(c, orderResource, ids...)
	f.hub.Unsubscribe(c, orderResource, f.addToWindow(c, ids, size, dashboard)...)
	if !f.hub.In(c, orderResource) { // the connection closed in the meantime, and onLeave ran before it was added
		f.remove(c)
	}
}

// addToWindow adds orders to the connection's window and returns those that drop out.
func (f *followers) addToWindow(c *hub.Conn, ids []int64, size int, dashboard bool) (out []int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.conns[c]
	if w == nil {
		w = &orderWindow{}
		f.conns[c] = w
	}
	w.size, w.dashboard = max(w.size, size), w.dashboard || dashboard
	return w.add(ids...)
}

// onCreated unsubscribes each connection from the orders that a new one pushes out.
func (f *followers) onCreated(id int64) {
	for c, ids := range f.addToAll(id) {
		f.hub.Unsubscribe(c, orderResource, ids...)
	}
}

// addToAll returns the orders that drop out of each window.
func (f *followers) addToAll(id int64) map[*hub.Conn][]int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[*hub.Conn][]int64{}
	for c, w := range f.conns {
		if pushed := w.add(id); len(pushed) > 0 {
			out[c] = pushed
		}
	}
	return out
}

// add returns the orders that drop out of the window.
func (w *orderWindow) add(ids ...int64) (out []int64) {
	for _, id := range ids {
		newestFirst := func(a, b int64) int { return int(b - a) }
		if at, there := slices.BinarySearchFunc(w.ids, id, newestFirst); !there {
			w.ids = slices.Insert(w.ids, at, id)
		}
	}
	if len(w.ids) > w.size {
		out = slices.Clone(w.ids[w.size:])
		w.ids = w.ids[:w.size]
	}
	return out
}

func (f *followers) onLeave(l hub.Left) {
	if l.Room == orderResource { // otherwise it left the room of one order
		f.remove(l.Conn)
	}
}

func (f *followers) remove(c *hub.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, c)
}
