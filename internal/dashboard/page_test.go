package dashboard_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// dashboardTab is a tab with the dashboard.
type dashboardTab struct{ apptest.Tab }

// openDashboard opens the dashboard in a browser of the user.
func openDashboard(app *apptest.App, handle string) dashboardTab {
	app.T.Helper()
	return dashboardTab{app.Open(app.As(handle), "/dashboard")}
}

// WantOrder waits until the order's row contains the words.
func (p dashboardTab) WantOrder(o apptest.Order, words string) dashboardTab {
	p.WantText(fmt.Sprintf("#order-%d", o.ID), words)
	return p
}

// ChooseStatus clicks an action in the order's menu.
func (p dashboardTab) ChooseStatus(o apptest.Order, action string) dashboardTab {
	p.Click(fmt.Sprintf("#order-%d [popovertarget]", o.ID)).ClickText(fmt.Sprintf("#order-%d-menu button", o.ID), action)
	return p
}

// wantLive waits until the page shows that its data is live.
func (p dashboardTab) wantLive() dashboardTab { p.WantText("[data-freshness]", "Live"); return p }

// leaveTable moves the pointer and the focus out of the table.
func (p dashboardTab) leaveTable() dashboardTab {
	p.Hover("h1")
	browser.Eval[any](p.Page, `document.activeElement.blur()`)
	return p
}

const tileValue = `document.querySelector("#tile-%s [data-value]").textContent`

func (p dashboardTab) tile(name string) string {
	return browser.Eval[string](p.Page, fmt.Sprintf(tileValue, name))
}

func (p dashboardTab) chart(name string) string {
	return browser.Eval[string](p.Page, fmt.Sprintf(`document.querySelector("[data-chart=%s] .line:not(.s2)").getAttribute("d")`, name))
}

// recordFlashes keeps the ids of the rows that flashed, which is too short to wait for.
const recordFlashes = `globalThis.flashed = new Set(), new MutationObserver(changes => changes.forEach(({target}) =>
	target.classList.contains("is-fresh") && flashed.add(target.id))).observe(document.querySelector("[data-orders]"), {subtree: true, attributeFilter: ["class"]})`

func TestDashboardChangeUpdatesRowTilesAndChart(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya, lin := openDashboard(app, "maya"), openDashboard(app, "lin")
	lin.wantLive().leaveTable()
	pending, revenue, total := lin.tile("pending"), lin.tile("revenue"), lin.tile("total")

	maya.ClickText("summary", "New order").Want("#customer").WantAccessible().Type("#customer", "Noor <Haddad>").ClickText("button", "Place order").WantText(".toast", "Order placed")
	maya.WantText("[data-orders] tr:first-child", "Noor <Haddad>").WantValue("#customer", "")
	lin.WantText("[data-orders] tr:first-child", "Noor <Haddad>")
	lin.Until(fmt.Sprintf(tileValue+" !== %q", "total", total)).Until(fmt.Sprintf(tileValue+" !== %q", "pending", pending))

	o := apptest.Order{ID: browser.Eval[int64](maya.Page, `Number(document.querySelector("[data-orders] tr").dataset.id)`)}
	earned := lin.chart("revenue")
	browser.Eval[any](lin.Page, recordFlashes)
	maya.ChooseStatus(o, "Complete").WantOrder(o, "Completed")
	lin.WantOrder(o, "Completed").Until(fmt.Sprintf(`flashed.has("order-%d")`, o.ID))
	lin.Until(fmt.Sprintf(tileValue+" !== %q", "revenue", revenue)).Until(fmt.Sprintf(tileValue+" === %q", "pending", pending))
	lin.Until(fmt.Sprintf(`document.querySelector("[data-chart=revenue] .line:not(.s2)").getAttribute("d") !== %q`, earned))
	maya.ChooseStatus(o, "Ship").WantOrder(o, "Shipped").WantNo(fmt.Sprintf("#order-%d [popovertarget]", o.ID))
	lin.WantOrder(o, "Shipped")
}

func TestDashboardMoneyHasTwoDecimals(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	theo, lin := app.As("theo"), openDashboard(app, "lin")
	lin.wantLive()
	revenue := lin.tile("revenue")
	product := testkit.As[apptest.Fields](theo.Post("/api/products", in{"name": "Lamp", "price": "743.90"}).Want(200)).ID
	made := testkit.As[apptest.Order](theo.Post("/api/orders", in{"customer": "Noor", "productId": product, "quantity": 1}).Want(200))
	app.SetOrderStatus(theo, made, "completed")
	lin.Until(fmt.Sprintf(tileValue+" !== %q", "revenue", revenue))
	maya := openDashboard(app, "maya")
	for _, text := range []string{lin.tile("revenue"), lin.tileDelta("revenue"), maya.tile("revenue"), maya.tileDelta("revenue")} {
		if !twoDecimals.MatchString(text) {
			t.Errorf("money is shown as %q", text)
		}
	}
}

var twoDecimals = regexp.MustCompile(`^\+?\$[0-9,]+\.[0-9]{2}$`)

func (p dashboardTab) tileDelta(name string) string {
	return browser.Eval[string](p.Page, fmt.Sprintf(`document.querySelector("#tile-%s [data-delta]").dataset.delta`, name))
}

func TestDashboardRevertsARefusedStatusChange(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	o := app.PlaceOrder(app.As("theo"), "Ben Carter")
	maya := openDashboard(app, "maya")
	maya.AllowErrors("409")
	maya.Click(fmt.Sprintf("#order-%d [popovertarget]", o.ID)).Want(fmt.Sprintf("#order-%d-menu", o.ID)).WantAccessible()
	app.SetOrderStatus(app.As("theo"), o, "completed")
	maya.WantOrder(o, "Completed").ClickText(fmt.Sprintf("#order-%d-menu button", o.ID), "Cancel")
	maya.WantText(".toast", fmt.Sprintf("Order %d not changed", o.ID))
	maya.WantOrder(o, "Completed")
	maya.ChooseStatus(o, "Ship").WantOrder(o, "Shipped")
}

func TestDashboardRowsWaitWhileTheTableIsInUseOrPaused(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	theo := app.As("theo")
	lin := openDashboard(app, "lin")
	first := app.PlaceOrder(theo, "before")
	lin.leaveTable().WantOrder(first, "before")
	lin.Hover("[data-orders] tr:first-child td")
	second := app.PlaceOrder(theo, "under the pointer")
	lin.WantText("[data-new-orders]", "1 new order")
	third := app.PlaceOrder(theo, "again")
	lin.WantText("[data-new-orders]", "2 new orders").WantNo(fmt.Sprintf("#order-%d", second.ID)).Click("[data-new-orders]")
	lin.WantOrder(third, "again").WantOrder(second, "pointer").WantNo("[data-new-orders]").WantCount("[data-orders] tr", 3)

	lin.leaveTable().Click("[data-pause]").WantText("[data-freshness]", "Paused").WantText("[data-updated]", "last updated at")
	total := lin.tile("total")
	fourth := app.PlaceOrder(theo, "while paused")
	app.SetOrderStatus(theo, first, "completed")
	heard := browser.Eval[bool](lin.Page, `new Promise(done => io.socket.get("/api/me", () => done(true)))`) // all earlier events have arrived
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

// reachesNow is an expression that reports whether the line of orders ends with the present step.
const reachesNow = `/L100 [\d.]+$/.test(document.querySelector("[data-chart=orders] .line:not(.s2)").getAttribute("d"))`

func TestDashboardChartHasAGapUntilReconnect(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	theo := app.As("theo")
	relay, page := app.OpenThroughRelay("lin", "/dashboard")
	lin := dashboardTab{page}
	lin.wantLive().leaveTable()
	total := lin.tile("total")
	relay.Cut()
	lin.WantText("[data-freshness]", "Reconnecting…").WantText("[data-updated]", "last updated at")
	missed := app.PlaceOrder(theo, "in the tunnel")
	lin.Until(`!` + reachesNow) // the newest moments are unknown
	relay.Restore()
	lin.WantOrder(missed, "in the tunnel").WantText("[data-freshness]", "Live")
	lin.Until(reachesNow)
	lin.Until(`document.querySelector("[data-chart=orders] .line:not(.s2)").getAttribute("d").match(/M/g).length === 1`)
	lin.Until(fmt.Sprintf(tileValue+" !== %q", "total", total))
}

func TestDashboardChartIsReadByPointerAndKeys(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	app.PlaceOrder(app.As("theo"), "Piet de Boer") // the series is unknown before the first order
	lin := openDashboard(app, "lin")
	lin.WantText("[data-freshness]", "Live").Hover("[data-chart=orders] [data-plot]").WantText("[data-chart=orders] [data-tip]", "no data, ")
	browser.Eval[any](lin.Page, `document.querySelector("[data-chart=orders] [data-plot]").focus()`)
	lin.Press("End").WantText("[data-chart=orders] [data-tip]", " per minute, ").WantText("[data-announce=polite]", " per minute, ")
	lin.Press("ArrowLeft").Press("Home").Press("Escape").WantNo("[data-chart=orders] [data-tip]")
	lin.ClickText("summary", "Show as a table").Want("#numbers tr")
	lin.Visit("/dashboard?range=24h").WantText(".segmented [aria-current]", "24 h")
}

func TestDashboardOrdersWorkWithoutScript(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya := app.Browser(app.As("maya"))
	maya.DisableJS()
	maya.Goto("/dashboard").ClickText("summary", "New order").Type("#customer", "Ana Souza").ClickText("button", "Place order")
	maya.WantText("[data-orders] tr:first-child", "Ana Souza").WantText("[data-orders] tr:first-child", "Pending")
	maya.Click("[data-orders] tr:first-child [popovertarget]").ClickText("[data-orders] tr:first-child form button", "Cancel")
	maya.WantText("[data-orders] tr:first-child", "Cancelled").ClickText(".segmented a", "Cancelled").WantPath("/dashboard?status=cancelled")
	maya.WantText("[data-orders] tr:first-child", "Ana Souza").WantNoText("[data-orders]", "Pending")
	theo := app.As("theo")
	for range 20 {
		app.PlaceOrder(theo, "one more")
	}
	maya.Goto("/dashboard").WantCount("[data-orders] tr", 20).WantNoText("[data-orders]", "Ana Souza").ClickText("a", "Older orders")
	maya.WantText("#orders-title", "Older orders").WantText("[data-orders]", "Ana Souza").ClickText("a", "Newest").WantPath("/dashboard")
	app.As("maya").Do(http.MethodPost, "/dashboard/orders", url.Values{"customer": {" "}, "productId": {"1"}, "quantity": {"1"}}).Want(http.StatusUnprocessableEntity)
}

func TestDashboardControlsNeedTheRole(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	o := app.PlaceOrder(app.As("sam"), "Yuki Tanaka")
	lin, linTab := app.As("lin"), openDashboard(app, "lin")
	linTab.WantOrder(o, "Pending").WantNo("[data-order-form]").WantNo("[data-orders] [popovertarget]").WantNo("[data-simulator]").WantNoText("#sidebar", "System")
	late := app.PlaceOrder(app.As("sam"), "live")
	linTab.leaveTable().WantOrder(late, "Pending").WantNo("[data-orders] [popovertarget]")
	path := fmt.Sprintf("/dashboard/orders/%d/status", o.ID)
	lin.Do(http.MethodPost, path, url.Values{"status": {"completed"}}).Want(http.StatusForbidden)
	lin.Do(http.MethodPost, "/dashboard/orders", url.Values{"customer": {"me"}, "productId": {"1"}, "quantity": {"1"}}).Want(http.StatusForbidden)
	linTab.Visit("/products").Want("[data-products] tr").WantNo("main form")
	lin.Do(http.MethodPost, "/products", url.Values{"name": {"mine"}, "price": {"1"}}).Want(http.StatusForbidden)
	for _, handle := range []string{"lin", "maya"} {
		app.As(handle).Do(http.MethodGet, "/system", nil, "Accept", "text/html").Want(http.StatusForbidden)
	}
}

func TestSystemPageIsLive(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.Open(app.As("sam"), "/system")
	sam.WantText("#sidebar [aria-current]", "System").WantText("#tile-connections [data-value]", "1")
	openDashboard(app, "lin")
	sam.WantText("#tile-connections [data-value]", "2")
}

func TestProductPagesAreLive(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	lin := app.Open(app.As("lin"), "/products")
	maya := app.Open(app.As("maya"), "/products")
	maya.Type("#name", "Aardvark & <Co>").Type("#description", "A first.").Type("#price", "12,5").ClickText("button", "Add product").WantText(".field-error", "must be an amount")
	maya.AllowErrors("422")
	maya.WaitUntilLive().Clear("#price").Type("#price", "12.5").ClickText("button", "Add product").WantText("h1", "Aardvark & <Co>")
	lin.WantText("[data-products] tr:first-child", "$12.50").ClickText("[data-products] a", "Aardvark").WantText("h1", "Aardvark")
	lin.WaitUntilLive()
	maya.WaitUntilLive().Clear("#name").Type("#name", "Aardvarks").ClickText("button", "Save").WantText("h1", "Aardvarks")
	lin.WantText("h1", "Aardvarks")
	lin.Visit("/products")
	maya.ClickText("button", "Delete product").WantPath("/products").WantNoText("[data-products]", "Aardvarks")
	lin.WantNoText("[data-products]", "Aardvarks")
}
