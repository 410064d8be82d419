package dashboard

import (
	"context"
	"fmt"

	"hubbub/internal/base/postgres"
)

func readCounter(ctx context.Context, db postgres.Queryer) (n int64, err error) {
	if err := db.QueryRow(ctx, `select count from dashboard.counter`).Scan(&n); err != nil {
		return 0, fmt.Errorf("read the counter: %w", err)
	}
	return n, nil
}

func incrementCounter(ctx context.Context, db postgres.Queryer) (n int64, err error) {
	if err := db.QueryRow(ctx, `update dashboard.counter set count = count + 1 returning count`).Scan(&n); err != nil {
		return 0, fmt.Errorf("increment the counter: %w", err)
	}
	return n, nil
}
