package dashboard

import (
	"context"

	"hubbub/internal/base/postgres"
)

// IndexProducts writes up to limit products with an id greater than after into the index, and
// returns the last id; 0 if there are no more. It locks the rows that it reads, so that a
// concurrent change is indexed after it.
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
