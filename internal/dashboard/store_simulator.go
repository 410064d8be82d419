package dashboard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
)

func simulatorOf(ctx context.Context, db postgres.Queryer) (sim Simulator, err error) {
	if err := db.QueryRow(ctx, `select rate from dashboard.simulator`).Scan(&sim.Rate); err != nil {
		return sim, fmt.Errorf("read the simulator's rate: %w", err)
	}
	return sim, nil
}

// setRate reports whether the rate was different before.
func setRate(ctx context.Context, db postgres.Queryer, rate int) (bool, error) {
	tag, err := db.Exec(ctx, `update dashboard.simulator set rate = $1 where rate <> $1`, rate)
	if err != nil {
		return false, fmt.Errorf("set the simulator's rate: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// acquireLease gets or renews the node's lease of the simulator and returns the rate; false
// if another node has the lease.
func acquireLease(ctx context.Context, db postgres.Queryer, node string, ttl time.Duration) (rate int, held bool, err error) {
	err = db.QueryRow(ctx, `
		update dashboard.simulator
		   set holder = $1, until = now() + $2::interval
		 where holder = $1 or holder is null or until < now()
		returning rate`, node, ttl).Scan(&rate)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("hold the simulator: %w", err)
	}
	return rate, true, nil
}

// oldestSimulated returns the oldest simulated order of a status, if it has had that for the
// time rested; otherwise 404.
func oldestSimulated(ctx context.Context, db postgres.Queryer, status Status, rested time.Duration) (id int64, err error) {
	err = db.QueryRow(ctx, `
		select id
		  from (select id, updated_at
		          from dashboard.orders
		         where simulated and status = $1
		         order by id
		         limit 1) oldest
		 where updated_at < now() - $2::interval`, status, rested).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.NotFound()
	}
	if err != nil {
		return 0, fmt.Errorf("find a simulated order: %w", err)
	}
	return id, nil
}

// pruneSimulated deletes all but the newest keep simulated orders, except pending ones. The
// rollups are not changed.
func pruneSimulated(ctx context.Context, db postgres.Queryer, keep int) error {
	_, err := db.Exec(ctx, `
		delete from dashboard.orders
		 where simulated
		   and id <= (select id from dashboard.orders where simulated order by id desc offset $1 limit 1)
		   and status <> 'pending'`, keep)
	if err != nil {
		return fmt.Errorf("prune simulated orders: %w", err)
	}
	return nil
}
