package dashboard

import (
	"context"
	"fmt"
	"math"
	"net/http"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/postgres"
)

var errNotStaff = fault.Forbidden("Only staff change orders and products.")

func mayChange(who account.User) error {
	if !who.IsStaff() {
		return errNotStaff
	}
	return nil
}

// Orders returns a page of orders, the newest first: all or those of one
// status, before an id. Over a live connection they are subscribed to, and so
// are orders to come.
func (s *Service) Orders(ctx context.Context, conn *hub.Conn, status Status, before *int64, limit int) ([]Order, error) {
	if status != "" && !status.known() {
		return nil, fault.Invalid("status", "must be pending, completed, shipped or cancelled")
	}
	read := func() ([]Order, error) {
		if status == "" {
			return ordersBefore(ctx, s.db, from(before), limit)
		}
		return ordersOfStatus(ctx, s.db, status, from(before), limit)
	}
	orders, err := read()
	if err != nil || conn == nil {
		return orders, err
	}
	s.followers.list(conn, idsOf(orders))
	return read() // what happened before the subscription is in it
}

func from(before *int64) int64 {
	if before == nil {
		return math.MaxInt64
	}
	return *before
}

func idsOf(orders []Order) []int64 {
	ids := make([]int64, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	return ids
}

// Order returns one, or 404.
func (s *Service) Order(ctx context.Context, id int64) (Order, error) {
	return orderByID(ctx, s.db, id)
}

// Place stores a new order at the product's price of now. The same clientId of
// the same person again answers the order that it made, and tells nobody.
func (s *Service) Place(ctx context.Context, conn *hub.Conn, who account.User, n NewOrder) (Order, error) {
	if err := mayChange(who); err != nil {
		return Order{}, err
	}
	if err := n.check(); err != nil {
		return Order{}, err
	}
	o, err := s.place(ctx, &who.ID, n)
	if n.ClientID != nil && postgres.Violates(err, "one_order_a_client_id") {
		return orderOfClient(ctx, s.db, who.ID, *n.ClientID)
	}
	if err != nil {
		return Order{}, err
	}
	s.tellPlaced(ctx, o, conn)
	s.changed()
	return o, nil
}

func (s *Service) place(ctx context.Context, by *int64, n NewOrder) (o Order, err error) {
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		o, err = insertOrder(ctx, tx, by, n)
		if fault.Is(err, http.StatusNotFound) {
			return fault.Invalid("productId", "is no product that can be ordered")
		}
		if err != nil {
			return err
		}
		if s.config.Notifier != nil && !n.simulated {
			if err := announce(ctx, tx, o.ID); err != nil {
				return err
			}
		}
		return count(ctx, tx, placed(o))
	})
	return o, err
}

// Move brings an order to a status: a pending one to completed or cancelled, a
// completed one to shipped. Anything else is a 409. Of several who move it at
// once, one does.
func (s *Service) Move(ctx context.Context, conn *hub.Conn, who account.User, id int64, to Status) (Order, error) {
	if err := mayChange(who); err != nil {
		return Order{}, err
	}
	if !to.known() {
		return Order{}, fault.Invalid("status", "must be pending, completed, shipped or cancelled")
	}
	o, err := s.move(ctx, id, to)
	if fault.Is(err, http.StatusNotFound) {
		return Order{}, s.notMoved(ctx, id, to)
	}
	if err != nil {
		return Order{}, err
	}
	s.tellMoved(ctx, to.previous()[0], o, conn)
	s.changed()
	return o, nil
}

func (s *Service) move(ctx context.Context, id int64, to Status) (o Order, err error) {
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		o, err = moveOrder(ctx, tx, id, to.previous(), to)
		if err != nil {
			return err
		}
		return count(ctx, tx, moved(to.previous()[0], o))
	})
	return o, err
}

// notMoved finds out why an order could not be moved.
func (s *Service) notMoved(ctx context.Context, id int64, to Status) error {
	o, err := orderByID(ctx, s.db, id)
	if err != nil {
		return err
	}
	return fault.Conflict(fmt.Sprintf("Order %d is %s already and cannot become %s.", id, o.Status, to))
}
