package dashboard

import (
	"context"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// The names of the dashboard's events, on the wire and in dashboard/index.js.
const (
	eventStatsUpdated     = "statsUpdated"
	eventSimulatorUpdated = "simulatorUpdated"
	eventCounterUpdated   = "counterUpdated"
	eventSystemUpdated    = "systemUpdated"

	// Room is the hub room of connections that show the dashboard.
	Room = "dashboard"
	// SystemRoom is the hub room of connections that show the System board.
	SystemRoom  = "system"
	counterRoom = "counter-watchers"

	orderResource   = "order"
	productResource = "product"
)

// StatsUpdate is the body of statsUpdated: the stats, and the current values of those steps of
// the series that may have changed. A client whose version is lower than After has missed an
// update, and reads the series again.
type StatsUpdate struct {
	Stats
	After  int64   `json:"after"`
	Rate   Rate    `json:"rate"`
	Points []Point `json:"points"`
}

// Progress is the part of an order that an update changes.
type Progress struct {
	Status    Status     `json:"status"`
	UpdatedAt *wire.Time `json:"updatedAt,omitempty"` // nil in previous
}

// CounterValue is the counter, and the body of counterUpdated.
type CounterValue struct {
	Count int64 `json:"count"`
}

// publishCreated publishes a new order to the watchers of orders.
func (s *Service) publishCreated(ctx context.Context, o Order, from *hub.Conn) {
	s.hub.Publish(ctx, orderResource, hub.Change{Verb: hub.Created, ID: o.ID, Data: o, HTML: OrderRow(o, false).Render}, hub.Subscribers, from)
}

// publishStatus publishes the order's new status to its subscribers.
func (s *Service) publishStatus(ctx context.Context, before Status, o Order, from *hub.Conn) {
	s.hub.Publish(ctx, orderResource, hub.Change{
		Verb: hub.Updated, ID: o.ID,
		Data: Progress{o.Status, &o.UpdatedAt}, Previous: Progress{Status: before}, HTML: OrderRow(o, false).Render,
	}, hub.Subscribers, from)
}

func (s *Service) publishProduct(ctx context.Context, verb hub.Verb, p Product, previous any, from *hub.Conn) {
	ch := hub.Change{Verb: verb, ID: p.ID, Previous: previous, HTML: ProductGone(p).Render}
	if verb != hub.Destroyed {
		ch.Data, ch.HTML = p, ProductRow(p).Render
	}
	s.hub.Publish(ctx, productResource, ch, hub.Subscribers, from)
}
