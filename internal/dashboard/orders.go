package dashboard

import (
	"context"
	"fmt"
	"math"
	"net/http"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

var errNotStaff = fault.Forbidden("Only staff can change orders and products.")

func requireStaff(who account.User) error {
	if !who.IsStaff() {
		return errNotStaff
	}
	return nil
}

// Orders returns a page of orders with an id lower than before, the newest first: all, or
// those of one status. A live connection is subscribed to them and to orders to come.
func (s *Service) Orders(ctx context.Context, conn *hub.Conn, status Status, before *int64, limit int) ([]Order, error) {
	if status != "" && !status.valid() {
		return nil, fault.Invalid("status", "must be pending, completed, shipped or cancelled")
	}
	read := func() ([]Order, error) {
		if status == "" {
			return ordersBefore(ctx, s.db, beforeOrMax(before), limit)
		}
		return ordersOfStatus(ctx, s.db, status, beforeOrMax(before), limit)
	}
	orders, err := read()
	if err != nil || conn == nil {
		return orders, err
	}
	s.followers.followListed(conn, idsOf(orders))
	return read() // reads again, to include changes made before the subscription
}

func beforeOrMax(before *int64) int64 {
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

// Order returns the order, or 404.
func (s *Service) Order(ctx context.Context, id int64) (Order, error) {
	return orderByID(ctx, s.db, id)
}

// Place stores a new order at the product's current price. If the user used the clientId
// before, it returns the order from then and publishes nothing.
func (s *Service) Place(ctx context.Context, conn *hub.Conn, who account.User, n NewOrder) (Order, error) {
	if err := requireStaff(who); err != nil {
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
	s.publishCreated(ctx, o, conn)
	s.wakeLoops()
	return o, nil
}

func (s *Service) place(ctx context.Context, by *int64, n NewOrder) (o Order, err error) {
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		o, err = insertOrder(ctx, tx, by, n)
		if fault.Is(err, http.StatusNotFound) {
			return fault.Invalid("productId", "is not a product you can order")
		}
		if err != nil {
			return err
		}
		if s.config.Notifier != nil && !n.simulated {
			if err := insertAnnouncement(ctx, tx, o.ID); err != nil {
				return err
			}
		}
		return addToRollups(ctx, tx, newOrderDelta(o))
	})
	return o, err
}

// Move changes the status of an order: pending to completed or cancelled, completed to
// shipped. Anything else is a 409. Of several concurrent moves one succeeds.
func (s *Service) Move(ctx context.Context, conn *hub.Conn, who account.User, id int64, to Status) (Order, error) {
	if err := requireStaff(who); err != nil {
		return Order{}, err
	}
	if !to.valid() {
		return Order{}, fault.Invalid("status", "must be pending, completed, shipped or cancelled")
	}
	o, err := s.move(ctx, id, to)
	if fault.Is(err, http.StatusNotFound) {
		return Order{}, s.explainRejectedMove(ctx, id, to)
	}
	if err != nil {
		return Order{}, err
	}
	s.publishStatus(ctx, to.previous()[0], o, conn)
	s.wakeLoops()
	return o, nil
}

func (s *Service) move(ctx context.Context, id int64, to Status) (o Order, err error) {
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		o, err = moveOrder(ctx, tx, id, to.previous(), to)
		if err != nil {
			return err
		}
		return addToRollups(ctx, tx, newMoveDelta(to.previous()[0], o))
	})
	return o, err
}

// explainRejectedMove returns the fault for an order that could not be moved: it does not
// exist, or its status does not allow the move.
func (s *Service) explainRejectedMove(ctx context.Context, id int64, to Status) error {
	o, err := orderByID(ctx, s.db, id)
	if err != nil {
		return err
	}
	return fault.Conflict(fmt.Sprintf("Order %d is already %s. You can’t change it to %s.", id, o.Status, to))
}
