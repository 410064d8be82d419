package dashboard

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
)

// orderColumns are the columns that scanOrder reads, of an order o and its product p.
const orderColumns = `o.id, o.customer, p.id, p.name, o.quantity, o.amount, o.status, o.created_at, o.updated_at`

func scanOrder(row pgx.CollectableRow) (Order, error) {
	var o Order
	err := row.Scan(&o.ID, &o.Customer, &o.Product.ID, &o.Product.Name, &o.Quantity, &o.Amount, &o.Status, (*time.Time)(&o.CreatedAt), (*time.Time)(&o.UpdatedAt))
	return o, err
}

func collectOrders(rows pgx.Rows, err error) ([]Order, error) {
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	orders, err := pgx.CollectRows(rows, scanOrder)
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	return orders, nil
}

// oneOrder returns the only order, or 404.
func oneOrder(rows pgx.Rows, err error) (Order, error) {
	orders, err := collectOrders(rows, err)
	if err == nil && len(orders) == 0 {
		err = fault.NotFound()
	}
	if err != nil {
		return Order{}, err
	}
	return orders[0], nil
}

// insertOrder stores an order at the product's current price; 404 if the product does not
// exist or was removed.
func insertOrder(ctx context.Context, tx postgres.Tx, by *int64, n NewOrder) (Order, error) {
	return oneOrder(tx.Query(ctx, `
		with p as (
		  select id, name, price
		    from dashboard.products
		   where id = $2 and deleted_at is null
		), o as (
		  insert into dashboard.orders (customer, product_id, quantity, amount, placed_by, client_id, simulated)
		  select $1, p.id, $3::int, p.price * $3::int, $4, $5, $6 from p
		  returning *
		)
		select `+orderColumns+` from o cross join p`,
		n.Customer, n.ProductID, n.Quantity, by, n.ClientID, n.simulated))
}

// moveOrder sets the status of an order whose status is one of from; 404 if there is no such
// order. Of several concurrent calls one finds it.
func moveOrder(ctx context.Context, tx postgres.Tx, id int64, from []Status, to Status) (Order, error) {
	return oneOrder(tx.Query(ctx, `
		with o as (
		  update dashboard.orders
		     set status       = $3::text,
		         updated_at   = now(),
		         completed_at = case when $3::text = 'completed' then now() else completed_at end
		   where id = $1 and status = any ($2)
		  returning *
		)
		select `+orderColumns+` from o join dashboard.products p on p.id = o.product_id`,
		id, from, to))
}

// orderByID returns the order, or 404.
func orderByID(ctx context.Context, db postgres.Queryer, id int64) (Order, error) {
	return oneOrder(db.Query(ctx, `
		select `+orderColumns+`
		  from dashboard.orders o
		  join dashboard.products p on p.id = o.product_id
		 where o.id = $1`, id))
}

// orderOfClient returns the order that the user placed with the clientId, or 404.
func orderOfClient(ctx context.Context, db postgres.Queryer, by int64, clientID string) (Order, error) {
	return oneOrder(db.Query(ctx, `
		select `+orderColumns+`
		  from dashboard.orders o
		  join dashboard.products p on p.id = o.product_id
		 where o.placed_by = $1 and o.client_id = $2`, by, clientID))
}

// ordersBefore returns the newest orders with a lower id, the newest first.
func ordersBefore(ctx context.Context, db postgres.Queryer, before int64, limit int) ([]Order, error) {
	return collectOrders(db.Query(ctx, `
		select `+orderColumns+`
		  from dashboard.orders o
		  join dashboard.products p on p.id = o.product_id
		 where o.id < $1
		 order by o.id desc
		 limit $2`, before, limit))
}

// ordersOfStatus is ordersBefore for orders of one status.
func ordersOfStatus(ctx context.Context, db postgres.Queryer, status Status, before int64, limit int) ([]Order, error) {
	return collectOrders(db.Query(ctx, `
		select `+orderColumns+`
		  from dashboard.orders o
		  join dashboard.products p on p.id = o.product_id
		 where o.status = $1 and o.id < $2
		 order by o.id desc
		 limit $3`, status, before, limit))
}

// newestIDs returns the ids of the newest orders.
func newestIDs(ctx context.Context, db postgres.Queryer, limit int) ([]int64, error) {
	rows, err := db.Query(ctx, `select id from dashboard.orders order by id desc limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("read the newest orders: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("read the newest orders: %w", err)
	}
	return ids, nil
}

// announcementTable is the transactional outbox of announcements; an entry is the id of an
// order.
var announcementTable = outbox.Table[int64]{
	Name: "dashboard.announcements", Columns: "order_id",
	Scan: func(row pgx.Row) (orderID int64, err error) { return orderID, row.Scan(&orderID) },
}

// insertAnnouncement adds the order to the outbox.
func insertAnnouncement(ctx context.Context, tx postgres.Tx, orderID int64) error {
	if _, err := tx.Exec(ctx, `insert into dashboard.announcements (order_id) values ($1)`, orderID); err != nil {
		return fmt.Errorf("insert the announcement: %w", err)
	}
	return nil
}
