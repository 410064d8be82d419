package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

const patience = 5 * time.Second

var (
	staff  = account.User{ID: 1, Role: account.Staff}
	member = account.User{ID: 2, Role: account.Member}
	admin  = account.User{ID: 3, Role: account.Admin}
)

// shop is a service on a test database, with a product.
type shop struct {
	*Service
	t       testing.TB
	db      *postgres.DB
	hub     *hub.Hub
	product Product
}

func openShop(t testing.TB, c Config) *shop {
	t.Helper()
	db := testkit.Database(t)
	if _, err := db.Exec(t.Context(), `
		insert into account.users (full_name, handle, email, role)
		values ('Staff', 'staff', 's@test.example', 'staff'), ('Member', 'member', 'm@test.example', 'member'),
		       ('Admin', 'admin', 'a@test.example', 'admin')`); err != nil {
		t.Fatal(err)
	}
	return newNode(t, db, c)
}

// newNode returns a service with its own hub on the same database.
func newNode(t testing.TB, db *postgres.DB, c Config) *shop {
	t.Helper()
	h := hub.New(hub.Config{})
	s := &shop{Service: New(db, h, c), t: t, db: db, hub: h}
	offer, err := s.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(offer) == 0 {
		offer = []Product{s.offer("Lamp", 1050)}
	}
	s.product = offer[0]
	return s
}

func (s *shop) run() {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	s.t.Cleanup(func() {
		stop()
		running.Wait()
	})
}

func (s *shop) offer(name string, price Money) Product {
	s.t.Helper()
	p, err := s.AddProduct(s.t.Context(), nil, staff, ProductChange{Name: &name, Price: &price})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *shop) order(quantity int) Order {
	s.t.Helper()
	o, err := s.Place(s.t.Context(), nil, staff, NewOrder{Customer: "Noor Haddad", ProductID: s.product.ID, Quantity: quantity})
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func (s *shop) newViewer() *viewer {
	v := &viewer{t: s.t, hub: s.hub, conn: s.hub.Open(hub.Identity{UserID: member.ID})}
	s.t.Cleanup(func() { s.hub.Remove(v.conn) })
	return v
}

// viewer is a connection that shows a dashboard.
type viewer struct {
	t        testing.TB
	hub      *hub.Hub
	conn     *hub.Conn
	received []event
}

type event struct {
	Event string
	Data  json.RawMessage
	at    time.Time
}

func (v *viewer) subscribe(s *shop) Snapshot {
	v.t.Helper()
	shown, err := s.Subscribe(context.Background(), v.conn, QuarterHour)
	if err != nil {
		v.t.Fatal(err)
	}
	v.conn.Release()
	return shown
}

// receive reads the events that have arrived.
func (v *viewer) receive() {
	frames, _ := v.conn.Take(nil)
	for _, f := range frames {
		var e event
		if err := json.Unmarshal(f.Bytes, &e); err != nil {
			v.t.Fatal(err)
		}
		e.at = time.Now()
		v.received = append(v.received, e)
	}
}

func (v *viewer) all(name string) (found []event) {
	v.receive()
	for _, e := range v.received {
		if e.Event == name {
			found = append(found, e)
		}
	}
	return found
}

func (v *viewer) stats() (u StatsUpdate) {
	v.t.Helper()
	if all := v.all(eventStatsUpdated); len(all) > 0 {
		if err := json.Unmarshal(all[len(all)-1].Data, &u); err != nil {
			v.t.Fatal(err)
		}
	}
	return u
}

// rollups returns all rollups as one text: the totals, and every step of every product.
func (s *shop) rollups() string {
	s.t.Helper()
	st, _, err := s.Stats(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	var steps string
	if err := s.db.QueryRow(context.Background(), `
		select coalesce((select string_agg(concat_ws(' ', step, extract(epoch from at), orders, revenue), E'\n' order by step, at)
		                   from (select step, at, sum(orders) as orders, sum(revenue) as revenue from dashboard.series group by step, at) s), '')
		       || E'\n--\n' ||
		       coalesce((select string_agg(concat_ws(' ', step, extract(epoch from at), product_id, orders, revenue), E'\n' order by step, at, product_id)
		                   from (select step, at, product_id, sum(orders) as orders, sum(revenue) as revenue from dashboard.sales group by step, at, product_id) s), '')`).
		Scan(&steps); err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprintf("%d orders, %d pending, %s\n%s", st.TotalOrders, st.PendingOrders, st.Revenue, steps)
}

func (s *shop) recount() string {
	s.t.Helper()
	if err := postgres.InTx(context.Background(), s.db, func(tx postgres.Tx) error { return recount(context.Background(), tx) }); err != nil {
		s.t.Fatal(err)
	}
	return s.rollups()
}
