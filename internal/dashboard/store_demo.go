package dashboard

import (
	"context"
	"fmt"
	"time"

	"hubbub/internal/base/postgres"
)

// lockIfEmpty keeps other nodes from seeding until the transaction ends, and reports whether
// there is no product yet.
func lockIfEmpty(ctx context.Context, tx postgres.Tx) (empty bool, err error) {
	if _, err := tx.Exec(ctx, `lock table dashboard.products in share row exclusive mode`); err != nil {
		return false, fmt.Errorf("lock the products: %w", err)
	}
	if err := tx.QueryRow(ctx, `select not exists (select from dashboard.products)`).Scan(&empty); err != nil {
		return false, fmt.Errorf("look for products: %w", err)
	}
	return empty, nil
}

// insertHistory stores past orders and counts them, in a few statements: one statement for
// each order would take seconds.
func insertHistory(ctx context.Context, tx postgres.Tx, orders []pastOrder) error {
	var (
		customers        []string
		products         []int64
		quantities       []int
		statuses         []Status
		created, updated []time.Time
		completed        []*time.Time
	)
	for _, p := range orders {
		customers, products, quantities = append(customers, p.Customer), append(products, p.ProductID), append(quantities, p.Quantity)
		statuses, created = append(statuses, p.status), append(created, p.created)
		updated, completed = append(updated, p.updated), append(completed, p.completed)
	}
	_, err := tx.Exec(ctx, `
		insert into dashboard.orders
		       (customer, product_id, quantity, amount, status, simulated, created_at, updated_at, completed_at)
		select t.customer, t.product_id, t.quantity, p.price * t.quantity, t.status, true, t.created_at, t.updated_at, t.completed_at
		  from unnest($1::text[], $2::bigint[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
		       with ordinality as t (customer, product_id, quantity, status, created_at, updated_at, completed_at, nr)
		  join dashboard.products p on p.id = t.product_id
		 order by t.nr`, customers, products, quantities, statuses, created, updated, completed)
	if err != nil {
		return fmt.Errorf("store the demo's orders: %w", err)
	}
	return recount(ctx, tx)
}

// recount rebuilds the rollups from all orders, as far back as Service.deleteOldSteps keeps
// steps. It reads every order, so it is only for callers that insert many orders without the
// service, such as seeding.
func recount(ctx context.Context, tx postgres.Tx) error {
	for _, sql := range []string{
		`delete from dashboard.series`,
		`delete from dashboard.sales`,
		`update dashboard.totals set orders = 0, pending = 0, revenue = 0, changes = changes + 1`,
		`update dashboard.totals t
		    set orders = o.orders, pending = o.pending, revenue = o.revenue
		   from (select count(*)                                      as orders,
		                count(*) filter (where status = 'pending')     as pending,
		                coalesce(sum(amount) filter (where completed_at is not null), 0) as revenue
		           from dashboard.orders) o
		  where t.shard = 0`,
		`insert into dashboard.series (step, at, shard, orders, revenue)
		 select step, date_bin(make_interval(secs => step), at, 'epoch'), 0, sum(orders), sum(revenue)
		   from (select created_at as at, 1 as orders, 0 as revenue from dashboard.orders
		         union all
		         select completed_at, 0, amount from dashboard.orders where completed_at is not null) o
		   join (values (10, interval '90 min'), (60, interval '3 h'), (900, interval '49 h')) as kept (step, back)
		     on at > now() - back
		  group by 1, 2`,
		`insert into dashboard.sales (step, at, product_id, shard, orders, revenue)
		 select step, date_bin(make_interval(secs => step), at, 'epoch'), product_id, 0, sum(orders), sum(revenue)
		   from (select product_id, created_at as at, 1 as orders, 0 as revenue from dashboard.orders
		         union all
		         select product_id, completed_at, 0, amount from dashboard.orders where completed_at is not null) o
		   join (values (60, interval '90 min'), (300, interval '3 h'), (3600, interval '49 h')) as kept (step, back)
		     on at > now() - back
		  group by 1, 2, 3`,
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("count all orders: %w", err)
		}
	}
	return nil
}
