package dashboard

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/postgres"
)

// shards is how many rows share each count. dashboard.totals has as many.
const shards = 8

// addToRollups adds a change to all rollups. It must be the last statement of a transaction.
// All transactions take locks in the same order: the order's row, a shard of the totals, then
// the rows of the steps, which no transaction locks without holding that shard. So there can
// be no deadlock.
func addToRollups(ctx context.Context, tx postgres.Tx, d delta) error {
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

// readTotals returns the current totals.
func readTotals(ctx context.Context, db postgres.Queryer) (Stats, error) {
	var st Stats
	err := db.QueryRow(ctx, `
		select sum(orders)::bigint, sum(pending)::bigint, sum(revenue), sum(changes)::bigint, now()
		  from dashboard.totals`).Scan(&st.TotalOrders, &st.PendingOrders, &st.Revenue, &st.Version, (*time.Time)(&st.At))
	if err != nil {
		return Stats{}, fmt.Errorf("read the totals: %w", err)
	}
	return st, nil
}

// readSteps returns the steps with data from a time on, the oldest first.
func readSteps(ctx context.Context, db postgres.Queryer, step time.Duration, from time.Time) ([]Point, error) {
	rows, err := db.Query(ctx, `
		select step, at, sum(orders)::bigint, sum(revenue)
		  from dashboard.series
		 where step = $1 and at >= $2
		 group by step, at
		 order by at`, int(step.Seconds()), from)
	return collectPoints(rows, err)
}

// recentSteps returns the last steps of each series that statsUpdated needs, as far as they
// have data, the oldest first.
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

// firstStep returns when the series begins; false if it has no data.
func firstStep(ctx context.Context, db postgres.Queryer, step time.Duration) (time.Time, bool, error) {
	var first *time.Time
	err := db.QueryRow(ctx, `select min(at) from dashboard.series where step = $1`, int(step.Seconds())).Scan(&first)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("read the beginning of the series: %w", err)
	}
	if first == nil {
		return time.Time{}, false, nil
	}
	return *first, true, nil
}

// bestSellers returns the products with the most orders since a time.
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

// deleteSteps deletes steps from before a time.
func deleteSteps(ctx context.Context, db postgres.Queryer, step, salesStep time.Duration, before time.Time) error {
	var b pgx.Batch
	b.Queue(`delete from dashboard.series where step = $1 and at < $2`, int(step.Seconds()), before)
	b.Queue(`delete from dashboard.sales where step = $1 and at < $2`, int(salesStep.Seconds()), before)
	if err := db.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("delete old steps: %w", err)
	}
	return nil
}
