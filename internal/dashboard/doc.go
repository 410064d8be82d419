// Package dashboard shows orders as they come: the newest rows, the totals, and
// charts that move. With it come the products that can be ordered, the System
// board, which shows Hubbub itself, and the counter of the getting-started guide.
//
// # The life of an order
//
//  1. POST /api/orders reaches Service.Place (orders.go). Only staff may.
//  2. One transaction stores the order at the product's price of now, notes that
//     the admins are to be told, and adds the change to what is counted (count,
//     in store_rollups.go).
//  3. After the commit the resource event "order", created, goes to everybody
//     who watches orders; the hub subscribes them to the new one.
//  4. followers.go ends their subscription to the order that the new one pushed
//     out of the twenty that they show.
//  5. statsTeller (stats.go) wakes, reads what is counted, and tells this node's
//     dashboards: at most four times a second, and the last state always.
//  6. announceAll (announce.go) has the admins notified.
//  7. PATCH /api/orders/:id brings the order on (Service.Move): pending to
//     completed or cancelled, completed to shipped. The update names the status
//     that it must come from, so of several at once one wins; the others get 409.
//
// # What is counted
//
// Nothing is counted when it is asked for. Each transaction that changes an
// order adds its delta to one of eight shards of dashboard.totals, and to the
// current steps of dashboard.series and dashboard.sales. A chart of 15 minutes
// is drawn from steps of 10 seconds, one of an hour from minutes, one of 24 hours
// from quarters of an hour: each is 100 steps or less, whatever there is in
// dashboard.orders. docs/decisions/0010-rollups.md says why.
//
// An order counts in the step in which it was placed, its revenue in the step in
// which it was completed: what was earned is never dated back.
//
// # Rooms and events
//
//	room               who is in it                events
//	dashboard          those who subscribed to it  statsUpdated, simulatorUpdated
//	order, order:<id>  resource subscriptions      order
//	product, …         the same                    product
//	system             admins who watch the board  systemUpdated
//	counter-watchers   anybody                     counterUpdated
//
// # What is promised
//
//   - The totals equal a count of all orders at every commit.
//   - Numbers come from the database, so each node tells its own connections the
//     same, with a bus and without. A change on another node is told within 250 ms.
//   - A dashboard that missed a statsUpdated sees that its version is behind After
//     and reads the series again.
//   - The admins are told of each order that somebody placed at least once, also
//     when the node dies in between; the order is the notification's key.
//   - However long a page is open, its connection follows the twenty newest orders
//     and no more.
//
// # On a page
//
// The pages are drawn whole, charts as paths in a box of 100 × 100 (chart.go),
// and their forms work without script. js/dashboard.js then keeps them moving:
// tiles and charts from statsUpdated, by the same geometry (js/chart.js), in a
// ring as long as the range (js/dashboard/series.js); rows from the fragments that
// "order" brings. Fragments come the same for everybody: whoever may change
// orders gets the menu from a template of the page. Rows wait while somebody
// is at the table, and nothing is drawn while the page is paused or hidden. What
// happens while the connection is away is a gap, until the next snapshot fills it.
//
// # The demo
//
// Where orders come by themselves (simulate.go), they do so while somebody has
// been watching for five seconds, on one node at a time, which holds a lease.
// Nobody is notified of them, and the oldest beyond 100,000 are deleted: they
// stay counted, for the totals say what was ever ordered.
//
// # What it does not do
//
// It takes no payment and knows no stock. The System board shows the node that
// the page is connected to; Prometheus sees them all.
package dashboard
