package dashboard

import (
	"context"

	"hubbub/internal/postgres"
)

// IndexProducts writes some products after the id into the index, and returns
// the last of them; 0 when there are no more. It locks what it reads, so that a
// change meanwhile is written after it.
func (s *Service) IndexProducts(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error) {
	products, err := productsToIndex(ctx, tx, after, limit)
	if err != nil || s.config.Index == nil {
		return 0, err
	}
	for _, p := range products {
		if err := s.config.Index.Put(ctx, tx, p); err != nil {
			return 0, err
		}
		last = p.ID
	}
	return last, nil
}
