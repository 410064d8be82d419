package dashboard

import (
	"context"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

const maxOffer = 500 // products in the select of a form

// Products returns a page of products with an id lower than before, the newest first. A live
// connection is subscribed to them and to products to come.
func (s *Service) Products(ctx context.Context, conn *hub.Conn, before *int64, limit int) ([]Product, error) {
	products, err := productsBefore(ctx, s.db, beforeOrMax(before), limit)
	if err != nil || conn == nil {
		return products, err
	}
	s.hub.Watch(conn, productResource)
	for _, p := range products {
		s.hub.Subscribe(conn, productResource, p.ID)
	}
	return productsBefore(ctx, s.db, beforeOrMax(before), limit)
}

// Offer returns the products that can be ordered, by name, for a form.
func (s *Service) Offer(ctx context.Context) ([]Product, error) {
	return productsByName(ctx, s.db, maxOffer)
}

// Product returns the product, or 404. A live connection is subscribed to its changes.
func (s *Service) Product(ctx context.Context, conn *hub.Conn, id int64) (Product, error) {
	if conn != nil {
		s.hub.Subscribe(conn, productResource, id)
	}
	return productByID(ctx, s.db, id, false)
}

// AddProduct stores a new product.
func (s *Service) AddProduct(ctx context.Context, conn *hub.Conn, who account.User, ch ProductChange) (Product, error) {
	switch {
	case ch.Name == nil:
		return Product{}, fault.Invalid("name", "is required")
	case ch.Price == nil:
		return Product{}, fault.Invalid("price", "is required")
	}
	p, err := s.changeProduct(ctx, who, ch, func(tx postgres.Tx, ch ProductChange) (Product, error) {
		return insertProduct(ctx, tx, ch)
	})
	if err != nil {
		return Product{}, err
	}
	s.publishProduct(ctx, hub.Created, p, nil, conn)
	return p, nil
}

// ChangeProduct changes a product. Existing orders keep their amount. A change without effect
// is not published.
func (s *Service) ChangeProduct(ctx context.Context, conn *hub.Conn, who account.User, id int64, ch ProductChange) (Product, error) {
	var before Product
	p, err := s.changeProduct(ctx, who, ch, func(tx postgres.Tx, ch ProductChange) (p Product, err error) {
		if before, err = productByID(ctx, tx, id, true); err != nil || !ch.changes(before) {
			return before, err
		}
		return updateProduct(ctx, tx, id, ch)
	})
	if err != nil || p == before {
		return p, err
	}
	s.publishProduct(ctx, hub.Updated, p, before.fieldsBefore(ch), conn)
	return p, nil
}

// fieldsBefore returns the current values of the fields that the change sets.
func (p Product) fieldsBefore(ch ProductChange) map[string]any {
	was := map[string]any{}
	if ch.Name != nil {
		was["name"] = p.Name
	}
	if ch.Description != nil {
		was["description"] = p.Description
	}
	if ch.Price != nil {
		was["price"] = p.Price
	}
	return was
}

// changeProduct runs do in a transaction and updates the search index in the same one.
func (s *Service) changeProduct(ctx context.Context, who account.User, ch ProductChange, do func(postgres.Tx, ProductChange) (Product, error)) (p Product, err error) {
	if err := requireStaff(who); err != nil {
		return p, err
	}
	if err := ch.check(); err != nil {
		return p, err
	}
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if p, err = do(tx, ch); err != nil {
			return err
		}
		return s.config.Index.Put(ctx, tx, p.entry())
	})
	if err != nil {
		return p, err
	}
	s.config.Index.Changed()
	return p, nil
}

// RemoveProduct takes a product off sale. Its orders are not affected.
func (s *Service) RemoveProduct(ctx context.Context, conn *hub.Conn, who account.User, id int64) error {
	if err := requireStaff(who); err != nil {
		return err
	}
	var removed Product
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
		if removed, err = markDeleted(ctx, tx, id); err != nil {
			return err
		}
		return s.config.Index.Drop(ctx, tx, index.Product, id)
	})
	if err != nil {
		return err
	}
	s.config.Index.Changed()
	s.publishProduct(ctx, hub.Destroyed, removed, nil, conn)
	return nil
}
