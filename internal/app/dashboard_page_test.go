package app

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"hubbub/internal/testkit"
)

// placeOrder places an order for the first product in the list.
func (i *instance) placeOrder(client *testkit.Client, customer string) order {
	i.t.Helper()
	products := testkit.As[[]thing](client.Get("/api/products").Want(http.StatusOK))
	made := client.Post("/api/orders", in{"customer": customer, "productId": products[0].ID, "quantity": 2})
	return testkit.As[order](made.Want(http.StatusOK))
}

func (i *instance) setOrderStatus(client *testkit.Client, o order, status string) {
	i.t.Helper()
	client.Do(http.MethodPatch, fmt.Sprint("/api/orders/", o.ID), in{"status": status}).Want(http.StatusOK)
}

// openDashboard opens the dashboard in a browser of the user.
func (i *instance) openDashboard(handle string) tab {
	i.t.Helper()
	return i.open(i.as(handle), "/dashboard")
}

// WantOrder waits until the order's row contains the words.
func (p tab) WantOrder(o order, words string) tab {
	p.WantText(fmt.Sprintf("#order-%d", o.ID), words)
	return p
}

// ChooseStatus clicks an action in the order's menu.
func (p tab) ChooseStatus(o order, action string) tab {
	p.Click(fmt.Sprintf("#order-%d [popovertarget]", o.ID)).ClickText(fmt.Sprintf("#order-%d-menu button", o.ID), action)
	return p
}

// wantLive waits until the page shows that its data is live.
func (p tab) wantLive() tab { p.WantText("[data-freshness]", "Live"); return p }

// leaveTable moves the pointer and the focus out of the table.
func (p tab) leaveTable() tab {
	p.Hover("h1")
	testkit.Eval[any](p.Page, `document.activeElement.blur()`)
	return p
}

const tileValue = `document.querySelector("#tile-%s [data-value]").textContent`

func (p tab) tile(name string) string {
	return testkit.Eval[string](p.Page, fmt.Sprintf(tileValue, name))
}

func (p tab) chart(name string) string {
	return testkit.Eval[string](p.Page, fmt.Sprintf(`document.querySelector("[data-chart=%s] .line:not(.s2)").getAttribute("d")`, name))
}

// recordFlashes keeps the ids of the rows that flashed, which is too short to wait for.
const recordFlashes = `globalThis.flashed = new Set(), new MutationObserver(changes => changes.forEach(({target}) =>
	target.classList.contains("is-fresh") && flashed.add(target.id))).observe(document.querySelector("[data-orders]"), {subtree: true, attributeFilter: ["class"]})`

func TestDashboardChangeUpdatesRowTilesAndChart(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	maya, lin := app.openDashboard("maya"), app.openDashboard("lin")
	lin.wantLive().leaveTable()
	pending, revenue, total := lin.tile("pending"), lin.tile("revenue"), lin.tile("total")

	maya.ClickText("summary", "New order").Want("#customer").WantAccessible().Type("#customer", "Noor <Haddad>").ClickText("button", "Place the order").WantText(".toast", "Order placed")
	maya.WantText("[data-orders] tr:first-child", "Noor <Haddad>").WantValue("#customer", "")
	lin.WantText("[data-orders] tr:first-child", "Noor <Haddad>")
	lin.Until(fmt.Sprintf(tileValue+" !== %q", "total", total)).Until(fmt.Sprintf(tileValue+" !== %q", "pending", pending))

	o := order{ID: testkit.Eval[int64](maya.Page, `Number(document.querySelector("[data-orders] tr").dataset.id)`)}
	earned := lin.chart("revenue")
	testkit.Eval[any](lin.Page, recordFlashes)
	maya.ChooseStatus(o, "Complete").WantOrder(o, "Completed")
	lin.WantOrder(o, "Completed").Until(fmt.Sprintf(`flashed.has("order-%d")`, o.ID))
	lin.Until(fmt.Sprintf(tileValue+" !== %q", "revenue", revenue)).Until(fmt.Sprintf(tileValue+" === %q", "pending", pending))
	lin.Until(fmt.Sprintf(`document.querySelector("[data-chart=revenue] .line:not(.s2)").getAttribute("d") !== %q`, earned))
	maya.ChooseStatus(o, "Ship").WantOrder(o, "Shipped").WantNo(fmt.Sprintf("#order-%d [popovertarget]", o.ID))
	lin.WantOrder(o, "Shipped")
}

func TestDashboardMoneyHasTwoDecimals(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	theo, lin := app.as("theo"), app.openDashboard("lin")
	lin.wantLive()
	revenue := lin.tile("revenue")
	product := testkit.As[thing](theo.Post("/api/products", in{"name": "Lamp", "price": "743.90"}).Want(200)).ID
	made := testkit.As[order](theo.Post("/api/orders", in{"customer": "Noor", "productId": product, "quantity": 1}).Want(200))
	app.setOrderStatus(theo, made, "completed")
	lin.Until(fmt.Sprintf(tileValue+" !== %q", "revenue", revenue))
	maya := app.openDashboard("maya")
	for _, text := range []string{lin.tile("revenue"), lin.tileDelta("revenue"), maya.tile("revenue"), maya.tileDelta("revenue")} {
		if !twoDecimals.MatchString(text) {
			t.Errorf("money is shown as %q", text)
		}
	}
}

var twoDecimals = regexp.MustCompile(`^\+?\$[0-9,]+\.[0-9]{2}$`)

func (p tab) tileDelta(name string) string {
	return testkit.Eval[string](p.Page, fmt.Sprintf(`document.querySelector("#tile-%s [data-delta]").dataset.delta`, name))
}

func TestDashboardRevertsARefusedStatusChange(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	o := app.placeOrder(app.as("theo"), "Ben Carter")
	maya := app.openDashboard("maya")
	maya.AllowErrors("409")
	maya.Click(fmt.Sprintf("#order-%d [popovertarget]", o.ID)).Want(fmt.Sprintf("#order-%d-menu", o.ID)).WantAccessible()
	app.setOrderStatus(app.as("theo"), o, "completed")
	maya.WantOrder(o, "Completed").ClickText(fmt.Sprintf("#order-%d-menu button", o.ID), "Cancel")
	maya.WantText(".toast", fmt.Sprintf("Order %d was not changed", o.ID))
	maya.WantOrder(o, "Completed")
	maya.ChooseStatus(o, "Ship").WantOrder(o, "Shipped")
}

func TestDashboardRowsWaitWhileTheTableIsInUseOrPaused(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	theo := app.as("theo")
	lin := app.openDashboard("lin")
	first := app.placeOrder(theo, "before")
	lin.leaveTable().WantOrder(first, "before")
	lin.Hover("[data-orders] tr:first-child td")
	second := app.placeOrder(theo, "under the pointer")
	lin.WantText("[data-new-orders]", "1 new order")
	third := app.placeOrder(theo, "again")
	lin.WantText("[data-new-orders]", "2 new orders").WantNo(fmt.Sprintf("#order-%d", second.ID)).Click("[data-new-orders]")
	lin.WantOrder(third, "again").WantOrder(second, "pointer").WantNo("[data-new-orders]").WantCount("[data-orders] tr", 3)

	lin.leaveTable().Click("[data-pause]").WantText("[data-freshness]", "Paused").WantText("[data-updated]", "showing what we had at")
	total := lin.tile("total")
	fourth := app.placeOrder(theo, "while paused")
	app.setOrderStatus(theo, first, "completed")
	heard := testkit.Eval[bool](lin.Page, `new Promise(done => io.socket.get("/api/me", () => done(true)))`) // all earlier events have arrived
	if lin.tile("total") != total || !heard {
		t.Error("a tile changed while the page was paused")
	}
	lin.WantNo(fmt.Sprintf("#order-%d", fourth.ID))
	lin.WantOrder(first, "Pending")
	lin.Click("[data-pause]")
	lin.leaveTable()
	lin.WantOrder(fourth, "while paused").WantOrder(first, "Completed").WantText("[data-freshness]", "Live")
	lin.Until(fmt.Sprintf(tileValue+" !== %q", "total", total))
}

func TestDashboardChartHasAGapUntilReconnect(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	theo := app.as("theo")
	wire, lin := app.openThroughRelay("lin", "/dashboard")
	lin.wantLive().leaveTable()
	total := lin.tile("total")
	wire.Cut()
	lin.WantText("[data-freshness]", "Reconnecting…").WantText("[data-updated]", "showing what we had at")
	missed := app.placeOrder(theo, "in the tunnel")
	lin.Until(`document.querySelector("[data-chart=orders] .line:not(.s2)").getAttribute("d").lastIndexOf("L100.00") < 0`) // the newest moments are unknown
	wire.Restore()
	lin.WantOrder(missed, "in the tunnel").WantText("[data-freshness]", "Live")
	lin.Until(`/L100\.00 [\d.]+$/.test(document.querySelector("[data-chart=orders] .line:not(.s2)").getAttribute("d"))`)
	lin.Until(`document.querySelector("[data-chart=orders] .line:not(.s2)").getAttribute("d").match(/M/g).length === 1`)
	lin.Until(fmt.Sprintf(tileValue+" !== %q", "total", total))
}

func TestDashboardChartIsReadByPointerAndKeys(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	app.placeOrder(app.as("theo"), "Piet de Boer") // the series is unknown before the first order
	lin := app.openDashboard("lin")
	lin.WantText("[data-freshness]", "Live").Hover("[data-chart=orders] [data-plot]").WantText("[data-chart=orders] [data-tip]", "not known, ")
	testkit.Eval[any](lin.Page, `document.querySelector("[data-chart=orders] [data-plot]").focus()`)
	lin.Press("End").WantText("[data-chart=orders] [data-tip]", " per minute, ").WantText("[data-announce=polite]", " per minute, ")
	lin.Press("ArrowLeft").Press("Home").Press("Escape").WantNo("[data-chart=orders] [data-tip]")
	lin.ClickText("summary", "As a table").Want("#numbers tr")
	lin.visit("/dashboard?range=24h").WantText(".segmented [aria-current]", "24 h")
}

func TestDashboardOrdersWorkWithoutScript(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	maya := tab{testkit.Browser(t).Person(t, app.at(), app.as("maya").Cookies()...)}
	maya.DisableJS()
	maya.Goto("/dashboard").ClickText("summary", "New order").Type("#customer", "Ana Souza").ClickText("button", "Place the order")
	maya.WantText("[data-orders] tr:first-child", "Ana Souza").WantText("[data-orders] tr:first-child", "Pending")
	maya.Click("[data-orders] tr:first-child [popovertarget]").ClickText("[data-orders] tr:first-child form button", "Cancel")
	maya.WantText("[data-orders] tr:first-child", "Cancelled").ClickText(".segmented a", "Cancelled").WantPath("/dashboard?status=cancelled")
	maya.WantText("[data-orders] tr:first-child", "Ana Souza").WantNoText("[data-orders]", "Pending")
	theo := app.as("theo")
	for range 20 {
		app.placeOrder(theo, "one more")
	}
	maya.Goto("/dashboard").WantCount("[data-orders] tr", 20).WantNoText("[data-orders]", "Ana Souza").ClickText("a", "Older orders")
	maya.WantText("#orders-title", "Older orders").WantText("[data-orders]", "Ana Souza").ClickText("a", "Newest").WantPath("/dashboard")
	app.as("maya").Do(http.MethodPost, "/dashboard/orders", url.Values{"customer": {" "}, "productId": {"1"}, "quantity": {"1"}}).Want(http.StatusUnprocessableEntity)
}

func TestDashboardControlsNeedTheRole(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	o := app.placeOrder(app.as("sam"), "Yuki Tanaka")
	lin, linTab := app.as("lin"), app.openDashboard("lin")
	linTab.WantOrder(o, "Pending").WantNo("[data-order-form]").WantNo("[data-orders] [popovertarget]").WantNo("[data-simulator]").WantNoText("#sidebar", "System")
	late := app.placeOrder(app.as("sam"), "live")
	linTab.leaveTable().WantOrder(late, "Pending").WantNo("[data-orders] [popovertarget]")
	path := fmt.Sprintf("/dashboard/orders/%d/status", o.ID)
	lin.Do(http.MethodPost, path, url.Values{"status": {"completed"}}).Want(http.StatusForbidden)
	lin.Do(http.MethodPost, "/dashboard/orders", url.Values{"customer": {"me"}, "productId": {"1"}, "quantity": {"1"}}).Want(http.StatusForbidden)
	linTab.visit("/products").Want("[data-products] tr").WantNo("main form")
	lin.Do(http.MethodPost, "/products", url.Values{"name": {"mine"}, "price": {"1"}}).Want(http.StatusForbidden)
	for _, handle := range []string{"lin", "maya"} {
		app.as(handle).Do(http.MethodGet, "/system", nil, "Accept", "text/html").Want(http.StatusForbidden)
	}
}

func TestSystemPageIsLive(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam := app.open(app.as("sam"), "/system")
	sam.WantText("#sidebar [aria-current]", "System").WantText("#tile-connections [data-value]", "1")
	app.openDashboard("lin")
	sam.WantText("#tile-connections [data-value]", "2")
}

func TestProductPagesAreLive(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	lin := app.open(app.as("lin"), "/products")
	maya := app.open(app.as("maya"), "/products")
	maya.Type("#name", "Aardvark & <Co>").Type("#description", "A first.").Type("#price", "12,5").ClickText("button", "Add the product").WantText(".field-error", "must be an amount")
	maya.AllowErrors("422")
	maya.live().Clear("#price").Type("#price", "12.5").ClickText("button", "Add the product").WantText("h1", "Aardvark & <Co>")
	lin.WantText("[data-products] tr:first-child", "$12.50").ClickText("[data-products] a", "Aardvark").WantText("h1", "Aardvark")
	lin.live()
	maya.live().Clear("#name").Type("#name", "Aardvarks").ClickText("button", "Save").WantText("h1", "Aardvarks")
	lin.WantText("h1", "Aardvarks")
	lin.visit("/products")
	maya.ClickText("button", "Delete the product").WantPath("/products").WantNoText("[data-products]", "Aardvarks")
	lin.WantNoText("[data-products]", "Aardvarks")
}
