package dashboard

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// fill inserts orders, one every five seconds until now, in a few statements.
func (s *shop) fill(orders int) {
	s.t.Helper()
	err := postgres.InTx(s.t.Context(), s.db, func(tx postgres.Tx) error {
		for _, sql := range []string{
			`set local session_replication_role = replica`, // skips the foreign key checks
			`insert into dashboard.products (name, price) select 'Product ' || i, i from generate_series(1, 20) i`,
		} {
			if _, err := tx.Exec(s.t.Context(), sql); err != nil {
				return err
			}
		}
		_, err := tx.Exec(s.t.Context(), `
			insert into dashboard.orders (customer, product_id, quantity, amount, status, created_at, updated_at, completed_at)
			select 'Customer ' || i, 1 + i % 20, 1, 10,
			       case i % 10 when 0 then 'pending' when 1 then 'cancelled' when 2 then 'completed' else 'shipped' end,
			       at, at, case when i % 10 > 1 then at end
			  from generate_series(1, $1) i, lateral (select now() - ($1 - i) * interval '5 s' as at) a`, orders)
		if err != nil {
			return err
		}
		return recount(s.t.Context(), tx)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.db.Exec(s.t.Context(), `vacuum analyze dashboard.orders, dashboard.series, dashboard.sales, dashboard.products`); err != nil {
		s.t.Fatal(err)
	}
}

// explainer is a transaction that runs explain before each statement.
type explainer struct {
	pgx.Tx
	t     *testing.T
	plans []string
}

func (e *explainer) explain(ctx context.Context, sql string, args []any) {
	e.t.Helper()
	rows, err := e.Tx.Query(ctx, "explain "+sql, args...)
	if err != nil {
		e.t.Fatalf("%v: %s", err, sql)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		e.t.Fatalf("%v: %s", err, sql)
	}
	e.plans = append(e.plans, sql+"\n"+strings.Join(lines, "\n"))
}

func (e *explainer) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	e.explain(ctx, sql, args)
	return e.Tx.Query(ctx, sql, args...)
}

func (e *explainer) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	e.explain(ctx, sql, args)
	return e.Tx.QueryRow(ctx, sql, args...)
}

// The statements of a dashboard and of a change of an order use an index, whatever the
// number of orders.
func TestOrderStatementsUseIndexes(t *testing.T) {
	db := testkit.Database(t)
	s := &shop{Service: New(db, hub.New(hub.Config{}), Config{}), t: t, db: db}
	s.fill(50_000)
	ctx, now := t.Context(), time.Now()
	tx, err := db.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	e := &explainer{Tx: tx, t: t}
	for what, do := range map[string]func() error{
		"the newest":      func() error { _, err := ordersBefore(ctx, e, math.MaxInt64, newest); return err },
		"a page":          func() error { _, err := ordersBefore(ctx, e, 20_000, maxPage); return err },
		"of a status":     func() error { _, err := ordersOfStatus(ctx, e, Cancelled, 20_000, maxPage); return err },
		"their ids":       func() error { _, err := newestIDs(ctx, e, newest); return err },
		"one":             func() error { _, err := orderByID(ctx, e, 20_000); return err },
		"moving one":      func() error { _, err := moveOrder(ctx, e, 20_000, []Status{Pending}, Completed); return err },
		"the totals":      func() error { _, err := readTotals(ctx, e); return err },
		"the last steps":  func() error { _, err := recentSteps(ctx, e, now); return err },
		"a series":        func() error { _, err := readSteps(ctx, e, 15*time.Minute, now.Add(-24*time.Hour)); return err },
		"its begin":       func() error { _, _, err := firstStep(ctx, e, time.Minute); return err },
		"the best":        func() error { _, err := bestSellers(ctx, e, time.Hour, now.Add(-24*time.Hour), 6); return err },
		"the next pruned": func() error { return pruneSimulated(ctx, e, maxSimulated) },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := oldestSimulated(ctx, e, Pending, 0); err == nil {
		t.Error("there is a simulated order")
	}
	for _, plan := range e.plans {
		if strings.Contains(plan, "Seq Scan on orders") {
			t.Errorf("sequential scan of all orders:\n%s", plan)
		}
	}
	if len(e.plans) < 12 {
		t.Errorf("%d statements were explained", len(e.plans))
	}
}
