package dashboard

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"hubbub/internal/live/hub"
)

func TestDashboardIsSubscribedToTheNewestTwentyOrders(t *testing.T) {
	s := openShop(t, Config{})
	first := s.order(1)
	v, lister := s.newViewer(), s.newViewer()
	v.subscribe(s)
	if _, err := s.Orders(t.Context(), lister.conn, "", nil, 10); err != nil {
		t.Fatal(err)
	}
	var last Order
	for range newest {
		last = s.order(1)
	}
	for _, o := range []Order{first, last} {
		if _, err := s.Move(t.Context(), nil, staff, o.ID, Completed); err != nil {
			t.Fatal(err)
		}
	}
	type update struct {
		Verb           hub.Verb
		ID             int64
		Data, Previous Progress
	}
	var updates []update
	for _, e := range v.all(orderResource) {
		var u update
		json.Unmarshal(e.Data, &u)
		if u.Verb == hub.Updated {
			updates = append(updates, u)
		}
	}
	if len(updates) != 1 || updates[0].ID != last.ID || updates[0].Data.Status != Completed || updates[0].Previous.Status != Pending {
		t.Errorf("the dashboard got the updates %+v", updates)
	}
	if !v.hub.In(v.conn, hub.RecordRoom(orderResource, last.ID)) || v.hub.In(v.conn, hub.RecordRoom(orderResource, first.ID)) {
		t.Error("the dashboard is not subscribed to exactly the orders that it shows")
	}
	if !v.hub.In(lister.conn, hub.RecordRoom(orderResource, first.ID)) {
		t.Error("a connection that listed the first order is no longer subscribed to it")
	}
	if s.hub.Remove(v.conn); s.followers.dashboardCount() != 0 {
		t.Error("a closed dashboard is still counted")
	}
}

func TestDashboardGetsOrdersPlacedWhileSubscribing(t *testing.T) {
	s := openShop(t, Config{})
	var placing sync.WaitGroup
	placing.Go(func() {
		for range 60 {
			s.order(1)
		}
	})
	var visitors []*viewer
	snapshots := map[*viewer][]int64{}
	for range 20 {
		v := s.newViewer()
		snapshots[v] = idsOf(v.subscribe(s).Orders)
		visitors = append(visitors, v)
	}
	placing.Wait()
	for _, v := range visitors {
		shown := orderWindow{size: newest}
		shown.add(snapshots[v]...)
		for _, e := range v.all(orderResource) {
			var u struct{ ID int64 }
			json.Unmarshal(e.Data, &u)
			shown.add(u.ID)
		}
		if want, _ := newestIDs(t.Context(), s.db, newest); !slices.Equal(shown.ids, want) {
			t.Errorf("the dashboard shows %v, want %v", shown.ids, want)
		}
		for _, id := range shown.ids {
			if !s.hub.In(v.conn, hub.RecordRoom(orderResource, id)) {
				t.Errorf("the dashboard is not subscribed to order %d", id)
			}
		}
	}
}

func TestOrderWindowKeepsTheNewest(t *testing.T) {
	w := orderWindow{size: 3}
	if out := w.add(5, 4, 3); len(out) > 0 {
		t.Errorf("%v dropped out", out)
	}
	if out := w.add(7); !slices.Equal(out, []int64{3}) {
		t.Errorf("%v dropped out", out)
	}
	if out := w.add(6, 5); !slices.Equal(out, []int64{4}) || !slices.Equal(w.ids, []int64{7, 6, 5}) {
		t.Errorf("%v dropped out, %v remain", out, w.ids)
	}
	if out := w.add(1); !slices.Equal(out, []int64{1}) {
		t.Errorf("%v dropped out: an order older than all others is not among the newest", out)
	}
}
