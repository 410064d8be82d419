package dashboard

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/postgres"
)

// shards is how many rows share what is counted. dashboard.totals has as many.
const shards = 8

// count adds a change to everything that is counted. It is the last thing in a
// transaction, and takes its locks in one order: the order's row, the shard of
// the totals, and only then the rows of the steps, which nobody else holds
// without that shard. So two changes wait for each other at most, and never in
// a circle.
func count(ctx context.Context, tx postgres.Tx, d delta) error {
	shard := rand.N(shards)
	var b pgx.Batch
	b.Queue(`
		update dashboard.totals
		   set orders  = orders + $2,
		       pending = pending + $3,
		       revenue = revenue + $4,
		       changes = changes + 1
		 where shard = $1`, shard, d.orders, d.pending, d.revenue)
	if d.orders != 0 || d.revenue != 0 {
		b.Queue(`
			insert into dashboard.series as s (step, at, shard, orders, revenue)
			select step, date_bin(make_interval(secs => step), now(), 'epoch'), $1, $2, $3
			  from unnest(array[10, 60, 900]) as step
			on conflict (step, at, shard) do update
			   set orders  = s.orders + excluded.orders,
			       revenue = s.revenue + excluded.revenue`, shard, d.orders, d.revenue)
		b.Queue(`
			insert into dashboard.sales as s (step, at, product_id, shard, orders, revenue)
			select step, date_bin(make_interval(secs => step), now(), 'epoch'), $2, $1, $3, $4
			  from unnest(array[60, 300, 3600]) as step
			on conflict (step, at, product_id, shard) do update
			   set orders  = s.orders + excluded.orders,
			       revenue = s.revenue + excluded.revenue`, shard, d.productID, d.orders, d.revenue)
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("count the change: %w", err)
	}
	return nil
}

// stats returns what has been counted so far.
func stats(ctx context.Context, db postgres.Queryer) (Stats, error) {
	var st Stats
	err := db.QueryRow(ctx, `
		select sum(orders)::bigint, sum(pending)::bigint, sum(revenue), sum(changes)::bigint, now()
		  from dashboard.totals`).Scan(&st.TotalOrders, &st.PendingOrders, &st.Revenue, &st.Version, (*time.Time)(&st.At))
	if err != nil {
		return Stats{}, fmt.Errorf("read the totals: %w", err)
	}
	return st, nil
}

// steps returns the steps in which something was counted, from a time on, the
// oldest first.
func steps(ctx context.Context, db postgres.Queryer, step time.Duration, from time.Time) ([]Point, error) {
	rows, err := db.Query(ctx, `
		select step, at, sum(orders)::bigint, sum(revenue)
		  from dashboard.series
		 where step = $1 and at >= $2
		 group by step, at
		 order by at`, int(step.Seconds()), from)
	return collectPoints(rows, err)
}

// recentSteps returns of each series as many of the last steps as statsUpdated
// is made of, as far as something was counted in them, the oldest first.
func recentSteps(ctx context.Context, db postgres.Queryer, now time.Time) ([]Point, error) {
	rows, err := db.Query(ctx, `
		select s.step, s.at, sum(s.orders)::bigint, sum(s.revenue)
		  from (values (10, interval '70 s'), (60, interval '16 min'), (900, interval '15 min')) as recent (step, back)
		  join dashboard.series s
		    on s.step = recent.step
		   and s.at >= date_bin(make_interval(secs => recent.step), $1, 'epoch') - recent.back
		 group by s.step, s.at
		 order by s.step, s.at`, now)
	return collectPoints(rows, err)
}

func collectPoints(rows pgx.Rows, err error) ([]Point, error) {
	if err != nil {
		return nil, fmt.Errorf("read the series: %w", err)
	}
	points, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Point, error) {
		var p Point
		err := row.Scan(&p.Step, (*time.Time)(&p.At), &p.Orders, &p.Revenue)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the series: %w", err)
	}
	return points, nil
}

// firstStep is when the series begins; false: nothing was ever counted in it.
func firstStep(ctx context.Context, db postgres.Queryer, step time.Duration) (time.Time, bool, error) {
	var first *time.Time
	err := db.QueryRow(ctx, `select min(at) from dashboard.series where step = $1`, int(step.Seconds())).Scan(&first)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("read the begin of the series: %w", err)
	}
	if first == nil {
		return time.Time{}, false, nil
	}
	return *first, true, nil
}

// bestSellers returns what was sold most since a time.
func bestSellers(ctx context.Context, db postgres.Queryer, step time.Duration, from time.Time, limit int) ([]Sales, error) {
	rows, err := db.Query(ctx, `
		select p.id, p.name, s.orders, s.revenue
		  from (select product_id, sum(orders)::bigint as orders, sum(revenue) as revenue
		          from dashboard.sales
		         where step = $1 and at >= $2
		         group by product_id
		         order by 2 desc, 3 desc, 1
		         limit $3) s
		  join dashboard.products p on p.id = s.product_id
		 order by s.orders desc, s.revenue desc, p.id`, int(step.Seconds()), from, limit)
	if err != nil {
		return nil, fmt.Errorf("read the sales: %w", err)
	}
	best, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Sales, error) {
		var s Sales
		err := row.Scan(&s.Product.ID, &s.Product.Name, &s.Orders, &s.Revenue)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the sales: %w", err)
	}
	return best, nil
}

// forget deletes steps that no chart shows any more.
func forget(ctx context.Context, db postgres.Queryer, step, salesStep time.Duration, before time.Time) error {
	var b pgx.Batch
	b.Queue(`delete from dashboard.series where step = $1 and at < $2`, int(step.Seconds()), before)
	b.Queue(`delete from dashboard.sales where step = $1 and at < $2`, int(salesStep.Seconds()), before)
	if err := db.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("forget old steps: %w", err)
	}
	return nil
}
