// Package dashboard shows orders as they arrive: the newest rows, the totals, and
// live charts. It also has the products that can be ordered, the System board, which
// shows the figures of Hubbub itself, and the counter of the getting-started guide.
//
// # The life of an order
//
//  1. POST /api/orders calls Service.Place (orders.go). Only staff may place orders.
//  2. One transaction (Service.place) stores the order at the product's current price,
//     adds an entry to the transactional outbox of announcements (insertAnnouncement,
//     store.go), and adds the change to the rollups (addToRollups, store_rollups.go).
//  3. After the commit publishCreated (events.go) publishes the resource event
//     "order", created, to every watcher of orders; the hub subscribes the watchers to
//     the new order.
//  4. onCreated (followers.go) unsubscribes them from the order that the new one
//     pushed out of the twenty that they show.
//  5. The loop of statsPublisher (stats.go) reads the rollups and broadcasts them to
//     this node's dashboards, throttled to four times a second; the last state is
//     always sent.
//  6. The outbox calls announce (announce.go), which notifies the admins.
//  7. PATCH /api/orders/:id calls Service.Move (orders.go), which changes the status:
//     pending to completed or cancelled, completed to shipped. The update requires the
//     status that it comes from, so of several concurrent moves one succeeds; the
//     others get a 409.
//
// # Rollups
//
// Nothing is counted when it is read. Each transaction that changes an order adds its
// delta to one of eight shards of dashboard.totals, and to the current steps of
// dashboard.series and dashboard.sales. A chart of 15 minutes is drawn from steps of
// 10 seconds, one of an hour from steps of a minute, one of 24 hours from steps of 15
// minutes: 100 steps or less each, whatever the number of rows in dashboard.orders.
// docs/decisions/0010-rollups.md has the reasons.
//
// An order counts in the step in which it was placed, its revenue in the step in which
// it was completed; revenue is never added to earlier steps.
//
// # Tables
//
// The schema dashboard: products and orders; totals, series and sales (the rollups);
// announcements (the transactional outbox of what the admins are notified of),
// simulator (its rate and the node that has its lease), counter (the one count).
//
// # Rooms and events
//
//	room               members                     events
//	dashboard          dashboard subscribers       statsUpdated, simulatorUpdated
//	order, order:<id>  resource subscriptions      order
//	product, …         resource subscriptions      product
//	system             admins on the System board  systemUpdated
//	counter-watchers   anyone, also guests         counterUpdated
//
// # Guarantees
//
//   - The totals equal a count of all orders at every commit.
//   - The numbers come from the database, so each node sends its own connections the
//     same ones, with or without a bus. A change on another node is sent within 250 ms.
//   - A dashboard that missed a statsUpdated has a version lower than After, and reads
//     the series again.
//   - The admins are notified at least once of each order that a user placed, also when
//     the node stops in between; the order's id is the idempotency key.
//   - However long a page is open, its connection is subscribed to the twenty newest
//     orders and no more.
//
// # On a page
//
// The server renders the pages completely, with charts as SVG paths in a box of
// 100 × 100 (chart.go), and their forms work without JavaScript. dashboard/index.js then
// updates them: tiles and charts from statsUpdated, with the same geometry
// (dashboard/chart.js), in a ring as long as the range (dashboard/series.js); rows from the
// fragments of "order" events. Fragments are the same for every user; for users who may
// change orders, the script adds the menu from a template of the page. New rows wait
// while the user is working in the table, and nothing is drawn while the page is paused
// or hidden. While the connection is lost the charts have a gap, until the next
// snapshot fills it.
//
// # The demo
//
// The simulator (simulate.go) places orders when a dashboard has been open for five
// seconds, on one node at a time, which holds a lease. The admins are not notified of
// them, and the oldest beyond 100,000 are deleted. The totals still include deleted
// orders: they count all orders ever placed.
//
// # What it does not do
//
// It takes no payments and tracks no stock. The System board shows the node that the
// page is connected to; Prometheus sees all nodes.
package dashboard
