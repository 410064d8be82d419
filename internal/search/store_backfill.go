package search

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// lockBackfill returns the last id of the source that is indexed, and whether the source is
// complete. Its lock keeps other nodes waiting until the transaction ends.
func lockBackfill(ctx context.Context, tx pgx.Tx, source string) (progress int64, done bool, err error) {
	err = tx.QueryRow(ctx, `
		insert into search.backfills as b (source) values ($1)
		    on conflict (source) do update set source = excluded.source
		returning b.upto, b.done_at is not null`, source).Scan(&progress, &done)
	if err != nil {
		return 0, false, fmt.Errorf("lock the backfill of %s: %w", source, err)
	}
	return progress, done, nil
}

func setBackfillProgress(ctx context.Context, tx pgx.Tx, source string, progress int64, done bool) error {
	_, err := tx.Exec(ctx, `
		update search.backfills
		   set upto = $2, done_at = case when $3 then now() end
		 where source = $1`, source, progress, done)
	if err != nil {
		return fmt.Errorf("store the progress of the backfill of %s: %w", source, err)
	}
	return nil
}
