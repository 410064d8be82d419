package dashboard

import (
	"slices"
	"sync"

	"hubbub/internal/hub"
)

// maxListed is how many orders a connection hears of that has listed some: the
// newest of those it listed and of those that came since.
const maxListed = 500

// followers is who follows orders on this node, and which. The hub subscribes a
// watcher to every new order; this ends the subscription to those that the new
// one pushes out, or a page that is open for a week would have them all.
type followers struct {
	hub *hub.Hub

	mu    sync.Mutex
	conns map[*hub.Conn]*window
}

// window is the orders that a connection follows, the newest first.
type window struct {
	dashboard bool
	size      int
	ids       []int64
}

func newFollowers(h *hub.Hub) *followers {
	f := &followers{hub: h, conns: map[*hub.Conn]*window{}}
	h.OnCreated(orderResource, f.created)
	h.OnLeave(orderResource, f.left)
	return f
}

// dashboards is how many of them show the dashboard.
func (f *followers) dashboards() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.conns {
		if w.dashboard {
			n++
		}
	}
	return n
}

// watch follows the newest orders, for a dashboard.
func (f *followers) watch(c *hub.Conn, ids []int64) { f.follow(c, ids, newest, true) }

// list follows orders that were listed, and those to come.
func (f *followers) list(c *hub.Conn, ids []int64) { f.follow(c, ids, maxListed, false) }

func (f *followers) follow(c *hub.Conn, ids []int64, size int, dashboard bool) {
	f.hub.Watch(c, orderResource)
	f.hub.Subscribe(c, orderResource, ids...)
	f.hub.Unsubscribe(c, orderResource, f.widen(c, ids, size, dashboard)...)
	if !f.hub.In(c, orderResource) { // it ended meanwhile, and left said so before it was here
		f.forget(c)
	}
}

// widen puts orders into the connection's window and returns those that leave it.
func (f *followers) widen(c *hub.Conn, ids []int64, size int, dashboard bool) (out []int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.conns[c]
	if w == nil {
		w = &window{}
		f.conns[c] = w
	}
	w.size, w.dashboard = max(w.size, size), w.dashboard || dashboard
	return w.add(ids...)
}

// created makes room for a new order that the watchers now follow.
func (f *followers) created(id int64) {
	for c, ids := range f.addToAll(id) {
		f.hub.Unsubscribe(c, orderResource, ids...)
	}
}

// addToAll returns which orders leave the windows.
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

// add returns which orders leave the window.
func (w *window) add(ids ...int64) (out []int64) {
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

func (f *followers) left(l hub.Left) {
	if l.Room == orderResource { // else it is a single order that they left
		f.forget(l.Conn)
	}
}

func (f *followers) forget(c *hub.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, c)
}
