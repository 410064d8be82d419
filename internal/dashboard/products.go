package dashboard

import (
	"context"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/postgres"
)

const maxOffer = 500 // products to choose from in a form

// Products returns a page of what is offered, the newest first, before an id.
// Over a live connection they are subscribed to, and so are products to come.
func (s *Service) Products(ctx context.Context, conn *hub.Conn, before *int64, limit int) ([]Product, error) {
	products, err := productsBefore(ctx, s.db, from(before), limit)
	if err != nil || conn == nil {
		return products, err
	}
	s.hub.Watch(conn, productResource)
	for _, p := range products {
		s.hub.Subscribe(conn, productResource, p.ID)
	}
	return productsBefore(ctx, s.db, from(before), limit)
}

// Offer returns what can be ordered, by name: for a form.
func (s *Service) Offer(ctx context.Context) ([]Product, error) {
	return productsByName(ctx, s.db, maxOffer)
}

// Product returns a product that is offered, or 404. A live connection hears of
// its changes.
func (s *Service) Product(ctx context.Context, conn *hub.Conn, id int64) (Product, error) {
	if conn != nil {
		s.hub.Subscribe(conn, productResource, id)
	}
	return productByID(ctx, s.db, id, false)
}

// AddProduct offers something new.
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
	s.tellProduct(ctx, hub.Created, p, nil, conn)
	return p, nil
}

// ChangeProduct changes what a product says of itself. Orders that were placed
// keep their amount. A change that changes nothing is not published.
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
	s.tellProduct(ctx, hub.Updated, p, before.before(ch), conn)
	return p, nil
}

// before is what of the product the change replaces.
func (p Product) before(ch ProductChange) map[string]any {
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

// changeProduct lets do write a product, and has search find it as it is then.
func (s *Service) changeProduct(ctx context.Context, who account.User, ch ProductChange, do func(postgres.Tx, ProductChange) (Product, error)) (p Product, err error) {
	if err := mayChange(who); err != nil {
		return p, err
	}
	if err := ch.check(); err != nil {
		return p, err
	}
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if p, err = do(tx, ch); err != nil || s.config.Index == nil {
			return err
		}
		return s.config.Index.Put(ctx, tx, p)
	})
	if err != nil {
		return p, err
	}
	s.indexChanged()
	return p, nil
}

// RemoveProduct ends a product's offer. Orders of it stay as they are.
func (s *Service) RemoveProduct(ctx context.Context, conn *hub.Conn, who account.User, id int64) error {
	if err := mayChange(who); err != nil {
		return err
	}
	var gone Product
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
		if gone, err = withdrawProduct(ctx, tx, id); err != nil || s.config.Index == nil {
			return err
		}
		return s.config.Index.Drop(ctx, tx, id)
	})
	if err != nil {
		return err
	}
	s.indexChanged()
	s.tellProduct(ctx, hub.Destroyed, gone, nil, conn)
	return nil
}

func (s *Service) indexChanged() {
	if s.config.Index != nil {
		s.config.Index.Changed()
	}
}
