package dashboard_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

type tiles struct {
	TotalOrders   int64  `json:"totalOrders"`
	PendingOrders int64  `json:"pendingOrders"`
	Revenue       string `json:"revenue"`
}

type board struct {
	Orders []apptest.Order `json:"orders"`
	Stats  tiles           `json:"stats"`
	Series struct {
		Step    int      `json:"step"`
		From    string   `json:"from"`
		Orders  []int64  `json:"orders"`
		Revenue []string `json:"revenue"`
	} `json:"series"`
}

type orderChange struct {
	Verb     string        `json:"verb"`
	ID       int64         `json:"id"`
	Data     apptest.Order `json:"data"`
	Previous apptest.Order `json:"previous"`
}

// lamp creates a product with the price 12.50 and returns its id.
func lamp(client *testkit.Client) int64 {
	return testkit.As[apptest.Fields](client.Post("/api/products", in{"name": "Lamp", "price": 12.5}).Want(200)).ID
}

func openBoard(s *testkit.Socket) board {
	return testkit.As[board](s.Get("/api/dashboard/subscribe", in{"range": "1h"}).Want(200))
}

func TestDashboardOrderReachesSubscribers(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya, theo, lin := app.As("maya"), app.As("theo"), app.As("lin")
	product := lamp(maya)
	mayaSocket, linSocket := maya.Connect(""), lin.Connect("")
	openBoard(mayaSocket)
	first := openBoard(linSocket)
	if first.Series.Step != 60 || len(first.Series.Orders) != 60 || len(first.Series.Revenue) != 60 || !apptest.Timestamp.MatchString(first.Series.From) {
		t.Errorf("the series is %+v", first.Series)
	}

	placed := testkit.As[apptest.Order](mayaSocket.Post("/api/orders", in{"customer": " Noor Haddad ", "productId": fmt.Sprint(product), "quantity": 3}).Want(200))
	if placed.Amount != "37.50" || placed.Status != "pending" || placed.Customer != "Noor Haddad" || placed.Product.ID != product || !apptest.Timestamp.MatchString(placed.CreatedAt) {
		t.Errorf("the order is %+v", placed)
	}
	placedEvent := testkit.DataOf[orderChange](t, linSocket.WantEvent("order"))
	if placedEvent.Verb != "created" || placedEvent.ID != placed.ID || placedEvent.Data != placed {
		t.Errorf("Lin receives %+v", placedEvent)
	}
	if now := testkit.DataOf[tiles](t, mayaSocket.WantEvent("statsUpdated")); now != (tiles{1, 1, "0.00"}) {
		t.Errorf("the user who placed the order receives %+v", now)
	}
	linSocket.WantEvent("statsUpdated")

	theo.Do(http.MethodPatch, fmt.Sprint("/api/orders/", placed.ID), in{"status": "completed"}).Want(200)
	gone := testkit.DataOf[orderChange](t, mayaSocket.WantEvent("order"))
	if gone.Verb != "updated" || gone.ID != placed.ID || gone.Data.Status != "completed" || gone.Previous.Status != "pending" {
		t.Errorf("Maya receives %+v", gone)
	}
	if now := testkit.DataOf[tiles](t, linSocket.WantEvent("statsUpdated")); now != (tiles{1, 0, "37.50"}) {
		t.Errorf("Lin receives %+v", now)
	}
	theo.Do(http.MethodPatch, fmt.Sprint("/api/orders/", placed.ID), in{"status": "cancelled"}).Want(409)
	if now := openBoard(linSocket); now.Stats != (tiles{1, 0, "37.50"}) || len(now.Orders) != 1 || now.Orders[0].Status != "completed" {
		t.Errorf("Lin opens %+v", now)
	}
}

func TestDashboardChangeIsNotSentToItsOwnConnection(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya := app.As("maya")
	product := lamp(maya)
	asking, other := maya.Connect(""), maya.Connect("")
	openBoard(asking)
	openBoard(other)
	placed := testkit.As[apptest.Order](asking.Post("/api/orders", in{"customer": "Noor", "productId": product, "quantity": 1}).Want(200))
	asking.Request(http.MethodPatch, fmt.Sprint("/api/orders/", placed.ID), in{"status": "completed"}).Want(200)
	for _, verb := range []string{"created", "updated"} {
		if change := testkit.DataOf[orderChange](t, other.WantEvent("order")); change.Verb != verb {
			t.Errorf("the other tab receives %s, want %s", change.Verb, verb)
		}
	}
	asking.WantNo("order")
	maya.Do(http.MethodPatch, fmt.Sprint("/api/orders/", placed.ID), in{"status": "shipped"}).Want(200)
	asking.WantEvent("order") // it is subscribed to the order that it placed
}

func TestDashboardRefusesInvalidRequests(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya, lin, anonymous := app.As("maya"), app.As("lin"), app.Anonymous()
	product := lamp(maya)
	placed := testkit.As[apptest.Order](maya.Post("/api/orders", in{"customer": "Noor", "productId": product, "quantity": 1}).Want(200))
	orders, one := "/api/orders", fmt.Sprint("/api/orders/", placed.ID)
	ordered := func(field string, value any) in {
		n := in{"customer": "Noor", "productId": product, "quantity": 1}
		n[field] = value
		return n
	}
	for _, c := range []struct {
		client       *testkit.Client
		method, path string
		data         any
		want         int
	}{
		{anonymous, "GET", orders, nil, 401},
		{anonymous, "POST", orders, ordered("quantity", 1), 401},
		{anonymous, "GET", "/api/products", nil, 401},
		{anonymous, "GET", "/api/dashboard/subscribe", nil, 400},
		{lin, "GET", "/api/dashboard/subscribe", nil, 400},
		{lin, "GET", "/api/system/subscribe", nil, 400},
		{anonymous, "GET", "/api/counter/subscribe", nil, 400},
		{lin, "GET", orders, nil, 200},
		{lin, "GET", "/api/products", nil, 200},
		{lin, "GET", "/api/dashboard/series?range=24h", nil, 200},
		{lin, "GET", "/api/dashboard/series?range=1y", nil, 422},
		{lin, "GET", orders + "?status=lost", nil, 422},
		{lin, "GET", orders + "?before=-1", nil, 422},
		{lin, "GET", orders + "?limit=1000000", nil, 200},
		{lin, "POST", orders, ordered("quantity", 1), 403},
		{lin, "PATCH", one, in{"status": "completed"}, 403},
		{lin, "POST", "/api/products", in{"name": "Desk", "price": "1"}, 403},
		{lin, "PATCH", fmt.Sprint("/api/products/", product), in{"price": "1"}, 403},
		{lin, "DELETE", fmt.Sprint("/api/products/", product), nil, 403},
		{lin, "POST", "/api/dashboard/simulator", in{"rate": 5}, 404}, // the demo has no simulator without Config.Orders
		{maya, "POST", orders, ordered("customer", ""), 422},
		{maya, "POST", orders, ordered("customer", "a\x00b"), 422},
		{maya, "POST", orders, ordered("customer", in{}), 422},
		{maya, "POST", orders, ordered("quantity", 0), 422},
		{maya, "POST", orders, ordered("quantity", 1001), 422},
		{maya, "POST", orders, ordered("quantity", "many"), 422},
		{maya, "POST", orders, ordered("quantity", 1.5), 422},
		{maya, "POST", orders, ordered("quantity", 1e18), 422},
		{maya, "POST", orders, ordered("productId", 4711), 422},
		{maya, "POST", orders, ordered("productId", "'; drop table dashboard.orders; --"), 422},
		{maya, "POST", orders, ordered("clientId", "once"), 422},
		{maya, "POST", orders, in{}, 422},
		{maya, "PATCH", one, in{}, 422},
		{maya, "PATCH", one, in{"status": "lost"}, 422},
		{maya, "PATCH", one, in{"status": "shipped"}, 409},
		{maya, "PATCH", "/api/orders/4711", in{"status": "completed"}, 404},
		{maya, "PATCH", "/api/orders/one", in{"status": "completed"}, 422},
		{maya, "POST", "/api/products", in{"name": "Desk"}, 422},
		{maya, "POST", "/api/products", in{"name": "Desk", "price": "12.345"}, 422},
		{maya, "POST", "/api/products", in{"name": "Desk", "price": -1}, 422},
		{maya, "POST", "/api/products", in{"name": strings.Repeat("x", 121), "price": 1}, 422},
		{maya, "PATCH", "/api/products/4711", in{"price": "1"}, 404},
		{maya, "DELETE", "/api/products/4711", nil, 404},
	} {
		if got := c.client.Do(c.method, c.path, c.data); got.Status != c.want {
			t.Errorf("%s %s %v is %d, want %d: %s", c.method, c.path, c.data, got.Status, c.want, got.Body)
		}
	}
	if now := openBoard(lin.Connect("")); now.Stats != (tiles{1, 1, "0.00"}) {
		t.Errorf("the totals are %+v", now.Stats)
	}
	lin.Connect("").Get("/api/system/subscribe", nil).Want(403)
	anonymous.Connect("").Get("/api/dashboard/subscribe", nil).Want(401)
}

func TestProductPricesAreStrings(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya, lin := app.As("maya"), app.As("lin")
	watching := lin.Connect("")
	watching.Get("/api/products", nil).Want(200)
	type product struct {
		ID                   int64
		Name, Description    string
		Price                string
		CreatedAt, UpdatedAt string
	}
	p := testkit.As[product](maya.Post("/api/products", in{"name": "Desk", "price": 1249.5}).Want(200))
	if p.Price != "1249.50" || !apptest.Timestamp.MatchString(p.CreatedAt) {
		t.Errorf("the product is %+v", p)
	}
	watching.WantEvent("product")
	path := fmt.Sprint("/api/products/", p.ID)
	maya.Do(http.MethodPatch, path, in{"price": "1300"}).Want(200).WantBody(`"price":"1300.00"`)
	watching.WantEvent("product")
	maya.Do(http.MethodDelete, path, nil).Want(204)
	if gone := testkit.DataOf[orderChange](t, watching.WantEvent("product")); gone.Verb != "destroyed" || gone.ID != p.ID {
		t.Errorf("Lin receives %+v", gone)
	}
}

func TestNotificationOfANewOrderReachesAdmins(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	bell := sam.Connect("")
	bell.Get("/api/notifications/subscribe", nil).Want(200)
	placed := testkit.As[apptest.Order](maya.Post("/api/orders", in{"customer": "Noor", "productId": lamp(maya), "quantity": 2}).Want(200))
	type notification struct {
		Type, Message, URL string
		Data               struct {
			Data struct{ OrderID int64 }
		}
	}
	got := testkit.DataOf[notification](t, bell.WantEvent("notification"))
	if got.Type != "new-order" || got.Message != fmt.Sprintf("New order #%d received", placed.ID) || got.URL != "/dashboard" || got.Data.Data.OrderID != placed.ID {
		t.Errorf("Sam receives %+v", got)
	}
	if list := maya.Get("/api/notifications"); strings.Contains(list.Body, "new-order") {
		t.Errorf("a user with the role staff was notified, too: %s", list.Body)
	}
}

func TestCounterNeedsNoSignIn(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	one, two := app.Anonymous().Connect(""), app.Anonymous()
	one.Get("/api/counter/subscribe", nil).Want(200).WantBody(`{"count":0}`)
	two.Post("/api/counter/increment", nil).Want(200).WantBody(`{"count":1}`)
	if e := one.WantEvent("counterUpdated"); string(e.Data) != `{"count":1}` {
		t.Errorf("the event is %s", e.Data)
	}
	one.Post("/api/counter/increment", nil).Want(200)
	one.WantEvent("counterUpdated") // the caller receives the event, too
}

func TestSystemPageHasTheMetricsOfPrometheus(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam").Connect("")
	type sample struct {
		Node                                          string
		Nodes, Connections, Rooms, Goroutines, Queued int
		EventsOut, Requests                           float64
		Heap                                          int64
		Pool                                          struct{ Open, Limit int }
		P99                                           *float64
	}
	type opened struct {
		Step    int
		History []sample
	}
	first := testkit.As[opened](sam.Get("/api/system/subscribe", nil).Want(200))
	sam.Get("/api/counter/subscribe", nil).Want(200)
	if first.Step != 1 || len(first.History) == 0 {
		t.Errorf("the subscription answers %+v", first)
	}
	testkit.Eventually(t, "the board shows this connection's requests", 10*time.Second, func() bool {
		sam.Post("/api/counter/increment", nil).Want(200)
		now := testkit.DataOf[sample](t, sam.WantEvent("systemUpdated"))
		return now.Nodes == 1 && now.Connections == 1 && now.Rooms > 1 && now.Goroutines > 5 && now.Heap > 1<<20 &&
			now.Pool.Open > 0 && now.Pool.Limit > 0 && now.Requests > 0 && now.EventsOut > 0 && now.P99 != nil && now.Node != ""
	})
}

func TestDemoOrdersArriveWhileTheDashboardIsOpen(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.Orders = true })
	maya := app.As("maya").Connect("")
	first := openBoard(maya)
	if first.Stats.TotalOrders < 1000 || len(first.Orders) != 20 {
		t.Errorf("the dashboard opens with %+v", first.Stats)
	}
	maya.Post("/api/dashboard/simulator", in{"rate": 50}).Want(200)
	if rate := maya.WantEvent("simulatorUpdated"); string(rate.Data) != `{"rate":50}` {
		t.Errorf("the event of the rate is %s", rate.Data)
	}
	if placedEvent := testkit.DataOf[orderChange](t, maya.WantEvent("order")); placedEvent.Verb != "created" || placedEvent.Data.Customer == "" {
		t.Errorf("the new order is %+v", placedEvent)
	}
}
