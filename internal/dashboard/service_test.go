package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/postgres"
	"hubbub/internal/testkit"
)

const soon = 5 * time.Second

var (
	staff  = account.User{ID: 1, Role: account.Staff}
	member = account.User{ID: 2, Role: account.Member}
	admin  = account.User{ID: 3, Role: account.Admin}
)

// shop is a service on a database of its own, with something to order.
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
	return branch(t, db, c)
}

// branch is a service on a node of its own, on the same database.
func branch(t testing.TB, db *postgres.DB, c Config) *shop {
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

func (s *shop) visitor() *visitor {
	v := &visitor{t: s.t, hub: s.hub, conn: s.hub.Open(hub.Identity{UserID: member.ID})}
	s.t.Cleanup(func() { s.hub.Remove(v.conn) })
	return v
}

// visitor is a connection that looks at a dashboard.
type visitor struct {
	t    testing.TB
	hub  *hub.Hub
	conn *hub.Conn
	seen []event
}

type event struct {
	Event string
	Data  json.RawMessage
	at    time.Time
}

func (v *visitor) subscribe(s *shop) Snapshot {
	v.t.Helper()
	shown, err := s.Subscribe(context.Background(), v.conn, QuarterHour)
	if err != nil {
		v.t.Fatal(err)
	}
	v.conn.Release()
	return shown
}

// hear takes what has come.
func (v *visitor) hear() {
	frames, _ := v.conn.Take(nil)
	for _, f := range frames {
		var e event
		if err := json.Unmarshal(f.Bytes, &e); err != nil {
			v.t.Fatal(err)
		}
		e.at = time.Now()
		v.seen = append(v.seen, e)
	}
}

func (v *visitor) all(name string) (found []event) {
	v.hear()
	for _, e := range v.seen {
		if e.Event == name {
			found = append(found, e)
		}
	}
	return found
}

func (v *visitor) stats() (u StatsUpdate) {
	v.t.Helper()
	if all := v.all(eventStatsUpdated); len(all) > 0 {
		if err := json.Unmarshal(all[len(all)-1].Data, &u); err != nil {
			v.t.Fatal(err)
		}
	}
	return u
}

// counted is everything that is counted, in one text: the totals, and every
// step of every product.
func (s *shop) counted() string {
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
	return s.counted()
}

func TestWhatIsCountedEqualsARecount(t *testing.T) {
	s := openShop(t, Config{})
	products := []Product{s.product, s.offer("Chair", 54000), s.offer("Napkins", 4207)}
	var changing sync.WaitGroup
	for range 8 {
		changing.Go(func() {
			for range 40 {
				s.anything(products)
			}
		})
	}
	changing.Wait()
	if kept, counted := s.counted(), s.recount(); kept != counted {
		t.Errorf("kept are %s\nbut counted are %s", kept, counted)
	}
}

// anything does what people may do: orders come, and are brought on, rightly or
// not, by several at once.
func (s *shop) anything(products []Product) {
	ctx := context.Background()
	n := NewOrder{Customer: "Somebody", ProductID: products[rand.N(len(products))].ID, Quantity: 1 + rand.N(9)}
	if rand.N(2) == 0 {
		if _, err := s.Place(ctx, nil, staff, n); err != nil {
			s.t.Error(err)
		}
		return
	}
	ids, err := newestIDs(ctx, s.db, 15)
	if err != nil || len(ids) == 0 {
		return
	}
	to := []Status{Pending, Completed, Completed, Shipped, Cancelled}[rand.N(5)]
	if _, err := s.Move(ctx, nil, staff, ids[rand.N(len(ids))], to); err != nil && !fault.Is(err, http.StatusConflict) {
		s.t.Error(err)
	}
}

func TestOfManyWhoMoveAnOrderOneDoes(t *testing.T) {
	s := openShop(t, Config{})
	for range 10 {
		o := s.order(2)
		var won, lost int
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				_, err := s.Move(context.Background(), nil, staff, o.ID, []Status{Completed, Cancelled}[i%2])
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case fault.Is(err, http.StatusConflict):
					lost++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won != 1 || lost != 7 {
			t.Errorf("%d won and %d lost", won, lost)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	s := openShop(t, Config{})
	ctx, o := t.Context(), s.order(1)
	good := NewOrder{Customer: "Noor", ProductID: s.product.ID, Quantity: 1}
	place := func(who account.User, change func(*NewOrder)) error {
		n := good
		change(&n)
		_, err := s.Place(ctx, nil, who, n)
		return err
	}
	move := func(who account.User, id int64, to Status) error {
		_, err := s.Move(ctx, nil, who, id, to)
		return err
	}
	product := func(who account.User, ch ProductChange) error {
		_, err := s.ChangeProduct(ctx, nil, who, s.product.ID, ch)
		return err
	}
	before := s.counted()
	for what, c := range map[string]struct {
		err  error
		want int
	}{
		"a member's order":         {place(member, func(*NewOrder) {}), 403},
		"no customer":              {place(staff, func(n *NewOrder) { n.Customer = " \t" }), 422},
		"two lines":                {place(staff, func(n *NewOrder) { n.Customer = "a\nb" }), 422},
		"a long customer":          {place(staff, func(n *NewOrder) { n.Customer = strings.Repeat("ö", 101) }), 422},
		"none of it":               {place(staff, func(n *NewOrder) { n.Quantity = 0 }), 422},
		"less than none":           {place(staff, func(n *NewOrder) { n.Quantity = -1 }), 422},
		"too many":                 {place(staff, func(n *NewOrder) { n.Quantity = 1001 }), 422},
		"no such product":          {place(staff, func(n *NewOrder) { n.ProductID = 999 }), 422},
		"a member's move":          {move(member, o.ID, Completed), 403},
		"a move to nowhere":        {move(staff, o.ID, "lost"), 422},
		"a move to where it is":    {move(staff, o.ID, Pending), 409},
		"a move past":              {move(staff, o.ID, Shipped), 409},
		"no such order":            {move(staff, 999, Completed), 404},
		"a member's product":       {product(member, ProductChange{}), 403},
		"a product without a name": {product(staff, ProductChange{Name: new(" ")}), 422},
		"a long name":              {product(staff, ProductChange{Name: new(strings.Repeat("ö", 121))}), 422},
		"a long description":       {product(staff, ProductChange{Description: new(strings.Repeat("ö", 2001))}), 422},
		"a price below zero":       {product(staff, ProductChange{Price: new(Money(-1))}), 422},
		"a price past all":         {product(staff, ProductChange{Price: new(maxPrice + 1)}), 422},
		"removing by a member":     {s.RemoveProduct(ctx, nil, member, s.product.ID), 403},
		"removing what is not":     {s.RemoveProduct(ctx, nil, staff, 999), 404},
	} {
		if !fault.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %d", what, c.err, c.want)
		}
	}
	if after := s.counted(); after != before {
		t.Errorf("something was counted: %s", after)
	}
}

func TestTheSameClientIDIsTheSameOrder(t *testing.T) {
	s := openShop(t, Config{})
	n := NewOrder{Customer: "Noor", ProductID: s.product.ID, Quantity: 1, ClientID: new("7f1c1d1e-0000-4000-8000-000000000001")}
	ids := make([]int64, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			o, err := s.Place(context.Background(), nil, staff, n)
			if err != nil {
				t.Error(err)
			}
			ids[i] = o.ID
		})
	}
	all.Wait()
	if slices.Sort(ids); ids[0] == 0 || ids[0] != ids[7] {
		t.Errorf("they are %v", ids)
	}
	if other, err := s.Place(t.Context(), nil, admin, n); err != nil || other.ID == ids[0] {
		t.Errorf("the same of another person is %d, %v", other.ID, err)
	}
	if st, _, _ := s.Stats(t.Context()); st.TotalOrders != 2 || st.PendingOrders != 2 {
		t.Errorf("counted are %+v", st)
	}
}

func TestAnOrderKeepsItsAmountAndItsProduct(t *testing.T) {
	s := openShop(t, Config{})
	o := s.order(3)
	if o.Amount != 3150 || o.Status != Pending {
		t.Errorf("the order is %+v", o)
	}
	if _, err := s.ChangeProduct(t.Context(), nil, staff, s.product.ID, ProductChange{Price: new(Money(2000))}); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveProduct(t.Context(), nil, staff, s.product.ID); err != nil {
		t.Fatal(err)
	}
	again, err := s.Order(t.Context(), o.ID)
	if err != nil || again.Amount != 3150 || again.Product.Name != "Lamp" {
		t.Errorf("it has become %+v, %v", again, err)
	}
	if _, err := s.Place(t.Context(), nil, staff, NewOrder{Customer: "Noor", ProductID: s.product.ID, Quantity: 1}); !fault.Is(err, 422) {
		t.Errorf("what is not offered can be ordered: %v", err)
	}
	if _, err := s.Product(t.Context(), nil, s.product.ID); !fault.Is(err, 404) {
		t.Errorf("what is not offered is shown: %v", err)
	}
	if _, err := s.Move(t.Context(), nil, staff, o.ID, Completed); err != nil {
		t.Errorf("its order cannot go on: %v", err)
	}
}

func TestStatsAreToldFourTimesASecondAndTheLastAlways(t *testing.T) {
	s := openShop(t, Config{})
	s.run()
	v, other := s.visitor(), s.visitor()
	first := v.subscribe(s)
	other.subscribe(s)
	begin := time.Now()
	for range 60 {
		s.order(1)
		v.hear() // else a newer state takes the place of one that waits
	}
	testkit.Eventually(t, "the last is told", soon, func() bool { return v.stats().TotalOrders == 60 && other.stats().TotalOrders == 60 })
	all := v.all(eventStatsUpdated)
	if most := int(time.Since(begin)/pace) + 1; len(all) > most {
		t.Errorf("told %d times, want at most %d", len(all), most)
	}
	has := first.Stats.Version
	for _, e := range all {
		var u StatsUpdate
		if err := json.Unmarshal(e.Data, &u); err != nil {
			t.Fatal(err)
		}
		if u.After > has || u.Version <= u.After {
			t.Errorf("of %d, after %d, is told to somebody who has %d", u.Version, u.After, has)
		}
		has = u.Version
	}
}

func TestAnotherNodesChangesAreToldWithoutABus(t *testing.T) {
	s := openShop(t, Config{})
	far := branch(t, s.db, Config{})
	far.run()
	v := far.visitor()
	v.subscribe(far)
	s.order(1)
	testkit.Eventually(t, "the other node tells", soon, func() bool { return v.stats().TotalOrders == 1 })
	if u := v.stats(); len(u.Points) < 3 || u.Rate.PerMinute != 1 {
		t.Errorf("it tells %+v", u)
	}
}

func TestNothingIsToldWithoutAChange(t *testing.T) {
	s := openShop(t, Config{})
	s.order(1)
	s.run()
	v := s.visitor()
	v.subscribe(s)
	late := s.visitor()
	late.subscribe(s)
	testkit.Eventually(t, "the teller has looked", soon, func() bool {
		_, watched := s.standing.begin(s.followers.dashboards)
		return watched
	})
	s.order(1)
	testkit.Eventually(t, "the change is told", soon, func() bool { return v.stats().TotalOrders == 2 })
	if all := v.all(eventStatsUpdated); len(all) != 1 {
		t.Errorf("told %d times", len(all))
	}
}

func TestADashboardFollowsTheNewestTwenty(t *testing.T) {
	s := openShop(t, Config{})
	first := s.order(1)
	v, lister := s.visitor(), s.visitor()
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
	type told struct {
		Verb           hub.Verb
		ID             int64
		Data, Previous Progress
	}
	var updates []told
	for _, e := range v.all(orderResource) {
		var u told
		json.Unmarshal(e.Data, &u)
		if u.Verb == hub.Updated {
			updates = append(updates, u)
		}
	}
	if len(updates) != 1 || updates[0].ID != last.ID || updates[0].Data.Status != Completed || updates[0].Previous.Status != Pending {
		t.Errorf("the dashboard was told %+v", updates)
	}
	if !v.hub.In(v.conn, hub.Record(orderResource, last.ID)) || v.hub.In(v.conn, hub.Record(orderResource, first.ID)) {
		t.Error("it follows what it does not show")
	}
	if !v.hub.In(lister.conn, hub.Record(orderResource, first.ID)) {
		t.Error("who has listed the first order does not follow it any more")
	}
	if s.hub.Remove(v.conn); s.followers.dashboards() != 0 {
		t.Error("a dashboard that is gone counts")
	}
}

func TestOrdersThatComeWhileSubscribingAreNotLost(t *testing.T) {
	s := openShop(t, Config{})
	var placing sync.WaitGroup
	placing.Go(func() {
		for range 60 {
			s.order(1)
		}
	})
	var visitors []*visitor
	snapshots := map[*visitor][]int64{}
	for range 20 {
		v := s.visitor()
		snapshots[v] = idsOf(v.subscribe(s).Orders)
		visitors = append(visitors, v)
	}
	placing.Wait()
	for _, v := range visitors {
		shown := window{size: newest}
		shown.add(snapshots[v]...)
		for _, e := range v.all(orderResource) {
			var u struct{ ID int64 }
			json.Unmarshal(e.Data, &u)
			shown.add(u.ID)
		}
		if want, _ := newestIDs(t.Context(), s.db, newest); !slices.Equal(shown.ids, want) {
			t.Errorf("it shows %v, want %v", shown.ids, want)
		}
		for _, id := range shown.ids {
			if !s.hub.In(v.conn, hub.Record(orderResource, id)) {
				t.Errorf("it does not follow %d", id)
			}
		}
	}
}

// bell is somebody's way to be told; it fails at first.
type bell struct {
	mu     sync.Mutex
	fails  int
	orders []int64
}

func (b *bell) OrderPlaced(_ context.Context, o Order) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails--; b.fails >= 0 {
		return errors.New("the bell is out of order")
	}
	b.orders = append(b.orders, o.ID)
	return nil
}

func (b *bell) rung() []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.orders)
}

func TestTheAdminsAreToldEvenIfTheFirstTryFails(t *testing.T) {
	b := &bell{fails: 1}
	s := openShop(t, Config{Notifier: b})
	one, two := s.order(1), s.order(1) // taken by a node that died before it told
	if _, err := s.place(t.Context(), nil, NewOrder{Customer: "A machine", ProductID: s.product.ID, Quantity: 1, simulated: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.announceAll(t.Context()); err == nil {
		t.Fatal("the first try did not fail")
	}
	s.run()
	three := s.order(1)
	testkit.Eventually(t, "all are told", soon, func() bool { return len(b.rung()) == 3 })
	if want := []int64{one.ID, two.ID, three.ID}; !slices.Equal(b.rung(), want) {
		t.Errorf("told of %v, want %v", b.rung(), want)
	}
}

// shelf is a search's index.
type shelf struct {
	names   map[int64]string
	changed int
	fail    bool
}

func (s *shelf) Put(_ context.Context, _ postgres.Tx, p Product) error {
	if s.fail {
		return errors.New("no room on the shelf")
	}
	s.names[p.ID] = p.Name
	return nil
}

func (s *shelf) Drop(_ context.Context, _ postgres.Tx, id int64) error {
	delete(s.names, id)
	return nil
}
func (s *shelf) Changed() { s.changed++ }

func TestTheIndexFollowsProducts(t *testing.T) {
	index := &shelf{names: map[int64]string{}}
	s := openShop(t, Config{Index: index})
	chair := s.offer("Chair", 100)
	if _, err := s.ChangeProduct(t.Context(), nil, staff, chair.ID, ProductChange{Name: new("Armchair")}); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveProduct(t.Context(), nil, staff, s.product.ID); err != nil {
		t.Fatal(err)
	}
	index.fail = true
	if _, err := s.ChangeProduct(t.Context(), nil, staff, chair.ID, ProductChange{Name: new("Throne")}); err == nil {
		t.Error("a product has changed that the index did not take")
	}
	want := map[int64]string{chair.ID: "Armchair"}
	if p, err := s.Product(t.Context(), nil, chair.ID); err != nil || p.Name != "Armchair" || !reflect.DeepEqual(index.names, want) || index.changed != 4 {
		t.Errorf("it has %v after %d changes; the product is %+v, %v", index.names, index.changed, p, err)
	}
}

func TestProductsAreToldToWhoWatchesThem(t *testing.T) {
	s := openShop(t, Config{})
	v := s.visitor()
	if _, err := s.Products(t.Context(), v.conn, nil, 10); err != nil {
		t.Fatal(err)
	}
	p := s.offer("Chair", 100)
	if _, err := s.ChangeProduct(t.Context(), nil, staff, p.ID, ProductChange{Price: new(Money(250))}); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveProduct(t.Context(), nil, staff, p.ID); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range v.all(productResource) {
		var u struct {
			Verb           string
			Data, Previous struct{ Name, Price string }
		}
		json.Unmarshal(e.Data, &u)
		told = append(told, fmt.Sprint(u))
	}
	if want := []string{"{created {Chair 1.00} { }}", "{updated {Chair 2.50} { 1.00}}", "{destroyed { } { }}"}; !slices.Equal(told, want) {
		t.Errorf("told are %q, want %q", told, want)
	}
}

func TestTheCounterCountsEveryClick(t *testing.T) {
	s := openShop(t, Config{})
	v := s.visitor()
	if at, err := s.WatchCounter(t.Context(), v.conn); err != nil || at.Count != 0 {
		t.Fatalf("it begins with %v, %v", at, err)
	}
	v.conn.Release()
	var clicking sync.WaitGroup
	for range 8 {
		clicking.Go(func() {
			for range 10 {
				if _, err := s.Increment(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	clicking.Wait()
	last := int64(0)
	for _, e := range v.all(eventCounterUpdated) {
		var at CounterValue
		json.Unmarshal(e.Data, &at)
		if at.Count <= last {
			t.Errorf("%d is told after %d", at.Count, last)
		}
		last = at.Count
	}
	if at, err := s.Counter(t.Context()); err != nil || at.Count != 80 || last != 80 {
		t.Errorf("it is at %v, %v, and the last told is %d", at, err, last)
	}
}

func TestTheDemoIsSeededOnceAndCountedRightly(t *testing.T) {
	db := testkit.Database(t)
	s := &shop{Service: New(db, hub.New(hub.Config{}), Config{Simulate: true}), t: t, db: db}
	var seeding sync.WaitGroup
	for range 3 {
		seeding.Go(func() {
			if err := s.SeedDemo(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	seeding.Wait()
	for _, r := range Ranges() {
		series, err := s.Series(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		ordered := int64(0)
		for _, n := range series.Orders {
			ordered += n
		}
		if ordered == 0 || series.Known != 0 || series.BeforeKnown != 0 || len(series.Products) != bestCount || series.Revenue == nil {
			t.Errorf("%s shows %d orders: %+v", r, ordered, series)
		}
	}
	if offer, err := s.Offer(t.Context()); err != nil || len(offer) != len(demoProducts()) {
		t.Errorf("offered are %d products, %v", len(offer), err)
	}
	st, _, err := s.Stats(t.Context())
	if err != nil || st.TotalOrders < 1000 || st.PendingOrders == 0 || st.PendingOrders > 30 {
		t.Errorf("it begins with %+v, %v", st, err)
	}
}

func TestTheSimulatorMakesOrdersOnOneNode(t *testing.T) {
	s := openShop(t, Config{Simulate: true, Node: "one"})
	far := branch(t, s.db, Config{Simulate: true, Node: "two"})
	if _, err := s.SetRate(t.Context(), staff, maxRate); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC)
	var here, there simulation
	for range 50 {
		now = now.Add(simulateBeat)
		if err := errors.Join(s.simulateBeat(t.Context(), &here, now), far.simulateBeat(t.Context(), &there, now)); err != nil {
			t.Fatal(err)
		}
	}
	if here.rate != maxRate || there.rate != 0 {
		t.Errorf("the rates are %d and %d", here.rate, there.rate)
	}
	st, _, err := s.Stats(t.Context())
	if most := int64(5 * maxRate * 2); err != nil || st.TotalOrders < 100 || st.TotalOrders > most {
		t.Errorf("in five seconds came %d orders, %v", st.TotalOrders, err)
	}
	if kept, counted := s.counted(), s.recount(); kept != counted {
		t.Errorf("kept are %s\nbut counted are %s", kept, counted)
	}
}

func TestTheSimulatorRestsWhileNobodyWatches(t *testing.T) {
	var sim simulation
	now := time.Now()
	for _, c := range []struct {
		dashboards int
		after      time.Duration
		want       bool
	}{{0, 0, false}, {1, 0, false}, {1, 4 * time.Second, false}, {1, 6 * time.Second, true}, {0, 7 * time.Second, false}, {1, 8 * time.Second, false}} {
		if got := sim.watched(c.dashboards, now.Add(c.after)); got != c.want {
			t.Errorf("with %d dashboards after %v it runs: %v", c.dashboards, c.after, got)
		}
	}
}

func TestSimulatedOrdersComeToAnEnd(t *testing.T) {
	s := openShop(t, Config{Simulate: true})
	id := func(status Status) (int64, error) { return simulatedOf(t.Context(), s.db, status, 0) }
	mine := s.order(1)
	for range 3 {
		if _, err := s.place(t.Context(), nil, imagine([]Product{s.product})); err != nil {
			t.Fatal(err)
		}
	}
	oldest, err := id(Pending)
	if err != nil || oldest <= mine.ID {
		t.Errorf("the simulator takes %d, %v; a person's is %d", oldest, err, mine.ID)
	}
	for range 4 { // one more than there are
		if err := s.advance(t.Context(), Pending, Completed, 0); err != nil {
			t.Fatal(err)
		}
	}
	before, _, _ := s.Stats(t.Context())
	if pruned, err := pruneSimulated(t.Context(), s.db, 1); err != nil || pruned != 2 {
		t.Errorf("%d were pruned, %v", pruned, err)
	}
	after, _, _ := s.Stats(t.Context())
	if before.At = after.At; before != after || after.PendingOrders != 1 || after.TotalOrders != 4 {
		t.Errorf("counted were %+v, then %+v", before, after)
	}
}

func TestWhoMaySetTheRate(t *testing.T) {
	s, plain := openShop(t, Config{Simulate: true}), openShop(t, Config{})
	v := s.visitor()
	if shown := v.subscribe(s); shown.Simulator == nil || shown.Simulator.Rate != 1 {
		t.Errorf("it begins with %+v", shown.Simulator)
	}
	if shown := plain.visitor().subscribe(plain); shown.Simulator != nil {
		t.Errorf("without a demo there is %+v", shown.Simulator)
	}
	set := func(s *shop, who account.User, rate int) error {
		_, err := s.SetRate(t.Context(), who, rate)
		return err
	}
	for what, c := range map[string]struct {
		err  error
		want int
	}{
		"a member":       {set(s, member, 5), 403},
		"too fast":       {set(s, staff, 51), 422},
		"backwards":      {set(s, staff, -1), 422},
		"without a demo": {set(plain, staff, 5), 404},
	} {
		if !fault.Is(c.err, c.want) {
			t.Errorf("%s: %v", what, c.err)
		}
	}
	if err := set(s, staff, 0); err != nil {
		t.Error(err)
	}
	if all := v.all(eventSimulatorUpdated); len(all) != 1 || string(all[0].Data) != `{"rate":0}` {
		t.Errorf("told are %v", all)
	}
}

func TestOldStepsAreForgotten(t *testing.T) {
	s := openShop(t, Config{})
	s.order(1)
	now := time.Now()
	if err := s.forgetOldSteps(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if series, err := s.Series(t.Context(), QuarterHour); err != nil || series.Orders[len(series.Orders)-1]+series.Orders[len(series.Orders)-2] != 1 {
		t.Errorf("what is shown is forgotten: %+v, %v", series, err)
	}
	if err := s.forgetOldSteps(t.Context(), now.Add(3*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	var left int
	s.db.QueryRow(t.Context(), `select (select count(*) from dashboard.series) + (select count(*) from dashboard.sales)`).Scan(&left)
	if left != 0 {
		t.Errorf("%d steps are left", left)
	}
	if series, err := s.Series(t.Context(), QuarterHour); err != nil || series.Known != len(series.Orders) {
		t.Errorf("of nothing is known %d, %v", series.Known, err)
	}
}

func TestTheSystemBoardIsForAdmins(t *testing.T) {
	s := openShop(t, Config{Figures: still{}})
	s.run()
	v := s.visitor()
	if _, err := s.WatchSystem(v.conn, staff); !fault.Is(err, 403) {
		t.Errorf("staff sees it: %v", err)
	}
	if _, err := s.WatchSystem(v.conn, admin); err != nil {
		t.Fatal(err)
	}
	v.conn.Release()
	testkit.Eventually(t, "a second is told", soon, func() bool { return len(v.all(eventSystemUpdated)) > 1 })
	shown, err := s.System(admin)
	if err != nil || len(shown.History) < 2 || shown.History[0].Connections != 7 {
		t.Errorf("it shows %+v, %v", shown, err)
	}
}

// still is figures that do not move.
type still struct{}

func (still) Read(context.Context) (Reading, error) {
	return Reading{At: time.Now(), Connections: 7}, nil
}
