package dashboard

import (
	"context"
	"strconv"
	"time"

	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
)

// IndexProducts writes up to limit products with an id greater than after into the index, and
// returns the last id; 0 if there are no more. It locks the rows that it reads, so that a
// concurrent change is indexed after it.
func (s *Service) IndexProducts(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error) {
	products, err := productsToIndex(ctx, tx, after, limit)
	if err != nil || len(products) == 0 {
		return 0, err
	}
	entries := make([]index.Entry, len(products))
	for i, p := range products {
		entries[i] = p.entry()
	}
	return products[len(products)-1].ID, s.config.Index.Put(ctx, tx, entries...)
}

// indexedProduct has the fields of a product in search results: those of the product, and some of them again, where
// the guides' page of a search expects them.
type indexedProduct struct {
	Product     Product `json:"product"`
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Price       Money   `json:"price"`
}

// entry returns the product's entry in the search index.
func (p Product) entry() index.Entry {
	return index.Entry{
		Kind: index.Product, ID: p.ID, Title: p.Name, Body: p.Description, Scope: index.Public,
		URL: "/products/" + strconv.FormatInt(p.ID, 10), At: time.Time(p.UpdatedAt),
		Data: indexedProduct{p, p.Name, p.Description, p.Price},
	}
}
