package search

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// lockBackfill returns how far the source is indexed, and whether that is all,
// and holds other nodes off until the transaction ends.
func lockBackfill(ctx context.Context, tx pgx.Tx, source string) (upto int64, done bool, err error) {
	err = tx.QueryRow(ctx, `
		insert into search.backfills as b (source) values ($1)
		    on conflict (source) do update set source = excluded.source
		returning b.upto, b.done_at is not null`, source).Scan(&upto, &done)
	if err != nil {
		return 0, false, fmt.Errorf("look how far %s is indexed: %w", source, err)
	}
	return upto, done, nil
}

func moveBackfill(ctx context.Context, tx pgx.Tx, source string, upto int64, done bool) error {
	_, err := tx.Exec(ctx, `
		update search.backfills
		   set upto = $2, done_at = case when $3 then now() end
		 where source = $1`, source, upto, done)
	if err != nil {
		return fmt.Errorf("note how far %s is indexed: %w", source, err)
	}
	return nil
}
